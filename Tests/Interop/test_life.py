"""A whole community's life through unmodified discord.py: 150 steps and more, nothing above INFO in its log."""

import unittest

from clients import Bot
from rest import REST
from roost_server import Roost


class Life(unittest.TestCase):
    def test_a_community_from_its_founding_to_its_end(self):
        roost = self.enterContext(Roost("--limits.rate_percent=10000"))
        news = roost.announcement
        owner = REST(news, news["owner"]["token"])
        status, role = owner(
            "POST", f"/guilds/{news['guild_id']}/roles", {"name": "chief", "permissions": "8"})
        self.assertEqual(status, 200, role)
        rows = [{"id": role["id"], "position": 50}]
        self.assertEqual(owner("PATCH", f"/guilds/{news['guild_id']}/roles", rows)[0], 200)
        path = f"/guilds/{news['guild_id']}/members/{news['bots'][0]['id']}/roles/{role['id']}"
        self.assertEqual(owner("PUT", path)[0], 204)
        bot = Bot(news, 0)
        self.addCleanup(bot.close)
        lived = bot(
            "life", patience=180, api=news["api"], person=news["owner"]["token"],
            other=news["bots"][1]["id"], text=news["channels"]["text"], voice=news["channels"]["voice"])
        self.assertGreaterEqual(lived["steps"], 150)
        self.assertEqual(bot.complaints(), [])


if __name__ == "__main__":
    unittest.main()
