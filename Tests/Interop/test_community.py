"""A community bot's work through unmodified discord.py."""

import unittest

from clients import Bot
from rest import REST
from roost_server import Roost


class CommunityBot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]
        status, role = cls.owner(
            "POST", f"/guilds/{cls.guild}/roles", {"name": "chief", "permissions": "8", "hoist": True})
        assert status == 200, role
        rows = [{"id": role["id"], "position": 50}]
        assert cls.owner("PATCH", f"/guilds/{cls.guild}/roles", rows)[0] == 200
        path = f"/guilds/{cls.guild}/members/{cls.news['bots'][0]['id']}/roles/{role['id']}"
        assert cls.owner("PUT", path)[0] == 204

    def tour(self, name, **arguments):
        """One tour by one bot; nothing may have irritated the library."""
        bot = Bot(self.news, 0)
        self.addCleanup(bot.close)
        result = bot(name, **arguments)
        self.assertEqual(bot.complaints(), [])
        return result

    def test_settings_of_a_guild(self):
        self.tour("settings_tour")

    def test_order_of_roles_and_channels(self):
        self.tour("order_tour")

    def test_pins_forwards_and_crossposts(self):
        self.tour("pin_tour", channel=self.text)

    def test_private_messages(self):
        bot = Bot(self.news, 0)
        self.addCleanup(bot.close)
        channel = bot("whisper", user=self.owner("GET", "/users/@me")[1]["id"])["channel"]
        status, said = self.owner("POST", f"/channels/{channel}/messages", {"content": "heard"})
        self.assertEqual(status, 200, said)
        self.assertNotIn("guild_id", said)
        self.assertEqual(bot("answered")["content"], "heard")
        self.assertEqual([c["id"] for c in self.owner("GET", "/users/@me/channels")[1]], [channel])
        self.assertEqual(self.owner("DELETE", f"/channels/{channel}")[0], 200)
        self.assertEqual(self.owner("GET", "/users/@me/channels")[1], [])
        self.assertEqual(bot.complaints(), [])

    def test_bulk_ban(self):
        self.tour("bulk_ban_tour", user=self.news["bots"][4]["id"])

    def test_audit_log(self):
        self.tour("audit_tour", user=self.news["bots"][1]["id"])


if __name__ == "__main__":
    unittest.main()
