"""What moderators do stops the media within 100 ms and is told to whom it concerns."""

import time
import unittest

from clients import until
from rest import REST
from roost_server import Roost
from wire import Member, gateway


class Moderation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.channel, cls.stage = cls.news["channels"]["voice"], cls.news["channels"]["stage"]
        cls.owner = REST(cls.news, cls.news["owner"]["token"])

    def setUp(self):
        self.talker, self.listener = Member(self.news, 0), Member(self.news, 1)
        for member in (self.talker, self.listener):
            self.addCleanup(member.close)
            member.join(self.channel)
            member.talk()
        self.both_hear()

    def both_hear(self):
        self.listener.hears(self.talker)
        self.talker.hears(self.listener)

    def does(self, method, path, body=None, statuses=(200, 204)):
        """When the server had answered the owner's request."""
        status, answer = self.owner(method, path, body)
        self.assertIn(status, statuses, answer)
        return time.time()

    def member_path(self, member=None):
        return f"/guilds/{self.news['guild_id']}/members/{(member or self.talker).user}"

    def silent(self, listener, talker, at):
        time.sleep(0.5)
        self.assertLess(listener.last(talker) - at, 0.1, "media went on for more than 100 ms")

    def goodbye(self, code=4014):
        self.assertEqual(self.talker.voice.code(), code)
        until("the other is told by the voice gateway", lambda: any(
            m["d"]["user_id"] == self.talker.user for m in self.listener.voice.seen(13)))

    def state(self, member, of):
        states = [m["d"] for m in member.main.seen(0, "VOICE_STATE_UPDATE") if m["d"]["user_id"] == of.user]
        return states[-1] if states else None

    def test_server_mute_and_back(self):
        self.silent(self.listener, self.talker, self.does("PATCH", self.member_path(), {"mute": True}))
        self.assertTrue(self.state(self.listener, self.talker)["mute"])
        self.talker.hears(self.listener)
        self.does("PATCH", self.member_path(), {"mute": False})
        self.both_hear()

    def test_server_deafen_and_back(self):
        self.silent(self.talker, self.listener, self.does("PATCH", self.member_path(), {"deaf": True}))
        self.assertTrue(self.state(self.listener, self.talker)["deaf"])
        self.does("PATCH", self.member_path(), {"deaf": False})
        self.both_hear()

    def test_self_deafen_and_back(self):
        self.talker.main.say(4, {"guild_id": self.talker.guild, "channel_id": self.channel, "self_mute": False, "self_deaf": True})
        self.silent(self.talker, self.listener, time.time())
        self.talker.main.say(4, {"guild_id": self.talker.guild, "channel_id": self.channel, "self_mute": False, "self_deaf": False})
        self.talker.hears(self.listener)

    def test_a_member_moved_elsewhere_is_heard_there_and_not_here(self):
        servers = len(self.talker.main.seen(0, "VOICE_SERVER_UPDATE"))
        self.silent(self.listener, self.talker, self.does("PATCH", self.member_path(), {"channel_id": self.stage}))
        self.goodbye()
        self.assertEqual(self.state(self.talker, self.talker)["channel_id"], self.stage)
        self.talker.server = self.talker.main.wait(0, "VOICE_SERVER_UPDATE", servers + 1)
        self.talker.identify()
        self.talker.open_udp()
        self.talker.select()
        self.does("PATCH", self.member_path(self.listener), {"channel_id": self.stage})
        self.does("PATCH", self.member_path(self.listener), {"channel_id": self.channel})

    def test_a_disconnected_member_is_told_and_silent(self):
        self.silent(self.listener, self.talker, self.does("PATCH", self.member_path(), {"channel_id": None}))
        self.goodbye()
        self.assertIsNone(self.state(self.talker, self.talker)["channel_id"])
        self.assertLess(self.talker.last(self.listener), time.time() - 0.3, "nor does it hear")

    def test_a_deleted_channel_ends_its_call(self):
        guild = self.news["guild_id"]
        _, channel = self.owner("POST", f"/guilds/{guild}/channels", {"name": "for a moment", "type": 2})
        for member in (self.talker, self.listener):
            member.hush()
            member.join(channel["id"])
            member.talk()
        self.both_hear()
        at = self.does("DELETE", f"/channels/{channel['id']}")
        self.silent(self.listener, self.talker, at)
        for member in (self.talker, self.listener):
            self.assertEqual(member.voice.code(), 4014)
            self.assertIsNone(self.state(member, member)["channel_id"])
            self.assertTrue(member.main.seen(0, "CHANNEL_DELETE"))

    def test_a_member_that_leaves_the_guild_leaves_the_call(self):
        _, invite = self.owner("POST", f"/channels/{self.news['channels']['text']}/invites", {})
        rest = REST(self.news)
        status, session = rest("POST", "/auth/register", {
            "username": "guest", "password": "correct horse battery", "invite": invite["code"]})
        self.assertIn(status, (200, 201), session)
        main = gateway(self.news, session["token"])
        guest = Member(self.news | {"bots": [{"id": main.ready["user"]["id"], "token": session["token"]}]}, 0, main)
        self.addCleanup(guest.close)
        guest.join(self.channel)
        guest.talk()
        self.listener.hears(guest)
        status, _ = REST(self.news, session["token"])("DELETE", f"/users/@me/guilds/{self.news['guild_id']}")
        self.assertEqual(status, 204)
        self.silent(self.listener, guest, time.time())
        self.assertEqual(guest.voice.code(), 4014)
        self.assertTrue(main.wait(0, "GUILD_DELETE"))

    def test_a_kicked_member_leaves_the_call(self):
        _, invite = self.owner("POST", f"/channels/{self.news['channels']['text']}/invites", {})
        _, session = REST(self.news)("POST", "/auth/register", {
            "username": "rowdy", "password": "correct horse battery", "invite": invite["code"]})
        main = gateway(self.news, session["token"])
        rowdy = Member(self.news | {"bots": [{"id": main.ready["user"]["id"], "token": session["token"]}]}, 0, main)
        self.addCleanup(rowdy.close)
        rowdy.join(self.channel)
        rowdy.talk()
        self.listener.hears(rowdy)
        self.silent(self.listener, rowdy, self.does("DELETE", self.member_path(rowdy)))
        self.assertEqual(rowdy.voice.code(), 4014)
        self.assertTrue(main.wait(0, "GUILD_DELETE"))


if __name__ == "__main__":
    unittest.main()
