"""A room that spans media threads: with two threads and one member a thread, everybody's neighbour is far away."""

import pathlib
import time
import unittest

from clients import Bot, Page, until
from rest import REST
from roost_server import Roost
from wire import Member

HERE = pathlib.Path(__file__).resolve().parent
LOUD, QUIET = 0.05, 0.01


class Shards(unittest.TestCase):
    def start(self, *flags):
        roost = Roost(*flags).start()
        self.addCleanup(roost.__exit__)
        return roost.announcement, REST(roost.announcement)

    def by_shard(self, rest, name):
        """A metric's samples, in the order of the shards."""
        lines = rest.page("/metrics")[2].decode().splitlines()
        return [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"roost_shard_{name}{{")]

    def members(self, news, count):
        voice, members = news["channels"]["voice"], []
        for number in range(count):
            member = Member(news, number)
            self.addCleanup(member.close)
            members.append(member.join(voice))
        return members

    def mute(self, member, on):
        member.main.say(4, {
            "guild_id": member.guild, "channel_id": member.news["channels"]["voice"], "self_mute": on, "self_deaf": False})

    def test_members_on_two_threads_hear_each_other(self):
        news, rest = self.start("--media.shards=2", "--media.spread_members=1")
        a, b, c = self.members(news, 3)
        ports = [member.ready["port"] for member in (a, b, c)]
        self.assertNotEqual(ports[0], ports[1], "the second member was not placed on the second thread")
        self.assertIn(ports[2], ports[:2])
        self.assertEqual({f"127.0.0.1:{port}" for port in ports[:2]}, {x for x in news["udp"] if x.startswith("127")})
        for member in (a, b, c):
            member.talk()
        for listener in (a, b, c):
            for speaker in (a, b, c):
                if speaker is not listener:
                    listener.hears(speaker, count=20)
        self.assertFalse(any(member.heard[member.ssrc] for member in (a, b, c)), "a member hears itself")
        self.assertFalse(any(member.heard["undecipherable"] for member in (a, b, c)))
        self.assertEqual(rest.metric("roost_spanning_rooms"), 1)
        until("both threads relay and take in", lambda: all(
            value > 10 for name in ("relayed_packets_total", "relayed_frames_total") for value in self.by_shard(rest, name)))

        # Each stream crosses once, whatever the number of listeners over there.
        for member in (a, b, c):
            member.hush()
        time.sleep(0.5)
        before = rest.metric("roost_media_relayed_packets_total"), rest.metric("roost_media_audio_packets_total")
        for _ in range(50):
            b.udp.send(b.packet())
            time.sleep(0.005)
        until("all arrived", lambda: rest.metric("roost_media_audio_packets_total") >= before[1] + 50)
        time.sleep(0.3)
        self.assertEqual(rest.metric("roost_media_relayed_packets_total") - before[0], 50)
        self.assertEqual(rest.metric("roost_media_relayed_frames_total"), rest.metric("roost_media_relayed_packets_total"))

        # Who leaves takes its side along, and the rest goes on.
        b.close()
        alone = [a, c] if ports[2] == ports[0] else [a]
        until("one thread is empty", lambda: ports[2] != ports[0] or self.by_shard(rest, "peers") in ([2, 0], [0, 2]))
        for member in alone:
            member.talk()
        if len(alone) == 2:
            now = time.time()
            a.hears(c, since=now, count=10)
            self.assertEqual(rest.metric("roost_spanning_rooms"), 0)
            self.assertEqual(rest.metric("roost_media_remote_peers"), 0)

    def test_a_mute_is_enforced_before_a_stream_crosses(self):
        news, rest = self.start("--media.shards=2", "--media.spread_members=1")
        a, b = self.members(news, 2)
        a.talk()
        b.hears(a, count=10)
        self.mute(a, True)
        time.sleep(0.5)
        relayed, heard = rest.metric("roost_media_relayed_packets_total"), b.last(a)
        time.sleep(0.5)
        self.assertEqual(rest.metric("roost_media_relayed_packets_total"), relayed, "a muted member was relayed")
        self.assertEqual(b.last(a), heard)
        self.mute(a, False)
        b.hears(a, count=10)

    def test_a_browser_and_a_bot_on_two_threads_hear_each_other(self):
        news, rest = self.start("--media.shards=2", "--media.spread_members=1")
        voice = news["channels"]["voice"]
        bot, page = Bot(news, 0), Page(440)
        self.addCleanup(bot.close)
        self.addCleanup(page.close)
        page.open(news["invite_url"])
        page.type("#username", "alice")
        page.type("#password", "correct horse battery")
        page.click("#register")
        until("the guild", lambda: page.present(f"[data-channel-id='{voice}']"))
        user = page.js("return (await (await fetch('/api/v10/users/@me', {headers: {Authorization: "
                       "JSON.parse(localStorage.getItem('roost.session')).token}})).json()).id")
        bot("join", channel=voice)
        bot("play", hertz=880)
        page.click(f"[data-channel-id='{voice}']")
        until("the page is in the call", lambda: page.present("#leave"))
        until("the page hears the bot", lambda: page.level(880) > LOUD)
        until("the bot hears the page", lambda: bot.level(user, 440) > LOUD)
        self.assertLess(page.level(440), QUIET, "the page hears itself")
        self.assertEqual(self.by_shard(rest, "peers"), [1, 1])
        self.assertEqual(bot.complaints(), [])

    def test_two_browsers_on_two_threads_see_each_other(self):
        news, rest = self.start("--media.shards=3", "--media.spread_members=1", "--dev.bots=3")
        pages = []
        for number in range(3):
            page = Page(0)
            self.addCleanup(page.close)
            page.open(news["url"] + "/healthz")
            page.driver.execute_script((HERE / "camera.js").read_text())
            pages.append(page)
        a, b, late = pages

        def join(page, number):
            page.js("window.camera = new Camera(a[0]); await camera.join()", {
                "gateway": news["gateway"], "token": "Bot " + news["bots"][number]["token"],
                "guild": news["guild_id"], "channel": news["channels"]["voice"]})
            until("the media is connected", lambda: page.js("return camera.state()") == "connected", 20)

        def decoded(page):
            return page.js("return await camera.decoded()")

        def moves(page, what):
            before = decoded(page)
            until(what, lambda: decoded(page) > before + 20, 20)

        join(a, 0)
        join(b, 1)
        self.assertEqual(self.by_shard(rest, "peers"), [1, 1, 0])
        a.js("await camera.show()")
        moves(b, "B sees A, whose camera is on another thread")
        self.assertEqual(decoded(a), 0, "A sees somebody, and nobody else shows anything")
        b.js("await camera.show()")
        moves(a, "A sees B")
        moves(b, "B still sees A")

        # A thread that the room comes to later learns what is shown there already.
        join(late, 2)
        self.assertEqual(self.by_shard(rest, "peers"), [1, 1, 1])
        moves(late, "the latecomer sees a picture")
        self.assertEqual(late.js("return camera.shown()"), 2)

        # What nobody looks at does not cross.
        a.js("camera.say(15, {any: 0})")
        late.js("camera.say(15, {any: 0})")
        b.js("camera.say(15, {any: 0})")
        until("nobody is sent a picture", lambda: self.is_still(rest), 20)
        still = decoded(late)
        b.js("camera.say(15, {any: 100})")
        moves(b, "B sees A again")
        self.assertEqual(decoded(late), still, "the latecomer sees what it does not want")
        a.js("camera.hide()")
        until("B knows", lambda: b.js("return camera.shown()") == 0)

    def is_still(self, rest):
        before = rest.metric("roost_media_forwarded_video_packets_total")
        time.sleep(0.5)
        return rest.metric("roost_media_forwarded_video_packets_total") == before


if __name__ == "__main__":
    unittest.main()
