"""discord.py, unmodified but for its address: the text scenario, resume, and four members for a minute."""

import os
import time
import unittest

from clients import Bot, until
from roost_server import Roost

CALL_SECONDS = float(os.environ.get("ROOST_CALL_SECONDS", "20"))


class Bots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement

    def bot(self, number):
        bot = Bot(self.news, number)
        self.addCleanup(bot.close)
        return bot

    def test_create_edit_react_read_delete(self):
        bot = self.bot(0)
        bot("text_tour", channel=self.news["channels"]["text"])
        self.assertEqual(bot.complaints(), [])

    def test_a_cut_connection_resumes_and_misses_nothing(self):
        bot = self.bot(0)
        for _ in range(3):
            bot("cut", channel=self.news["channels"]["text"])
        self.assertEqual(bot.complaints(), [])

    def test_nothing_is_lost_or_reordered_between_four_members(self):
        bots = [self.bot(number) for number in range(4)]
        for bot in bots:
            bot("join", channel=self.news["channels"]["voice"])
        for bot, hertz in zip(bots, (440, 550, 660, 880)):
            bot("play", hertz=hertz)
        for listener in bots:
            for talker, hertz in zip(bots, (440, 550, 660, 880)):
                if talker is not listener:
                    until("everybody hears everybody", lambda: listener.level(talker.user, hertz) > 0.05)
        for bot in bots:
            bot("clear")
        time.sleep(CALL_SECONDS)
        for listener in bots:
            speakers = listener("sequence")["speakers"]
            self.assertEqual(len(speakers), 3)
            for speaker in speakers:
                self.assertGreater(speaker["packets"], CALL_SECONDS * 40)
                self.assertEqual(
                    (speaker["missing"], speaker["disordered"], speaker["backwards"]), (0, 0, 0), speaker)
            self.assertEqual(listener.complaints(), [])
        for bot in bots:
            bot("leave")

    def test_joining_takes_less_than_half_a_second(self):
        talker, listener = self.bot(0), self.bot(1)
        talker("join", channel=self.news["channels"]["voice"])
        talker("play", hertz=880)
        asked = listener("join", channel=self.news["channels"]["voice"])["asked"]
        first = until("the first packet", lambda: [
            s["first"] for s in listener("hear", seconds=0.1, tones_hz=[])["heard"]], 5)
        self.assertLess(min(first) - asked, 0.5)

    def test_sigterm_ends_the_server_cleanly(self):
        with Roost() as roost:
            bot = Bot(roost.announcement, 0)
            self.addCleanup(bot.close)
            bot("join", channel=roost.announcement["channels"]["voice"])
            self.assertEqual(roost.stop(), 0)


if __name__ == "__main__":
    unittest.main()
