"""A moderation bot's work through unmodified discord.py."""

import unittest

from clients import Bot, until
from rest import REST
from roost_server import Roost


class ModerationBot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.guild = cls.news["guild_id"]

    def setUp(self):
        status, role = self.owner("POST", f"/guilds/{self.guild}/roles", {"name": "chief", "permissions": "8"})
        self.assertEqual(status, 200, role)
        path = f"/guilds/{self.guild}/members/{self.news['bots'][0]['id']}/roles/{role['id']}"
        self.assertEqual(self.owner("PUT", path)[0], 204)
        self.bot = Bot(self.news, 0)
        self.addCleanup(self.bot.close)

    def test_guild_changes_come_back(self):
        self.bot("guild_tour")
        self.assertEqual(self.bot.complaints(), [])

    def test_embeds_are_kept_and_shown(self):
        self.bot("embed_tour", channel=self.news["channels"]["text"])
        self.assertEqual(self.bot.complaints(), [])

    def test_many_messages_go_at_once(self):
        self.bot("purge_tour", channel=self.news["channels"]["text"])
        self.assertEqual(self.bot.complaints(), [])

    def test_a_banned_bot_is_out_until_the_ban_is_lifted(self):
        spammer = Bot(self.news, 4)
        self.addCleanup(spammer.close)
        text = self.news["channels"]["text"]
        said = spammer("send", channel=text, content="buy")["message"]
        self.bot("ban_tour", user=spammer.user)
        until("the spammer is told", lambda: spammer.seen("guild_remove", guild=str(self.guild)))
        self.assertEqual(self.owner("GET", f"/channels/{text}/messages/{said}")[0], 404)
        self.assertEqual(self.bot.complaints() + spammer.complaints(), [])

    def test_roles_overwrites_and_time_outs_come_back(self):
        self.bot("role_tour", user=self.news["bots"][1]["id"], channel=self.news["channels"]["text"])
        self.assertEqual(self.bot.complaints(), [])


class GuildDeletion(unittest.TestCase):
    def test_everybody_learns_that_a_guild_is_gone(self):
        with Roost() as roost:
            news = roost.announcement
            owner = REST(news, news["owner"]["token"])
            bot = Bot(news, 0)
            self.addCleanup(bot.close)
            guild = bot.seen("ready")[0]["guilds"][0]
            self.assertEqual(REST(news, "Bot " + news["bots"][0]["token"])("DELETE", f"/guilds/{guild}")[0], 403)
            self.assertEqual(owner("DELETE", f"/guilds/{guild}")[0], 204)
            until("the bot is told", lambda: bot.seen("guild_remove", guild=guild))
            self.assertEqual(owner("GET", f"/guilds/{guild}")[0], 404)
            self.assertEqual(bot.complaints(), [])


if __name__ == "__main__":
    unittest.main()
