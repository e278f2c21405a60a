"""schemathesis against the real server: nothing fails inside, and every answer is as described.

ROOST_OPENAPI_SECONDS makes the run longer for each of the two accounts.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from rest import REST
from roost_server import Roost

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = int(os.environ.get("ROOST_OPENAPI_SECONDS", "45"))
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth")
# TRACE and others that no route ever has end in the HTTP server, with 501.
CONFIGURATION = """
[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "PATCH"]
"""
# They would take away what the run works with: its own session, its guild, its membership.
FATAL = {"logout", "deleteGuild", "leaveGuild", "removeMember"}


class OpenAPI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--limits.rate_percent=100000").start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        guild, text = cls.news["guild_id"], cls.news["channels"]["text"]
        status, role = cls.owner(
            "POST", f"/guilds/{guild}/roles", {"name": "chief", "permissions": "8"})
        assert status == 200, role
        bot = cls.news["bots"][0]
        assert cls.owner("PUT", f"/guilds/{guild}/members/{bot['id']}/roles/{role['id']}")[0] == 204
        messages = [
            cls.owner("POST", f"/channels/{text}/messages", {"content": f"message {n}"})[1]["id"]
            for n in range(5)]
        invite = cls.owner("POST", f"/channels/{text}/invites", {})[1]["code"]
        others = [other["id"] for other in cls.news["bots"][1:]]
        cls.pool = {
            "guild": [guild], "channel": list(cls.news["channels"].values()), "message": messages,
            "user": others, "target": others + [guild], "recipient": others, "application": [bot["id"]],
            "webhook": [bot["id"]], "code": [invite], "role": [guild], "emoji": ["\N{THUMBS UP SIGN}"],
        }

    def run_as(self, token, seed):
        """One run as an account; its report goes into the failure."""
        document = self.news["api"] + "/openapi.json"
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "schemathesis.toml").write_text(CONFIGURATION)
            environment = {
                **os.environ, "SCHEMATHESIS_HOOKS": "openapi_hooks", "PYTHONPATH": str(HERE),
                "PYTHONDONTWRITEBYTECODE": "1", "ROOST_POOL": json.dumps(self.pool),
                "ROOST_SPARE": ",".join(FATAL), "ROOST_SEED": str(seed),
            }
            run = subprocess.run(
                [
                    str(pathlib.Path(sys.executable).parent / "schemathesis"), "run", document,
                    "--header", f"Authorization: {token}", "--tls-verify", self.news["ca"],
                    "--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-time", str(SECONDS),
                    "--exclude-operation-id", "logout", "--seed", str(seed), "--no-shrink",
                    "--continue-on-failure", "--generation-database", "none", "--warnings", "off",
                    "--suppress-health-check", "all", "--request-timeout", "20", "--no-color",
                ],
                cwd=directory, env=environment, capture_output=True, text=True, timeout=SECONDS * 4 + 120)
        self.assertEqual(run.returncode, 0, f"seed {seed}\n{run.stdout[-20_000:]}{run.stderr[-5_000:]}")
        cases = re.search(r"(\d+) generated", run.stdout)
        self.assertGreater(int(cases.group(1)) if cases else 0, 50, run.stdout[-3_000:])
        self.assertEqual(self.owner("GET", "/users/@me")[0], 200, "the server is well")
        for kind, least in (("2xx", 10), ("4xx", 30)):
            self.assertGreater(self.rest_answers(kind), least, "what is there was found, what is wrong refused")
        self.assertEqual(self.rest_answers("5xx"), 0)

    def rest_answers(self, kind):
        """How many answers of a class the server counted."""
        for line in self.owner.page("/metrics")[2].decode().splitlines():
            if line.startswith("roost_rest_responses_total") and f'"{kind}"' in line:
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no count of {kind}")

    def test_with_a_persons_token(self):
        self.run_as(self.news["owner"]["token"], 1)

    def test_with_a_bots_token(self):
        self.run_as("Bot " + self.news["bots"][0]["token"], 2)


if __name__ == "__main__":
    unittest.main()
