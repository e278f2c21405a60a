"""Webhooks through unmodified discord.py, and as other services' senders use them."""

import json
import unittest
import urllib.request

from clients import Bot
from rest import REST
from roost_server import Roost


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.stranger = REST(cls.news)
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]
        _, role = cls.owner("POST", f"/guilds/{cls.guild}/roles", {"name": "chief", "permissions": "8"})
        path = f"/guilds/{cls.guild}/members/{cls.news['bots'][0]['id']}/roles/{role['id']}"
        assert cls.owner("PUT", path)[0] == 204

    def tour(self, name):
        bot = Bot(self.news, 0)
        self.addCleanup(bot.close)
        result = bot(name, channel=self.text)
        self.assertEqual(bot.complaints(), [])
        return result

    def newest(self):
        return self.owner("GET", f"/channels/{self.text}/messages?limit=1")[1][0]

    def test_webhooks(self):
        self.tour("webhooks_tour")

    def test_followers(self):
        self.tour("follow_tour")

    def test_other_services(self):
        status, hook = self.owner("POST", f"/channels/{self.text}/webhooks", {"name": "feed"})
        self.assertEqual(status, 200, hook)
        self.assertEqual(hook["url"], f"{self.news['api'].rsplit('/v', 1)[0]}/webhooks/{hook['id']}/{hook['token']}")
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        request = urllib.request.Request(
            self.news["api"] + path + "/slack", json.dumps({"text": "<https://e.org|here>"}).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.owner.context, timeout=20) as answer:
            self.assertEqual(answer.read(), b"ok")
        said = self.newest()
        self.assertEqual((said["content"], said["webhook_id"]), ("[here](https://e.org)", hook["id"]))
        request = urllib.request.Request(
            self.news["api"] + path + "/github",
            json.dumps({"action": "started", "repository": {"full_name": "o/r"}}).encode(),
            {"Content-Type": "application/json", "X-GitHub-Event": "watch"})
        with urllib.request.urlopen(request, context=self.owner.context, timeout=20) as answer:
            self.assertEqual(answer.status, 204)
        self.assertEqual(self.newest()["embeds"][0]["title"], "[o/r] New star added")
        statuses = [self.stranger("POST", path, {"content": f"{number}"})[0] for number in range(6)]
        self.assertEqual(statuses[-1], 429, "the limit is the webhook's, whoever sends")
        self.assertEqual(self.stranger("GET", path[:-1] + "~")[0], 401)


if __name__ == "__main__":
    unittest.main()
