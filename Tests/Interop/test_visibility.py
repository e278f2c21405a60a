"""While others write, moderators take a person's sight away; from the answer on nothing hidden reaches them."""

import json
import os
import random
import ssl
import threading
import time
import unittest

import websockets.sync.client

from clients import until
from rest import REST
from roost_server import Roost

SECONDS = float(os.environ.get("ROOST_VISIBILITY_SECONDS", "12"))


class Eyes:
    """A person's gateway connection: the numbers of all messages that it was told."""

    def __init__(self, news, token):
        context = ssl.create_default_context(cafile=news["ca"])
        self.socket = websockets.sync.client.connect(
            news["gateway"].rstrip("/") + "/?v=10&encoding=json", ssl=context, compression=None, max_size=None)
        self.seen, self.ready = set(), threading.Event()
        self.socket.recv(timeout=5)
        self.socket.send(json.dumps({"op": 2, "d": {"token": token, "properties": {}}}))
        threading.Thread(target=self.read, daemon=True).start()
        assert self.ready.wait(10)

    def read(self):
        try:
            for text in self.socket:
                payload = json.loads(text)
                if payload["t"] == "READY":
                    self.ready.set()
                elif payload["t"] == "MESSAGE_CREATE" and payload["d"]["content"].isdigit():
                    self.seen.add(int(payload["d"]["content"]))
        except websockets.exceptions.ConnectionClosed:
            pass


class Visibility(unittest.TestCase):
    def setUp(self):
        roost = self.enterContext(Roost("--limits.rate_percent=100000"))
        self.news = roost.announcement
        self.guild = self.news["guild_id"]
        self.owner = REST(self.news, self.news["owner"]["token"])
        self.channel = self.owner("POST", f"/guilds/{self.guild}/channels", {"name": "secrets"})[1]["id"]
        self.role = self.owner("POST", f"/guilds/{self.guild}/roles", {"name": "outcast"})[1]["id"]
        self.invite = self.owner("POST", f"/channels/{self.news['channels']['text']}/invites", {})[1]["code"]
        session = REST(self.news)("POST", "/auth/register", {
            "username": "victim", "password": "a long password", "invite": self.invite})[1]
        self.victim, self.user = REST(self.news, session["token"]), session["user_id"]
        self.eyes = Eyes(self.news, session["token"])
        self.addCleanup(self.eyes.socket.close)
        self.posting, self.stops = 0, threading.Event()

    def write(self):
        while not self.stops.is_set():
            self.posting += 1
            status, answer = self.owner(
                "POST", f"/channels/{self.channel}/messages", {"content": str(self.posting)})
            assert status == 200, answer

    def must(self, method, path, body=None):
        status, answer = self.owner(method, path, body)
        self.assertLess(status, 300, answer)

    def come_back(self):
        status, answer = self.victim("POST", f"/invites/{self.invite}", {})
        self.assertEqual(status, 200, answer)

    def ways(self):
        """How sight is taken, and given back."""
        member = f"/guilds/{self.guild}/members/{self.user}"
        overwrite = f"/channels/{self.channel}/permissions/"
        hidden = {"allow": "0", "deny": "1024"}
        return {
            "an overwrite of the member": (
                lambda: self.must("PUT", overwrite + self.user, {"type": 1, **hidden}),
                lambda: self.must("DELETE", overwrite + self.user)),
            "an overwrite of everybody": (
                lambda: self.must("PUT", overwrite + self.guild, {"type": 0, **hidden}),
                lambda: self.must("DELETE", overwrite + self.guild)),
            "a role": (
                lambda: (
                    self.must("PUT", overwrite + self.role, {"type": 0, **hidden}),
                    self.must("PUT", f"{member}/roles/{self.role}")),
                lambda: self.must("DELETE", f"{member}/roles/{self.role}")),
            "a kick": (lambda: self.must("DELETE", member), self.come_back),
            "a ban": (
                lambda: self.must("PUT", f"/guilds/{self.guild}/bans/{self.user}", {}),
                lambda: (
                    self.must("DELETE", f"/guilds/{self.guild}/bans/{self.user}"), self.come_back())),
        }

    def test_nothing_hidden_reaches_a_person(self):
        seed = random.randrange(1 << 32)
        dice, hidden, ways = random.Random(seed), [], self.ways()
        writers = [threading.Thread(target=self.write, daemon=True)]
        for writer in writers:
            writer.start()
        ends, used = time.monotonic() + SECONDS, set()
        while time.monotonic() < ends or len(used) < len(ways):
            way = dice.choice(sorted(set(ways) - used or set(ways)))
            used.add(way)
            take, give = ways[way]
            take()
            first = self.posting + 1
            for path in ("", "/messages", "/messages?limit=1", "/messages/pins"):
                status, answer = self.victim("GET", f"/channels/{self.channel}{path}")
                self.assertEqual(status, 403, f"seed {seed}, {way}, {path}: {answer}")
            until("more is written", lambda: self.posting > first + 3)
            last = self.posting - 1  # the newest may still be on its way when sight is given back
            give()
            hidden.append((way, first, last))
            status, _ = self.victim("GET", f"/channels/{self.channel}/messages?limit=1")
            self.assertEqual(status, 200, f"seed {seed}: {way} given back")
            shown = self.posting + 1
            until("they see again", lambda: any(number > shown for number in self.eyes.seen))
        self.stops.set()
        for writer in writers:
            writer.join()
        self.must("DELETE", f"/channels/{self.channel}")
        self.assertEqual(self.victim("GET", f"/channels/{self.channel}/messages")[0], 404)
        time.sleep(0.3)
        for way, first, last in hidden:
            reached = sorted(number for number in self.eyes.seen if first <= number <= last)
            self.assertEqual(reached, [], f"seed {seed}: through {way}, {first} to {last}")
        self.assertGreaterEqual(len(hidden), len(ways))


if __name__ == "__main__":
    unittest.main()
