"""A call as people make it: two browsers and a bot, judged by what each of them hears.

Page A's microphone is a 440 Hz tone, page B's is 660 Hz, the bot plays 880 Hz. What a member says must
reach every other member and nobody else.
"""

import time
import unittest

from clients import Bot, Page, until
from rest import REST
from roost_server import Roost

LOUD, QUIET = 0.05, 0.01


class Call(unittest.TestCase):
    """One server and its clients for all tests of the class: starting browsers is what takes long."""

    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.voice = cls.news["channels"]["voice"]
        cls.text = cls.news["channels"]["text"]
        cls.bot = Bot(cls.news, 0)
        cls.addClassCleanup(cls.bot.close)
        cls.a, cls.b = Page(440), Page(660)
        cls.addClassCleanup(cls.a.close)
        cls.addClassCleanup(cls.b.close)
        cls.users = {page: cls.enter(page, name) for page, name in ((cls.a, "alice"), (cls.b, "bruno"))}

    @classmethod
    def enter(cls, page, name):
        """Follows the printed link, registers, and returns the new member's user id."""
        page.open(cls.news["invite_url"])
        page.type("#username", name)
        page.type("#password", "correct horse battery")
        page.click("#register")
        until(f"{name} sees the guild", lambda: page.present(f"[data-channel-id='{cls.voice}']"))
        return page.js("return (await (await fetch('/api/v10/users/@me', {headers: {Authorization: "
                       "JSON.parse(localStorage.getItem('roost.session')).token}})).json()).id")

    def join(self, page):
        if not page.present("#leave"):
            page.click(f"[data-channel-id='{self.voice}']")
        until("the page is in the call", lambda: page.present("#leave"))

    def everybody_in(self):
        if not self.bot_in():
            self.bot("join", channel=self.voice)
        self.bot("play", hertz=880) if not getattr(type(self), "playing", False) else None
        type(self).playing = True
        for page in (self.a, self.b):
            self.join(page)

    def bot_in(self):
        states = self.bot.seen("voice_state", user=self.bot.user)
        return bool(states) and states[-1]["channel"] == self.voice

    def hears(self, what, level, loud=True):
        until(what, lambda: level() > LOUD if loud else level() < QUIET)

    def test_1_everybody_hears_the_others_and_not_themselves(self):
        self.everybody_in()
        self.hears("A hears the bot", lambda: self.a.level(880))
        self.hears("A hears B", lambda: self.a.level(660))
        self.hears("B hears A", lambda: self.b.level(440))
        self.hears("B hears the bot", lambda: self.b.level(880))
        self.hears("the bot hears A", lambda: self.bot.level(self.users[self.a], 440))
        self.hears("the bot hears B", lambda: self.bot.level(self.users[self.b], 660))
        self.assertLess(self.a.level(440), QUIET, "A hears itself")
        self.assertLess(self.b.level(660), QUIET, "B hears itself")
        self.assertEqual(self.bot.level(self.bot.user, 880), 0.0, "the bot hears itself")

    def test_2_a_muted_page_falls_silent_and_speaks_again(self):
        self.everybody_in()
        alice = self.users[self.a]
        self.hears("the bot hears A", lambda: self.bot.level(alice, 440))
        clicked = self.a.js("const t = Date.now(); document.querySelector('#mute').click(); return t / 1000")
        time.sleep(0.6)
        last = next(s["last"] for s in self.bot("hear", seconds=0.1, tones_hz=[440])["heard"] if s["user"] == alice)
        self.assertLess(last - clicked, 0.1, "packets of a muted member arrived for longer than 100 ms")
        self.hears("B no longer hears A", lambda: self.b.level(440), loud=False)
        self.a.click("#mute")
        self.hears("the bot hears A again", lambda: self.bot.level(alice, 440))
        self.hears("B hears A again", lambda: self.b.level(440))

    def test_3_the_server_silences_a_member_that_goes_on_sending(self):
        self.everybody_in()
        other = Bot(self.news, 1)
        self.addCleanup(other.close)
        other("join", channel=self.voice)
        self.hears("the other bot hears the first", lambda: other.level(self.bot.user, 880))
        for name, silence, voice in (
            ("self mute", lambda: self.bot("self_mute", on=True), lambda: self.bot("self_mute", on=False)),
            ("server mute", lambda: self.moderate(mute=True), lambda: self.moderate(mute=False))):
            with self.subTest(name):
                at = silence()["at"]
                time.sleep(0.6)
                heard = other("hear", seconds=0.1, tones_hz=[880])["heard"]
                last = next(s["last"] for s in heard if s["user"] == self.bot.user)
                self.assertLess(last - at, 0.1)
                voice()
                self.hears("heard again", lambda: other.level(self.bot.user, 880))
        other("leave")

    def moderate(self, **change):
        """Server mute by the guild's owner over REST."""
        owner = self.news["owner"]
        _, session = REST(self.news)("POST", "/auth/login", {"login": owner["login"], "password": owner["password"]})
        rest, at = REST(self.news, session["token"]), time.time()
        status, _ = rest("PATCH", f"/guilds/{self.news['guild_id']}/members/{self.bot.user}", change)
        self.assertEqual(status, 200)
        return {"at": at}

    def test_4_a_reloaded_page_is_back_in_the_call(self):
        self.everybody_in()
        self.a.driver.refresh()
        until("the page is in the call again", lambda: self.a.present("#leave"))
        self.hears("A hears the bot again", lambda: self.a.level(880))
        self.hears("B hears A again", lambda: self.b.level(440))
        self.hears("the bot hears A again", lambda: self.bot.level(self.users[self.a], 440))

    def test_5_a_bot_that_lost_its_udp_port_is_heard_after_it_rejoins(self):
        self.everybody_in()
        self.bot("close_udp")
        self.hears("the bot is gone", lambda: self.b.level(880), loud=False)
        self.bot("stop")
        self.bot("leave")
        self.bot("join", channel=self.voice)
        self.bot("play", hertz=880)
        self.hears("B hears the bot again", lambda: self.b.level(880))
        self.hears("A hears the bot again", lambda: self.a.level(880))
        self.hears("the bot hears A", lambda: self.bot.level(self.users[self.a], 440))

    def test_6_messages_pass_between_a_page_and_a_bot(self):
        self.a.click(f"[data-channel-id='{self.text}']")
        self.a.type("#message", "hello from a page")
        self.a.find("#message").send_keys("\n")
        until("the bot gets the page's message", lambda: self.bot.seen(
            "message", author=self.users[self.a], content="hello from a page"))
        self.bot("send", channel=self.text, content="hello from a bot")
        until("the page shows the bot's message", lambda: "hello from a bot" in self.a.find("#messages").text)

    def test_7_leaving_is_seen_by_all_and_silences(self):
        self.everybody_in()
        self.a.click("#leave")
        until("the bot sees A leave", lambda: self.bot.seen("voice_state", user=self.users[self.a], channel=None))
        self.hears("B no longer hears A", lambda: self.b.level(440), loud=False)

    def test_8_no_client_complains(self):
        self.assertEqual(self.bot.complaints(), [])
        for page in (self.a, self.b):
            self.assertEqual(page.console(), [])


if __name__ == "__main__":
    unittest.main()
