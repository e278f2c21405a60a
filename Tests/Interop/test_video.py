"""Two browsers show each other their cameras through the public protocol alone, without Roost's page.

What runs in the browsers is written for this test: main gateway op 4, voice gateway with `video` and
`streams`, SELECT_PROTOCOL with VP8 in `codecs`, op 12. A fake camera sends; the viewer's getStats must show
decoded frames.
"""

import base64
import pathlib
import threading
import time
import unittest

from clients import Page, until
from roost_server import Roost
from wire import Member

HERE = pathlib.Path(__file__).resolve().parent


class Cameras(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--dev.bots=4").start()
        cls.addClassCleanup(cls.roost.__exit__)
        news = cls.roost.announcement
        cls.pages = []
        for number in range(2):
            page = Page(0)
            cls.addClassCleanup(page.close)
            page.open(news["url"] + "/healthz")
            page.driver.execute_script((HERE / "camera.js").read_text())
            cls.pages.append(page)
        for number, page in enumerate(cls.pages):
            page.js("window.camera = new Camera(a[0]); await camera.join()", {
                "gateway": news["gateway"], "token": "Bot " + news["bots"][number]["token"],
                "guild": news["guild_id"], "channel": news["channels"]["voice"]})
        cls.a, cls.b = cls.pages
        for page in cls.pages:
            until("the media is connected", lambda: page.js("return camera.state()") == "connected", 20)

    def decoded(self, page):
        return page.js("return await camera.decoded()")

    def moves(self, page, what, seconds=20):
        before = self.decoded(page)
        until(what, lambda: self.decoded(page) > before + 20, seconds)

    def test_1_a_camera_is_seen_and_keeps_moving(self):
        self.a.js("await camera.show()")
        until("B sees A", lambda: self.decoded(self.b) > 0, 20)
        self.moves(self.b, "the picture moves")
        self.assertEqual(self.decoded(self.a), 0, "A sees somebody, and nobody shows anything")

    def test_2_both_see_each_other(self):
        self.b.js("await camera.show()")
        self.moves(self.a, "A sees B")
        self.moves(self.b, "B still sees A")

    def test_3_a_latecomer_sees_who_shows(self):
        news = self.roost.announcement
        late = Page(0)
        self.addCleanup(late.close)
        late.open(news["url"] + "/healthz")
        late.driver.execute_script((HERE / "camera.js").read_text())
        late.js("window.camera = new Camera(a[0]); await camera.join()", {
            "gateway": news["gateway"], "token": "Bot " + news["bots"][2]["token"],
            "guild": news["guild_id"], "channel": news["channels"]["voice"]})
        self.moves(late, "the latecomer sees a picture")
        self.assertEqual(late.js("return camera.shown()"), 2)

    def test_4_who_turns_it_off_is_announced(self):
        self.a.js("camera.hide()")
        until("B knows", lambda: self.b.js("return camera.shown()") == 0)
        self.moves(self.a, "A still sees B")

    def test_5_a_bot_shows_vp8_over_udp(self):
        frames = self.b.js("return await Camera.encoded(60)")
        self.assertTrue(frames[0]["isKey"])
        bot = Member(self.roost.announcement, 3)
        self.addCleanup(bot.close)
        bot.join(self.roost.announcement["channels"]["voice"])
        bot.announce_video()
        until("B knows of the bot's camera", lambda: self.b.js("return camera.shown()") == 1)
        octets = [base64.b64decode(frame["octets"]) for frame in frames]
        stop = threading.Event()
        self.addCleanup(stop.set)

        def send():
            number = 0
            while not stop.is_set():
                bot.show(octets[number % len(octets)], number)
                number += 1
                time.sleep(1 / 15)
        threading.Thread(target=send, daemon=True).start()
        self.moves(self.b, "B sees the bot")
        self.moves(self.b, "B still sees the bot")


if __name__ == "__main__":
    unittest.main()
