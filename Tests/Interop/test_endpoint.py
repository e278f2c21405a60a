"""A bot without a gateway connection: interactions come to it over HTTP, signed."""

import http.server
import json
import ssl
import threading
import time
import unittest

import websockets.sync.client
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from clients import until
from rest import REST
from roost_server import Roost


class Endpoint:
    """A bot's web server; `answers` maps a command's name to status and body."""

    def __init__(self, verify_key):
        self.key = VerifyKey(bytes.fromhex(verify_key)) if verify_key else None
        self.seen, self.answers = [], {}
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = endpoint.answer(self.headers, body)
                octets = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/interactions"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, headers, body):
        if self.key:
            try:
                self.key.verify(
                    headers["X-Signature-Timestamp"].encode() + body,
                    bytes.fromhex(headers["X-Signature-Ed25519"]))
            except BadSignatureError:
                return 401, {"error": "bad signature"}
        interaction = json.loads(body)
        if interaction["type"] == 1:
            return 200, {"type": 1}
        self.seen.append(interaction)
        answer = self.answers[interaction["data"]["name"]]
        return answer(interaction) if callable(answer) else answer

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class HTTPInteractions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--outgoing.trusted_hosts=localhost").start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.bot = REST(cls.news, "Bot " + cls.news["bots"][0]["token"])
        cls.application = cls.bot("GET", "/applications/@me")[1]
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]
        cls.endpoint = Endpoint(cls.application["verify_key"])
        cls.addClassCleanup(cls.endpoint.close)
        status, changed = cls.bot(
            "PATCH", "/applications/@me", {"interactions_endpoint_url": cls.endpoint.url})
        assert status == 200 and changed["interactions_endpoint_url"] == cls.endpoint.url, changed
        cls.commands = {}
        for name in ("hello", "later", "broken", "silent"):
            status, command = cls.bot(
                "POST", f"/applications/{cls.application['id']}/commands",
                {"name": name, "description": name, "type": 1})
            assert status == 201, command
            cls.commands[name] = command["id"]

    def call(self, name):
        status, answer = self.owner("POST", "/interactions", {
            "type": 2, "application_id": self.application["id"], "guild_id": self.guild,
            "channel_id": self.text, "data": {"id": self.commands[name], "name": name, "type": 1}})
        self.assertEqual(status, 204, answer)

    def said(self, text):
        def find():
            messages = self.owner("GET", f"/channels/{self.text}/messages")[1]
            return next((m for m in messages if m["content"] == text), None)
        return until(f"the bot says {text}", find)

    def test_the_answer_is_the_callback(self):
        self.endpoint.answers["hello"] = (200, {"type": 4, "data": {"content": "hi over HTTP"}})
        self.call("hello")
        message = self.said("hi over HTTP")
        self.assertEqual(message["author"]["id"], self.application["id"])
        self.assertEqual(message["interaction_metadata"]["name"], "hello")
        self.assertEqual(self.endpoint.seen[-1]["guild_id"], self.guild)

    def test_deferred_then_filled_by_the_token(self):
        self.endpoint.answers["later"] = (200, {"type": 5})
        self.call("later")
        interaction = until(
            "it arrives", lambda: [i for i in self.endpoint.seen if i["data"]["name"] == "later"])[0]
        anybody = REST(self.news)
        path = f"/webhooks/{self.application['id']}/{interaction['token']}"
        until("deferred", lambda: anybody("GET", path + "/messages/@original")[0] == 200)
        status, message = anybody("PATCH", path + "/messages/@original", {"content": "filled"})
        self.assertEqual((status, message["content"]), (200, "filled"))
        self.assertEqual(anybody("POST", path, {"content": "and more"})[0], 200)
        self.said("and more")

    def test_other_endpoints_are_refused(self):
        loose = Endpoint(None)
        self.addCleanup(loose.close)
        other = REST(self.news, "Bot " + self.news["bots"][1]["token"])
        for url in (
                loose.url, loose.url.replace("localhost", "127.0.0.1"), "http://localhost:1/", "ftp://localhost/",
                "http://example.org/", "https://user@localhost/", "not a url", "https://169.254.169.254/latest"):
            with self.subTest(url):
                status, error = other("PATCH", "/applications/@me", {"interactions_endpoint_url": url})
                self.assertEqual((status, error["code"]), (400, 50035))
                self.assertIn("interactions_endpoint_url", error["errors"])
        self.assertIsNone(other("GET", "/applications/@me")[1]["interactions_endpoint_url"])
        status, error = self.owner("PATCH", "/applications/@me", {"interactions_endpoint_url": loose.url})
        self.assertEqual(status, 403, error)
        self.assertEqual(loose.seen, [])


class Failures(unittest.TestCase):
    """INTERACTION_FAILURE reaches the session that asked."""

    def test_a_silent_and_a_broken_bot(self):
        roost = self.enterContext(Roost("--outgoing.trusted_hosts=localhost"))
        news = roost.announcement
        owner = REST(news, news["owner"]["token"])
        bot = REST(news, "Bot " + news["bots"][0]["token"])
        application = bot("GET", "/applications/@me")[1]["id"]
        command = bot(
            "POST", f"/applications/{application}/commands", {"name": "x", "description": "x"})[1]["id"]
        context = ssl.create_default_context(cafile=news["ca"])
        socket = self.enterContext(websockets.sync.client.connect(
            news["gateway"].rstrip("/") + "/?v=10&encoding=json", ssl=context, compression=None, max_size=None))
        socket.recv(timeout=5)
        socket.send(json.dumps({"op": 2, "d": {"token": news["owner"]["token"], "properties": {}}}))

        def event(name):
            ends = time.monotonic() + 15
            while time.monotonic() < ends:
                payload = json.loads(socket.recv(timeout=15))
                if payload.get("t") == name:
                    return payload["d"]
            raise AssertionError(f"no {name}")

        session = event("READY")["session_id"]

        def call(nonce):
            status, answer = owner("POST", "/interactions", {
                "type": 2, "application_id": application, "guild_id": news["guild_id"], "nonce": nonce,
                "session_id": session, "channel_id": news["channels"]["text"], "data": {"id": command}})
            self.assertEqual(status, 204, answer)

        asked = time.monotonic()
        call("silent")
        started = event("INTERACTION_CREATE")
        failed = event("INTERACTION_FAILURE")
        self.assertEqual((failed["nonce"], failed["id"]), ("silent", started["id"]))
        self.assertGreaterEqual(time.monotonic() - asked, 2.9)
        endpoint = Endpoint(bot("GET", "/applications/@me")[1]["verify_key"])
        self.addCleanup(endpoint.close)
        endpoint.answers["x"] = (500, {"oops": True})
        status, answer = bot("PATCH", "/applications/@me", {"interactions_endpoint_url": endpoint.url})
        self.assertEqual(status, 200, answer)
        call("broken")
        self.assertEqual(event("INTERACTION_FAILURE")["nonce"], "broken")


if __name__ == "__main__":
    unittest.main()
