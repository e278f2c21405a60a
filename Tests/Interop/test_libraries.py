"""Python's other Discord libraries, unmodified, each in an environment of its own in .build/venvs."""

import json
import os
import subprocess
import unittest

from rest import REST
from roost_server import ROOT, Roost

STEPS = ["ready", "send", "edit", "react", "read", "channel", "delete"]
# The environment's name and the module's.
LIBRARIES = {
    "py-cord": "discord", "disnake": "disnake", "nextcord": "nextcord", "hikari": "hikari",
    "interactions": "interactions",
}


class Libraries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        owner = REST(cls.news, cls.news["owner"]["token"])
        role = owner("POST", f"/guilds/{cls.news['guild_id']}/roles", {"name": "chief", "permissions": "8"})[1]
        for bot in cls.news["bots"]:
            path = f"/guilds/{cls.news['guild_id']}/members/{bot['id']}/roles/{role['id']}"
            assert owner("PUT", path)[0] == 204

    def live(self, name, number):
        python = ROOT / ".build/venvs" / name / "bin/python"
        if not python.exists():
            self.skipTest(f"{name} is not installed")
        environment = dict(
            os.environ, ROOST_LIBRARY=LIBRARIES[name], ROOST_API=self.news["api"],
            ROOST_TOKEN=self.news["bots"][number]["token"], ROOST_CHANNEL=self.news["channels"]["text"],
            ROOST_GUILD=self.news["guild_id"], SSL_CERT_FILE=self.news["ca"])
        run = subprocess.run(
            [str(python), "-B", "library_bot.py"], env=environment, capture_output=True, text=True, timeout=60,
            cwd=ROOT / "Tests/Interop")
        self.assertEqual(run.returncode, 0, run.stdout[-2_000:] + run.stderr[-4_000:])
        lived = json.loads(run.stdout.splitlines()[-1])
        self.assertEqual((lived["steps"], lived["complaints"]), (STEPS, []), run.stderr[-2_000:])

    def test_py_cord(self):
        self.live("py-cord", 0)

    def test_disnake(self):
        self.live("disnake", 1)

    def test_nextcord(self):
        self.live("nextcord", 2)

    def test_hikari(self):
        self.live("hikari", 3)

    def test_interactions(self):
        self.live("interactions", 4)


if __name__ == "__main__":
    unittest.main()
