"""A person calls the commands of an unmodified discord.py bot."""

import unittest

from clients import Bot, until
from rest import REST
from roost_server import Roost


class SlashCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.text = cls.news["channels"]["text"]
        cls.bot = Bot(cls.news, 0)
        cls.addClassCleanup(cls.bot.close)
        cls.commands = cls.bot("sync")["commands"]

    def interact(self, kind, data, **more):
        body = {"type": kind, "application_id": self.bot.user, "channel_id": self.text, "data": data,
                "guild_id": self.news["guild_id"], "session_id": "none", "nonce": "1", **more}
        status, answer = self.owner("POST", "/interactions", body)
        self.assertEqual(status, 204, answer)

    def call(self, name, *options, **more):
        data = {"id": self.commands[name], "name": name, "type": 1, "options": list(options), **more}
        self.interact(2, data)

    def said(self, what):
        """The newest message of the bot whose text begins so."""
        def find():
            messages = self.owner("GET", f"/channels/{self.text}/messages?limit=20")[1]
            return next((m for m in messages if m["content"].startswith(what)), None)
        return until(f"the bot says {what}", find)

    def tearDown(self):
        self.assertEqual(self.bot.complaints(), [])

    def test_arguments_and_follow_ups(self):
        user = self.bot.user
        self.call(
            "echo", {"name": "text", "type": 3, "value": "ab"}, {"name": "times", "type": 4, "value": 2},
            {"name": "who", "type": 6, "value": user})
        answer = self.said(f"abab {user}")
        self.assertEqual(answer["type"], 20)
        self.assertEqual(answer["interaction_metadata"]["user"]["username"], "owner")
        self.said(f"after {answer['id']}")
        status, error = self.owner("POST", "/interactions", {
            "type": 2, "application_id": user, "channel_id": self.text,
            "data": {"id": self.commands["echo"], "options": []}})
        self.assertEqual((status, error["code"]), (400, 50035))

    def test_deferred_and_grouped(self):
        self.call("slow")
        answer = self.said("at last")
        self.assertEqual((answer["flags"], answer["edited_timestamp"]), (0, None))
        self.call("group", {"name": "inner", "type": 1, "options": []})
        self.said("inner in ")

    def test_an_ephemeral_answer_is_not_in_the_history(self):
        self.call("secret")
        self.call("echo", {"name": "text", "type": 3, "value": "later"})
        self.said("later")
        messages = self.owner("GET", f"/channels/{self.text}/messages?limit=50")[1]
        self.assertFalse([m for m in messages if m["content"].startswith("psst")])

    def test_components(self):
        self.call("panel")
        panel = self.said("panel")
        self.interact(
            3, {"component_type": 3, "custom_id": "choose", "values": ["green"]}, message_id=panel["id"])
        self.said("told everybody green")
        self.interact(3, {"component_type": 2, "custom_id": "press"}, message_id=panel["id"])
        pressed = self.said("pressed by ")
        self.assertEqual(pressed["id"], panel["id"])
        self.assertTrue(pressed["components"][0]["components"][0]["disabled"])

    def test_forms_and_context_menus(self):
        self.call("form")
        field = {"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "Ann"}]}

        def send():
            body = {"type": 5, "application_id": self.bot.user, "channel_id": self.text,
                    "data": {"custom_id": "form", "components": [field]}}
            return self.owner("POST", "/interactions", body)[0] == 204
        until("the form was shown", send)
        self.said("hello Ann")
        said = self.owner("POST", f"/channels/{self.text}/messages", {"content": "wise words"})[1]
        self.interact(2, {"id": self.commands["Quote"], "name": "Quote", "type": 3, "target_id": said["id"]})
        self.assertEqual(self.said("> wise words")["type"], 23)


if __name__ == "__main__":
    unittest.main()
