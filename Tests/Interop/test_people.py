"""What people have of their own: friends, groups, what they read; over REST and the gateway by hand."""

import base64
import hmac
import struct
import time
import unittest

from rest import REST
from roost_server import Roost
from wire import gateway


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.owner_id = cls.owner("GET", "/users/@me")[1]["id"]
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]

    def person(self, name, *, joins=True):
        """Somebody new, who follows an invite to the guild or not."""
        body = {"username": name, "password": "correct horse battery"}
        if joins:
            status, invite = self.owner("POST", f"/channels/{self.text}/invites", {})
            self.assertEqual(status, 200, invite)
            body["invite"] = invite["code"]
        status, made = REST(self.news)("POST", "/auth/register", body)
        self.assertEqual(status, 200, made)
        return REST(self.news, made["token"]), made["user_id"]

    def listen(self, rest):
        socket = gateway(self.news, rest.token)
        self.addCleanup(socket.close)
        return socket

    def done(self, answer, status=204):
        self.assertEqual(answer[0], status, answer[1])
        return answer[1]

    def test_reading(self):
        bob, bob_id = self.person("reader")
        other = self.listen(bob)
        said = self.done(
            self.owner("POST", f"/channels/{self.text}/messages", {"content": f"<@{bob_id}> @everyone"}), 200)
        state = next(s for s in self.ready(bob)["read_state"] if s["id"] == self.text)
        self.assertEqual(state["mention_count"], 1)
        answer = self.done(bob("POST", f"/channels/{self.text}/messages/{said['id']}/ack", {"token": None}), 200)
        self.assertEqual(answer, {"token": None})
        told = other.wait(0, "MESSAGE_ACK")
        self.assertEqual((told["message_id"], told["mention_count"]), (said["id"], 0))
        state = next(s for s in self.ready(bob)["read_state"] if s["id"] == self.text)
        self.assertEqual((state["mention_count"], state["last_message_id"]), (0, said["id"]))
        settings = self.done(
            bob("PATCH", f"/users/@me/guilds/{self.guild}/settings", {"suppress_everyone": True}), 200)
        self.assertEqual(other.wait(0, "USER_GUILD_SETTINGS_UPDATE"), settings)
        self.assertEqual(self.ready(bob)["user_guild_settings"], [settings])

    def ready(self, rest):
        return self.listen(rest).ready

    def test_friends_and_groups(self):
        cara, cara_id = self.person("cara")
        dan, dan_id = self.person("dan", joins=False)
        ears = self.listen(dan)
        channel = self.done(cara("POST", "/users/@me/channels", {"recipients": [dan_id]}), 200)["id"]
        say = ("POST", f"/channels/{channel}/messages", {"content": "hi"})
        self.assertEqual(cara(*say)[1]["code"], 50007)
        self.done(cara("POST", "/users/@me/relationships", {"username": "dan", "discriminator": None}))
        self.assertEqual(ears.wait(0, "RELATIONSHIP_ADD")["type"], 3)
        self.done(dan("PUT", f"/users/@me/relationships/{cara_id}", {}))
        self.done(cara(*say), 200)
        self.assertEqual(ears.wait(0, "MESSAGE_CREATE")["content"], "hi")

        self.done(self.owner("PUT", f"/users/@me/relationships/{cara_id}", {}))
        self.done(cara("PUT", f"/users/@me/relationships/{self.owner_id}", {}))
        body = {"recipients": [dan_id, self.owner_id]}
        group = self.done(cara("POST", "/users/@me/channels", body), 200)
        self.assertEqual((group["type"], group["owner_id"], len(group["recipients"])), (3, cara_id, 2))
        self.done(dan("PATCH", f"/channels/{group['id']}", {"name": "nest"}), 200)
        self.assertEqual(ears.wait(0, "CHANNEL_UPDATE")["name"], "nest")
        kinds = [m["type"] for m in self.done(cara("GET", f"/channels/{group['id']}/messages"), 200)]
        self.assertEqual(kinds, [4])
        self.done(cara("DELETE", f"/channels/{group['id']}/recipients/{dan_id}"))
        ears.wait(0, "CHANNEL_DELETE")
        self.assertEqual(dan("GET", f"/channels/{group['id']}")[0], 403)

        self.done(dan("PUT", f"/users/@me/relationships/{cara_id}", {"type": 2}))
        self.assertEqual(cara(*say)[1]["code"], 50007)
        self.assertEqual(cara("PUT", f"/users/@me/relationships/{dan_id}", {})[1]["code"], 80001)
        kept = self.ready(dan)["relationships"]
        self.assertEqual([(r["id"], r["type"]) for r in kept], [(cara_id, 2)])


    def code(self, secret):
        """What an authenticator app shows now (RFC 6238)."""
        key = base64.b32decode(secret)
        mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
        start = mac[-1] & 15
        return f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7FFFFFFF) % 1000000:06}"

    def test_account(self):
        eve, eve_id = self.person("eve")
        anybody = REST(self.news)
        login = {"login": "eve", "password": "correct horse battery"}
        other = REST(self.news, self.done(anybody("POST", "/auth/login", login), 200)["token"])
        ears = self.listen(other)
        listed = self.done(eve("GET", "/auth/sessions"), 200)["user_sessions"]
        self.assertEqual(len(listed), 2)
        self.done(eve("POST", "/auth/sessions/logout", {"session_id_hashes": [listed[0]["id_hash"]]}))
        self.assertEqual(ears.code(), 4004)
        self.assertEqual((other("GET", "/users/@me")[0], eve("GET", "/users/@me")[0]), (401, 200))

        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        body = {"password": login["password"], "secret": secret, "code": self.code(secret)}
        self.assertEqual(eve("POST", "/users/@me/mfa/totp/enable", {**body, "password": "wrong wrong"})[0], 400)
        made = self.done(eve("POST", "/users/@me/mfa/totp/enable", body), 200)
        self.assertEqual(eve("GET", "/users/@me")[0], 401)
        eve.token = made["token"]
        self.assertTrue(self.done(eve("GET", "/users/@me"), 200)["mfa_enabled"])
        ticket = self.done(anybody("POST", "/auth/login", login), 200)
        self.assertNotIn("token", ticket)
        proof = {"ticket": ticket["ticket"], "code": body["code"]}
        self.assertEqual(anybody("POST", "/auth/mfa/totp", proof)[1]["code"], 60008, "used already")
        proof["code"] = made["backup_codes"][0]["code"]
        self.done(anybody("POST", "/auth/mfa/backup", proof), 200)
        eve.token = self.done(
            eve("POST", "/users/@me/mfa/totp/disable", {"code": made["backup_codes"][1]["code"]}), 200)["token"]

        changed = {"password": login["password"], "new_password": "another long one"}
        eve.token = self.done(eve("PATCH", "/users/@me", changed), 200)["token"]
        self.assertEqual(anybody("POST", "/auth/login", login)[0], 400)
        said = self.done(eve("POST", f"/channels/{self.text}/messages", {"content": "here"}), 200)
        self.assertEqual(self.done(eve("GET", "/users/@me/export"), 200)["user"]["id"], eve_id)
        password = {"password": "another long one"}
        self.done(eve("POST", "/users/@me/disable", password))
        again = {"login": "eve", **password}
        self.assertEqual(anybody("POST", "/auth/login", again)[1]["code"], 20013)
        eve.token = self.done(anybody("POST", "/auth/login", {**again, "undelete": True}), 200)["token"]
        self.done(eve("POST", "/users/@me/delete", password))
        self.assertEqual(anybody("POST", "/auth/login", again)[0], 400)
        kept = self.done(self.owner("GET", f"/channels/{self.text}/messages/{said['id']}"), 200)
        self.assertEqual((kept["content"], kept["author"]["global_name"]), ("here", "Deleted User"))


if __name__ == "__main__":
    unittest.main()
