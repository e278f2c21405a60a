"""Threads and forums through unmodified discord.py, and what must not be seen of them."""

import unittest

from clients import Bot
from rest import REST
from roost_server import Roost


class ThreadBot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]
        status, role = cls.owner("POST", f"/guilds/{cls.guild}/roles", {"name": "chief", "permissions": "8"})
        assert status == 200, role
        path = f"/guilds/{cls.guild}/members/{cls.news['bots'][0]['id']}/roles/{role['id']}"
        assert cls.owner("PUT", path)[0] == 204

    def setUp(self):
        self.bot = Bot(self.news, 0)
        self.addCleanup(self.bot.close)

    def test_a_thread_of_a_message(self):
        self.bot("thread_tour", channel=self.text, user=self.news["bots"][1]["id"])
        self.assertEqual(self.bot.complaints(), [])

    def test_a_forum_with_tags(self):
        self.bot("forum_tour")
        self.assertEqual(self.bot.complaints(), [])

    def test_a_private_thread_is_for_those_who_are_in_it(self):
        inside, outside = self.news["bots"][1], REST(self.news, "Bot " + self.news["bots"][2]["token"])
        member = REST(self.news, "Bot " + inside["token"])
        made = self.bot("private_thread", channel=self.text, user=inside["id"])
        hidden, opened = made["hidden"], made["open"]
        for path in (f"/channels/{hidden}", f"/channels/{hidden}/messages", f"/channels/{hidden}/thread-members"):
            self.assertEqual(member("GET", path)[0], 200, path)
            self.assertEqual(outside("GET", path)[0], 403, path)
        self.assertEqual(outside("PUT", f"/channels/{hidden}/thread-members/@me")[0], 403)
        active = {t["id"] for t in outside("GET", f"/guilds/{self.guild}/threads/active")[1]["threads"]}
        self.assertIn(opened, active)
        self.assertNotIn(hidden, active)
        mine = member("GET", f"/guilds/{self.guild}/threads/active")[1]
        self.assertIn(hidden, {t["id"] for t in mine["threads"]})
        self.assertEqual([m["id"] for m in mine["members"] if m["id"] == hidden], [hidden])
        said = member("POST", f"/channels/{hidden}/messages", {"content": "me too"})
        self.assertEqual(said[0], 200, said)
        self.assertEqual(self.owner("PATCH", f"/channels/{hidden}", {"archived": True})[0], 200)
        path = f"/channels/{self.text}/users/@me/threads/archived/private"
        self.assertEqual([t["id"] for t in member("GET", path)[1]["threads"]], [hidden])
        self.assertEqual(outside("GET", path)[1]["threads"], [])
        self.assertEqual(outside("GET", f"/channels/{self.text}/threads/archived/private")[0], 403)
        self.assertEqual(self.bot.complaints(), [])

    def test_posts_are_searched_and_read_at_once(self):
        status, forum = self.owner("POST", f"/guilds/{self.guild}/channels", {"name": "help", "type": 15})
        self.assertEqual(status, 201, forum)
        self.assertEqual(forum["available_tags"], [])
        posts = []
        for name in ("red", "blue"):
            status, post = self.owner(
                "POST", f"/channels/{forum['id']}/threads", {"name": name, "message": {"content": f"why {name}?"}})
            self.assertEqual(status, 201, post)
            posts.append(post["id"])
        status, found = self.owner("GET", f"/channels/{forum['id']}/threads/search?name=blu&sort_by=creation_time")
        self.assertEqual((status, [t["id"] for t in found["threads"]]), (200, [posts[1]]), found)
        self.assertEqual(found["first_messages"][0]["content"], "why blue?")
        status, data = self.owner("POST", f"/channels/{forum['id']}/post-data", {"thread_ids": posts})
        self.assertEqual(status, 200, data)
        self.assertEqual(data["threads"][posts[0]]["first_message"]["content"], "why red?")


if __name__ == "__main__":
    unittest.main()
