"""Strangers and floods on every port disturb nobody's call."""

import random
import socket
import ssl
import struct
import subprocess
import time
import unittest

import websockets.sync.client

from clients import Bot, until
from rest import REST
from roost_server import Roost


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.rest = REST(cls.news)
        host, port = cls.news["udp"][0].rsplit(":", 1)
        cls.media = (host, int(port))

    def socket(self, endpoint="gateway", query="?v=10&encoding=json"):
        context = ssl.create_default_context(cafile=self.news["ca"])
        url = "wss://" + self.news["voice"] if endpoint == "voice" else self.news[endpoint].rstrip("/")
        return self.enterContext(websockets.sync.client.connect(
            url + "/" + query, ssl=context, compression=None, max_size=None))

    def closed_with(self, connection):
        try:
            while True:
                connection.recv(timeout=10)
        except websockets.exceptions.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def floods(self, dice):
        """Datagrams that a stranger may send: garbage, STUN for nobody, DTLS and RTP from nowhere."""
        transaction = dice.randbytes(12)
        username = b"nobody:stranger!"
        attributes = struct.pack(">HH", 6, len(username)) + username
        yield dice.randbytes(dice.randrange(0, 1400))
        yield struct.pack(">HHI", 1, len(attributes), 0x2112A442) + transaction + attributes
        yield bytes([22, 254, 253]) + dice.randbytes(60)
        yield bytes([0x80, 120]) + dice.randbytes(60)
        yield bytes([0x80, 200]) + dice.randbytes(40)
        yield struct.pack(">HHI", 1, 70, dice.getrandbits(32)) + bytes(66)
        yield dice.randbytes(8)

    def test_a_flood_of_strangers_on_the_media_port_disturbs_no_call(self):
        talker, listener = Bot(self.news, 0), Bot(self.news, 1)
        self.addCleanup(talker.close)
        self.addCleanup(listener.close)
        talker("join", channel=self.news["channels"]["voice"])
        listener("join", channel=self.news["channels"]["voice"])
        talker("play", hertz=440)
        until("the listener hears", lambda: listener.level(talker.user, 440) > 0.05)
        listener("clear")
        seed = random.randrange(1 << 32)
        dice, sent = random.Random(seed), 0
        before = self.rest.metric("roost_media_dropped_total")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            ends = time.monotonic() + 4
            while time.monotonic() < ends:
                for datagram in self.floods(dice):
                    stranger.sendto(datagram, self.media)
                    sent += 1
                time.sleep(0.0005)
        speaker = listener("sequence")["speakers"][0]
        self.assertGreater(speaker["packets"], 150, f"seed {seed}")
        self.assertEqual((speaker["missing"], speaker["disordered"]), (0, 0), f"seed {seed}")
        dropped = self.rest.metric("roost_media_dropped_total") - before
        self.assertGreater(dropped, sent * 0.6, "strangers' datagrams are counted")

    def test_a_bad_token_ends_in_4004(self):
        connection = self.socket()
        connection.recv(timeout=5)
        connection.send('{"op":2,"d":{"token":"MTIz.abc.def","intents":0,"properties":{}}}')
        self.assertEqual(self.closed_with(connection), 4004)

    def test_a_stale_session_is_invalid_and_may_identify_again(self):
        connection = self.socket()
        connection.recv(timeout=5)
        token = self.news["bots"][0]["token"]
        connection.send('{"op":6,"d":{"token":"%s","session_id":"gone","seq":7}}' % token)
        self.assertIn('"op":9', connection.recv(timeout=5))
        connection.send('{"op":2,"d":{"token":"%s","intents":0,"properties":{}}}' % token)
        self.assertIn("READY", connection.recv(timeout=5))

    def test_an_oversized_payload_ends_in_4002_or_1009(self):
        connection = self.socket()
        connection.recv(timeout=5)
        connection.send('{"op":1,"d":"' + "x" * 200_000 + '"}')
        self.assertIn(self.closed_with(connection), (4002, 1009))

    def test_a_flood_of_identify_is_cut(self):
        connection = self.socket()
        connection.recv(timeout=5)
        try:
            for _ in range(500):
                connection.send('{"op":2,"d":{"token":"x.y.z","intents":0,"properties":{}}}')
        except (websockets.exceptions.ConnectionClosed, OSError):
            pass
        self.assertIn(self.closed_with(connection), (4004,))

    def test_a_voice_gateway_stranger_ends_in_the_documented_code(self):
        for payload, codes in (
            ('{"op":0,"d":{"server_id":"1","user_id":"2","session_id":"3","token":"4"}}', (4004, 4006, 4011)),
            ('{"op":7,"d":{"server_id":"1","session_id":"3","token":"4"}}', (4004, 4006, 4011)),
            (
                '{"op":1,"d":{"protocol":"udp","data":{"address":"127.0.0.1","port":9,'
                '"mode":"aead_aes256_gcm_rtpsize"}}}', (4003,)),
            ("not json", (4002,)),
        ):
            with self.subTest(payload):
                connection = self.socket("voice", "?v=8")
                connection.recv(timeout=5)
                connection.send(payload)
                self.assertIn(self.closed_with(connection), codes)

    def test_the_server_is_well_after_all(self):
        self.assertEqual(self.rest.page("/healthz")[0], 200)
        self.assertEqual(self.rest.page("/readyz")[0], 200)
        status, _, text = self.rest.page("/metrics")
        self.assertEqual(status, 200)
        check = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


if __name__ == "__main__":
    unittest.main()
