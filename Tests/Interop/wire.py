"""Both gateways and Discord's UDP transport spoken by hand, where the libraries do not go wrong enough."""

import asyncio
import collections
import json
import socket
import ssl
import struct
import threading
import time

import websockets.asyncio.client
import websockets.exceptions
from nacl import bindings

from clients import until

MODE = "aead_xchacha20_poly1305_rtpsize"


def _loop():
    """One thread speaks for all sockets: OpenSSL's sessions are not for two threads at a time."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


LOOP = _loop()


class Socket:
    """One WebSocket whose messages are read as they come; JSON both ways."""

    def __init__(self, url, ca):
        self.messages, self.closed, self.sequence, self.beating = [], None, -1, True
        context = ssl.create_default_context(cafile=ca)
        self.connection = self._run(self._open(url, context))
        asyncio.run_coroutine_threadsafe(self._read(), LOOP)

    @staticmethod
    def _run(work):
        return asyncio.run_coroutine_threadsafe(work, LOOP).result(15)

    async def _open(self, url, context):
        return await websockets.asyncio.client.connect(
            url, ssl=context, compression=None, max_size=None, proxy=None)

    async def _read(self):
        try:
            async for text in self.connection:
                message = json.loads(text)
                self.messages.append(message)
                number = message.get("s", message.get("seq"))
                self.sequence = self.sequence if number is None else number
        except websockets.exceptions.ConnectionClosed:
            pass
        self.closed = self.connection.close_code or 1006

    def say(self, op, d):
        try:
            self._run(self.connection.send(json.dumps({"op": op, "d": d})))
        except (websockets.exceptions.ConnectionClosed, OSError):
            pass

    def seen(self, op, event=None):
        return [m for m in list(self.messages) if m["op"] == op and event in (None, m.get("t"))]

    def wait(self, op, event=None, count=1, seconds=5):
        return until(f"op {op} {event or ''} (closed {self.closed}) {self.messages[-3:]}", lambda:
                     self.seen(op, event)[count - 1:], seconds)[0]["d"]

    def code(self, seconds=10):
        """The close code that the server ends this connection with."""
        return until("the server closes the connection", lambda: self.closed, seconds)

    def beat(self, every, body):
        def run():
            while self.closed is None and self.beating:
                self.say(*body())
                time.sleep(every)
        threading.Thread(target=run, daemon=True).start()

    def drop(self):
        """Ends the TCP connection as a lost network does: without a close frame."""
        LOOP.call_soon_threadsafe(self.connection.transport.abort)

    def close(self):
        self._run(self.connection.close())


def gateway(news, token, intents=0):
    """A main gateway session after READY."""
    main = Socket(news["gateway"] + "/?v=10&encoding=json", news["ca"])
    interval = main.wait(10)["heartbeat_interval"] / 1000
    main.say(2, {"token": token, "intents": intents, "properties": {}})
    main.ready = main.wait(0, "READY")
    main.beat(interval / 2, lambda: (1, None if main.sequence < 0 else main.sequence))
    return main


class Member:
    """A bot in voice over raw sockets: what it hears is decrypted but not decoded."""

    def __init__(self, news, number, main=None, version=8):
        self.news, self.version = news, version
        bot = news["bots"][number]
        self.user, self.guild = bot["id"], news["guild_id"]
        self.main = main or gateway(news, bot["token"], intents=1 | 1 << 7)
        self.voice = self.udp = self.ssrc = self.key = None
        self.number, self.nonce, self.heard, self.talking = 0, 0, collections.defaultdict(list), False
        self.vp8, self.video_number = None, 0

    def ask(self, channel, mute=False, deaf=False):
        """Op 4; the session id and the VOICE_SERVER_UPDATE that answer it."""
        states, servers = (len(self.main.seen(0, t)) for t in ("VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE"))
        self.main.say(4, {"guild_id": self.guild, "channel_id": channel, "self_mute": mute, "self_deaf": deaf})
        if channel is None:
            return None
        self.server = self.main.wait(0, "VOICE_SERVER_UPDATE", servers + 1)
        self.session = [m["d"] for m in self.main.seen(0, "VOICE_STATE_UPDATE")[states:]
                        if m["d"]["user_id"] == self.user][-1]["session_id"]
        return self.server

    def socket(self):
        return Socket(f"wss://{self.server['endpoint']}/?v={self.version}", self.news["ca"])

    def credentials(self):
        return {"server_id": self.guild, "user_id": self.user, "session_id": self.session, "token": self.server["token"]}

    def identify(self):
        self.voice = self.socket()
        self.interval = self.voice.wait(8)["heartbeat_interval"] / 1000
        self.voice.say(0, self.credentials())
        self.beat()
        self.ready = self.voice.wait(2)
        self.ssrc = self.ready["ssrc"]
        return self.ready

    def beat(self):
        voice = self.voice
        voice.beat(self.interval / 2, lambda: (3, {"t": 1, "seq_ack": voice.sequence} if self.version >= 8 else 1))

    def resume(self, acknowledged):
        self.voice = self.socket()
        self.interval = self.voice.wait(8)["heartbeat_interval"] / 1000
        body = self.credentials()
        del body["user_id"]
        self.voice.say(7, body | ({"seq_ack": acknowledged} if self.version >= 8 else {}))
        self.beat()

    def open_udp(self):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.connect((self.ready["ip"], self.ready["port"]))
        self.udp.send(struct.pack(">HHI", 1, 70, self.ssrc) + bytes(66))
        threading.Thread(target=self._hear, args=(self.udp,), daemon=True).start()

    def select(self):
        self.voice.say(1, {"protocol": "udp", "data": {"address": "127.0.0.1", "port": self.udp.getsockname()[1], "mode": MODE}})
        self.description = self.voice.wait(4)
        self.key = bytes(self.description["secret_key"])

    def join(self, channel):
        self.ask(channel)
        self.identify()
        self.open_udp()
        self.select()
        self.voice.say(5, {"speaking": 1, "delay": 0, "ssrc": self.ssrc})
        return self

    def packet(self, payload=b"\xf8\xff\xfe" + bytes(40)):
        header = struct.pack(">BBHII", 0x80, 0x78, self.number & 0xFFFF, self.number * 960 & 0xFFFFFFFF, self.ssrc)
        nonce = struct.pack(">I", self.nonce)
        self.number, self.nonce = self.number + 1, self.nonce + 1
        sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(payload, header, nonce + bytes(20), self.key)
        return header + sealed + nonce

    def announce_video(self, vp8=101, rtx=102):
        """Selects the protocol again with VP8 and says that it sends a camera under the SSRCs of its READY's block."""
        self.vp8 = vp8
        self.voice.say(1, {
            "protocol": "udp", "data": {"address": "127.0.0.1", "port": self.udp.getsockname()[1], "mode": MODE},
            "codecs": [
                {"name": "opus", "type": "audio", "priority": 1000, "payload_type": 120},
                {"name": "VP8", "type": "video", "priority": 1000, "payload_type": vp8, "rtx_payload_type": rtx,
                 "encode": True, "decode": True}]})
        self.description = self.voice.wait(4, None, 2)
        self.key = bytes(self.description["secret_key"])
        self.nonce = 0
        ssrc, rtx_ssrc = self.ssrc + 1, self.ssrc + 2
        self.voice.say(12, {
            "audio_ssrc": self.ssrc, "video_ssrc": ssrc, "rtx_ssrc": rtx_ssrc,
            "streams": [{"type": "video", "rid": "100", "ssrc": ssrc, "rtx_ssrc": rtx_ssrc, "quality": 100, "active": True,
                         "max_bitrate": 500000, "max_framerate": 15,
                         "max_resolution": {"type": "fixed", "width": 320, "height": 240}}]})

    def show(self, frame, number):
        """Sends frame `number` of VP8 in packets of RFC 7741: a descriptor of one octet, S in the first."""
        pieces = [frame[at:at + 1100] for at in range(0, len(frame), 1100)]
        for place, piece in enumerate(pieces):
            is_last = place == len(pieces) - 1
            header = struct.pack(
                ">BBHII", 0x80, self.vp8 | (0x80 if is_last else 0), self.video_number & 0xFFFF, number * 6000 & 0xFFFFFFFF,
                self.ssrc + 1)
            nonce = struct.pack(">I", self.nonce)
            self.video_number, self.nonce = self.video_number + 1, self.nonce + 1
            payload = (b"\x10" if place == 0 else b"\x00") + piece
            self.udp.send(header + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
                payload, header, nonce + bytes(20), self.key) + nonce)

    def talk(self):
        """Sends a frame every 20 ms until `hush`."""
        self.talking = True

        def run():
            while self.talking:
                try:
                    self.udp.send(self.packet())
                except OSError:
                    pass
                time.sleep(0.02)
        threading.Thread(target=run, daemon=True).start()

    def hush(self):
        self.talking = False
        time.sleep(0.05)

    def move(self):
        """Goes on from another UDP port, as after a change of network or of NAT binding."""
        old = self.udp
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.connect((self.ready["ip"], self.ready["port"]))
        threading.Thread(target=self._hear, args=(self.udp,), daemon=True).start()
        old.close()

    def _hear(self, udp):
        while True:
            try:
                datagram = udp.recv(2048)
            except ConnectionRefusedError:
                continue
            except OSError:
                return
            if len(datagram) < 32 or datagram[0] & 0xC0 != 0x80 or datagram[1] & 0x7F != 120:
                continue
            number, _, ssrc = struct.unpack(">HII", datagram[2:12])
            clear = 12 + (4 if datagram[0] & 0x10 else 0)
            nonce = datagram[-4:] + bytes(20)
            try:
                bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                    datagram[clear:-4], datagram[:clear], nonce, self.key)
            except Exception:
                self.heard["undecipherable"].append((number, time.time()))
                continue
            self.heard[ssrc].append((number, time.time()))

    def hears(self, other, since=None, count=5):
        """Waits until `count` packets of the other arrive after now."""
        since = time.time() if since is None else since
        until(f"{self.user} hears {other.user}", lambda: sum(
            at > since for _, at in self.heard[other.ssrc]) >= count)

    def last(self, other):
        """When this member last heard the other."""
        return self.heard[other.ssrc][-1][1] if self.heard[other.ssrc] else 0

    def close(self):
        self.talking = False
        for one in (self.voice, self.main):
            if one:
                one.beating = False
                one.close()
        if self.udp:
            self.udp.close()
