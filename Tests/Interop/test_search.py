"""Searching for messages, as people's clients and bots do."""

import time
import unittest

from rest import REST
from roost_server import Roost


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        news = cls.roost.announcement
        cls.owner = REST(news, news["owner"]["token"])
        cls.bot = REST(news, "Bot " + news["bots"][0]["token"])
        cls.guild, cls.text = news["guild_id"], news["channels"]["text"]

    def found(self, reader, query, place=None):
        status, page = reader("GET", f"/{place or 'guilds/' + self.guild}/messages/search?{query}")
        self.assertEqual(status, 200, page)
        self.assertTrue(all(len(group) == 1 and group[0]["hit"] for group in page["messages"]))
        return [group[0]["id"] for group in page["messages"]]

    def say(self, writer, content, channel=None):
        status, message = writer("POST", f"/channels/{channel or self.text}/messages", {"content": content})
        self.assertEqual(status, 200, message)
        return message["id"]

    def wait_for(self, identity, reader, query):
        """Found within the promised second."""
        started = time.monotonic()
        while identity not in self.found(reader, query):
            self.assertLess(time.monotonic() - started, 1, "not found within a second")
            time.sleep(0.2)

    def test_what_was_just_said_is_found_and_jumped_to(self):
        first = self.say(self.owner, "the quick brown Füchse")
        self.wait_for(first, self.bot, "content=fuchse&has=-link")
        status, around = self.bot("GET", f"/channels/{self.text}/messages?around={first}&limit=3")
        self.assertEqual(status, 200)
        self.assertIn(first, [message["id"] for message in around])
        self.owner("PATCH", f"/channels/{self.text}/messages/{first}", {"content": "a slow hare"})
        self.wait_for(first, self.bot, "content=hare")
        self.assertEqual(self.found(self.bot, "content=fuchse"), [])
        self.assertEqual(self.owner("DELETE", f"/channels/{self.text}/messages/{first}")[0], 204)
        self.assertEqual(self.found(self.bot, "content=hare"), [])

    def test_hidden_channels_stay_hidden(self):
        everyone = {"id": self.guild, "type": 0, "deny": str(1 << 10)}
        status, secret = self.owner(
            "POST", f"/guilds/{self.guild}/channels", {"name": "secret", "permission_overwrites": [everyone]})
        self.assertEqual(status, 201)
        said = self.say(self.owner, "zebra", secret["id"])
        self.wait_for(said, self.owner, "content=zebra")
        self.assertEqual(self.found(self.bot, "content=zebra"), [])
        self.assertEqual(self.found(self.bot, f"content=zebra&channel_id={secret['id']}"), [])
        self.assertEqual(self.bot("GET", f"/channels/{secret['id']}/messages/search?content=zebra")[0], 403)
        self.assertEqual(self.owner("DELETE", f"/channels/{secret['id']}")[0], 200)
        self.assertEqual(self.found(self.owner, "content=zebra"), [])

    def test_nothing_of_a_query_is_a_language(self):
        for text in ['"', "AND", "a*", "NEAR(a b)", "text:a", "^a", "a OR b", "(", "-", "\u0000", "\ue000c1"]:
            quoted = "".join(f"%{octet:02X}" for octet in text.encode())
            status, page = self.owner("GET", f"/channels/{self.text}/messages/search?content={quoted}")
            self.assertIn(status, (200, 429), (text, page))


if __name__ == "__main__":
    unittest.main()
