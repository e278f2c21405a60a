"""The voice gateway by hand: every version's shapes, resume, and every way to be told to go."""

import socket
import ssl
import struct
import time
import unittest

from clients import until
from rest import REST
from roost_server import Roost
from wire import MODE, Member, Socket


class VoiceGateway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.channel = cls.news["channels"]["voice"]

    def member(self, number, version=8):
        member = Member(self.news, number, version=version)
        self.addCleanup(member.close)
        return member

    def test_every_version_from_4_to_9_talks(self):
        listener = self.member(1).join(self.channel)
        for version in (4, 5, 6, 7, 8, 9):
            with self.subTest(version=version):
                talker = self.member(0, version)
                talker.join(self.channel)
                self.assertEqual(any("seq" in m for m in talker.voice.messages), version >= 8)
                self.assertIn(MODE, talker.ready["modes"])
                self.assertEqual(len(talker.key), 32)
                beats = len(talker.voice.seen(6))
                talker.voice.say(3, {"t": 7, "seq_ack": talker.voice.sequence} if version >= 8 else 7)
                echo = talker.voice.wait(6, count=beats + 1)
                self.assertEqual(echo, {"t": 7} if version >= 8 else 7)
                talker.talk()
                listener.hears(talker)
                talker.close()

    def test_a_version_that_never_was_is_refused(self):
        self.member(0).ask(self.channel)
        for version in (0, 1, 99):
            with self.subTest(version=version):
                end = Socket(f"wss://{self.news['voice']}/?v={version}", self.news["ca"])
                self.assertIn(end.code(), range(4000, 4100))

    def test_a_cut_socket_resumes_with_what_was_said_meanwhile_and_media_goes_on(self):
        cut, other = self.member(0).join(self.channel), self.member(1).join(self.channel)
        other.talk()
        cut.hears(other)
        heard = cut.voice.sequence
        cut.voice.beating = False
        cut.voice.drop()
        third = self.member(2).join(self.channel)
        cut.hears(other)
        cut.resume(heard)
        cut.voice.wait(9)
        self.assertIn(third.user, str(cut.voice.messages), "what was missed is replayed")
        numbers = [m["seq"] for m in cut.voice.messages if "seq" in m]
        self.assertEqual(numbers, list(range(heard + 1, heard + 1 + len(numbers))))
        cut.hears(other)
        missing = [n for n, _ in cut.heard[other.ssrc]]
        self.assertEqual(missing, list(range(missing[0], missing[0] + len(missing))), "no packet was lost")

    def test_a_resume_with_a_wrong_session_ends_in_4006(self):
        member = self.member(0).join(self.channel)
        member.voice.drop()
        member.session = "0" * 32
        member.voice = member.socket()
        member.voice.wait(8)
        body = member.credentials() | {"seq_ack": -1}
        member.voice.say(7, body)
        self.assertEqual(member.voice.code(), 4006)

    def test_wrong_requests_end_in_their_codes(self):
        cases = (
            ("unknown protocol", 4012, (1, {"protocol": "tcp", "data": {"address": "1.2.3.4", "port": 9, "mode": MODE}})),
            ("unknown mode", 4016, (1, {"protocol": "udp", "data": {"address": "1.2.3.4", "port": 9, "mode": "xsalsa20"}})),
            ("identify again", 4005, (0, None)),
            ("no object", 4002, (5, "speaking")),
        )
        for what, code, (op, body) in cases:
            with self.subTest(what):
                member = self.member(3)
                member.ask(self.channel)
                member.identify()
                member.voice.say(op, member.credentials() if op == 0 else body)
                self.assertEqual(member.voice.code(), code)
                member.close()

    def test_a_member_whose_udp_address_changes_goes_on_speaking_and_hearing(self):
        rover, other = self.member(0).join(self.channel), self.member(1).join(self.channel)
        for member in (rover, other):
            member.talk()
        rover.hears(other)
        other.hears(rover)
        rover.move()
        since = time.time()
        rover.hears(other, since)
        other.hears(rover, since)
        self.assertIsNone(rover.voice.closed)

    def test_a_replayed_and_a_forged_packet_are_counted_and_not_forwarded(self):
        talker, listener = self.member(0).join(self.channel), self.member(1).join(self.channel)
        rest = REST(self.news)
        packet = talker.packet()
        before = rest.metric("roost_media_dropped_total")
        for datagram in (packet, packet, packet[:-8] + bytes([packet[-8] ^ 1]) + packet[-7:]):
            talker.udp.send(datagram)
        talker.talk()
        listener.hears(talker)
        talker.hush()
        time.sleep(0.1)
        numbers = [number for number, _ in listener.heard[talker.ssrc]]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.assertEqual(rest.metric("roost_media_dropped_total") - before, 2)

    def test_who_sends_far_too_much_may_finish_and_reads_why_it_was_closed(self):
        host, port = self.news["voice"].rsplit(":", 1)
        context = ssl.create_default_context(cafile=self.news["ca"])
        with context.wrap_socket(socket.create_connection(("127.0.0.1", int(port))), server_hostname=host) as stranger:
            stranger.sendall((
                "GET /?v=8 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
            stranger.sendall(b"\x81\xff" + struct.pack(">Q", 8 << 20) + bytes(4))
            for _ in range(128):
                stranger.sendall(bytes(65536))
            received = b""
            while chunk := stranger.recv(4096):
                received += chunk
        self.assertIn(b"\x88", received)
        self.assertIn(struct.pack(">H", 1009), received)

    def test_an_unknown_opcode_is_ignored_in_a_session_and_fatal_before(self):
        member = self.member(3)
        member.ask(self.channel)
        stranger = member.socket()
        stranger.wait(8)
        stranger.say(77, {})
        self.assertEqual(stranger.code(), 4001)
        member.identify()
        member.voice.say(77, {})
        member.voice.say(3, {"t": 42, "seq_ack": -1})
        until("the session lives", lambda: {"t": 42} in [m["d"] for m in member.voice.seen(6)])

    def test_a_second_login_into_voice_replaces_the_first(self):
        first, listener = self.member(0).join(self.channel), self.member(1).join(self.channel)
        first.talk()
        listener.hears(first)
        second = self.member(0).join(self.channel)
        self.assertEqual(first.voice.code(), 4014)
        second.talk()
        listener.hears(second)
        time.sleep(0.2)
        since = time.time()
        listener.hears(second, since)
        if first.ssrc != second.ssrc:
            self.assertLess(listener.last(first), since, "the first is heard no more")


OFFER = """a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 """ + ":".join(["AB"] * 32) + """
a=rtpmap:111 opus/48000/2"""


class BehindNAT(unittest.TestCase):
    """What clients are told when the operator announces other addresses than those that are bound."""

    def test_ready_and_candidates_name_the_announced_addresses(self):
        with Roost("--media.announce=203.0.113.7:40000,[2001:db8::7]:40000") as roost:
            news = roost.announcement
            bot, browser = Member(news, 0), Member(news, 1)
            self.addCleanup(bot.main.close)
            self.addCleanup(browser.main.close)
            bot.ask(news["channels"]["voice"])
            ready = bot.identify()
            self.assertEqual((ready["ip"], ready["port"]), ("203.0.113.7", 40000))
            browser.ask(news["channels"]["voice"])
            browser.identify()
            browser.voice.say(1, {"protocol": "webrtc", "data": OFFER, "codecs": []})
            answer = browser.voice.wait(4)["sdp"].split("\n")
            candidates = [line.split()[4:6] for line in answer if line.startswith("a=candidate:")]
            self.assertEqual(candidates, [["203.0.113.7", "40000"], ["2001:db8::7", "40000"]])


if __name__ == "__main__":
    unittest.main()
