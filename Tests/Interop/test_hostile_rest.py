"""Nonsense to every route of the served description, on the real server: a documented 4xx, never a 5xx."""

import http.client
import json
import os
import random
import ssl
import time
import unittest
import urllib.parse

from rest import REST
from roost_server import Roost

ROUNDS = int(os.environ.get("ROOST_HOSTILE_ROUNDS", "6"))
DOCUMENTED = {200, 201, 202, 204, 400, 401, 403, 404, 405, 413, 429}
SPARED = {"logout", "deleteGuild"}


def bodies(dice):
    """One hostile body with its type."""
    deep = dice.choice((10, 100, 30_000))
    yield "application/json", b"[" * deep
    yield "application/json", b'{"content":' * deep
    yield "application/json", dice.randbytes(dice.randrange(1, 200))
    yield "application/json", b'{"content":"\xff\xfe"}'
    yield "application/json", b'{"limit":1e400,"type":-9223372036854775809,"nonce":18446744073709551616}'
    yield "application/json", json.dumps({
        key: dice.choice((None, True, -1, 2**63, 1e308, "", "\0", [[]], {}, [{}] * 50, "9" * 400))
        for key in ("name", "content", "type", "embeds", "components", "permissions", "roles", "id", "user_ids",
                    "messages", "data", "options", "nick", "recipients", "overwrites", "flags", "attachments")
    }).encode()
    yield "application/json", b"null"
    yield "application/json; charset=utf-16", b"\xfe\xff\x00{\x00}"
    yield "multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{"
    yield "multipart/form-data; boundary=b", b"--b--\r\n" * 100
    yield "multipart/form-data", b"--\r\n\r\n"
    yield "multipart/form-data; boundary=b", (
        b"--b\r\nContent-Disposition: form-data; name=\"files[99999999999999999999]\"; filename=\"../../x\"\r\n\r\n"
        b"x\r\n--b--\r\n")
    yield "application/x-www-form-urlencoded", b"payload_json=%7B%22a%22&payload_json=%FF"
    yield "text/plain\t;;;", b"{}"


class HostileREST(unittest.TestCase):
    def test_every_route(self):
        roost = self.enterContext(Roost("--limits.rate_percent=100000"))
        news = roost.announcement
        owner = REST(news, news["owner"]["token"])
        description = owner("GET", "/openapi.json")[1]
        real = {
            "guild": news["guild_id"], "channel": news["channels"]["text"],
            "user": news["bots"][1]["id"], "application": news["bots"][0]["id"],
            "message": owner("POST", f"/channels/{news['channels']['text']}/messages", {"content": "x"})[1]["id"],
        }
        base = urllib.parse.urlsplit(news["api"])
        context = ssl.create_default_context(cafile=news["ca"])
        connection = http.client.HTTPSConnection(base.hostname, base.port, context=context, timeout=20)
        self.addCleanup(connection.close)
        seed = random.randrange(1 << 32)
        dice, sent, ends = random.Random(seed), 0, time.monotonic() + 90
        for _ in range(ROUNDS):
            for template, operations in description["paths"].items():
                for method, operation in operations.items():
                    if operation["operationId"] in SPARED or time.monotonic() > ends:
                        continue
                    kind, body = dice.choice(list(bodies(dice)))
                    path = template
                    for name in (p["name"] for p in operation.get("parameters", []) if p["in"] == "path"):
                        value = real.get(name, "1") if dice.random() < 0.7 else dice.choice(
                            ("%FF", "%00", "-1", "9" * 30, "%F0%9F%92%A9", "a" * 300, "%252e%252e"))
                        path = path.replace("{%s}" % name, value)
                    token = dice.choice((news["owner"]["token"], "Bot " + news["bots"][0]["token"]))
                    connection.request(method.upper(), base.path + path, body, {
                        "Content-Type": kind, "Authorization": token})
                    answer = connection.getresponse()
                    text, sent = answer.read(), sent + 1
                    place = f"seed {seed}: {method} {path} {kind} {body[:80]!r}: {answer.status} {text[:200]!r}"
                    self.assertIn(answer.status, DOCUMENTED, place)
                    if answer.status >= 400:
                        self.assertEqual(answer.headers["Content-Type"], "application/json", place)
                        self.assertIn("message", json.loads(text), place)
        self.assertGreater(sent, 100)
        self.assertEqual(owner("GET", "/users/@me")[0], 200)
        for line in owner.page("/metrics")[2].decode().splitlines():
            if line.startswith('roost_rest_responses_total{class="5xx"}'):
                self.assertEqual(float(line.split()[1]), 0)


if __name__ == "__main__":
    unittest.main()
