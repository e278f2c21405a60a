#!/usr/bin/env python3
"""WebSocket conformance of an echo server by raw octets, in the order of the Autobahn TestSuite's sections.

    websocket_cases.py <port>

Sections 1 framing, 2 pings and pongs, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 close handling,
9 sizes, 10 automatic fragmentation. Standard library only. Prints failures and one line of result; exit code 1
when a case failed.
"""
import itertools
import os
import socket
import struct
import sys

PORT = int(sys.argv[1])
TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
counts = {"run": 0, "failed": 0}


def frame(opcode, payload=b"", final=True, reserved=0):
    count = len(payload)
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if count < 126:
        head += bytes([0x80 | count])
    elif count < 65536:
        head += bytes([0xFE]) + struct.pack(">H", count)
    else:
        head += bytes([0xFF]) + struct.pack(">Q", count)
    key = os.urandom(4)
    mask = int.from_bytes((key * (count // 4 + 1))[:count], "big")
    return head + key + (int.from_bytes(payload, "big") ^ mask).to_bytes(count, "big")


class Peer:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(65536)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head

    def send(self, octets, step=None):
        for start in range(0, len(octets), step or max(1, len(octets))):
            try:
                self.socket.sendall(octets[start:start + step] if step else octets)
            except OSError:
                return

    def take(self, count):
        while len(self.buffer) < count:
            octets = self.socket.recv(1 << 20)
            if not octets:
                raise EOFError
            self.buffer += octets
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def frame(self):
        """(opcode, payload), or ("end", b"")"""
        try:
            first, second = self.take(2)
            assert not second & 0x80 and not first & 0x70
            count = second & 0x7F
            if count == 126:
                count, = struct.unpack(">H", self.take(2))
            elif count == 127:
                count, = struct.unpack(">Q", self.take(8))
            return first & 0x0F, self.take(count)
        except (EOFError, ConnectionError):
            return "end", b""

    def frames(self):
        """All frames up to the end of the stream."""
        return list(itertools.takewhile(lambda f: f[0] != "end", iter(self.frame, None)))


def case(name, octets, expected, step=None):
    """Sends octets; the server's frames up to the end of the stream must be as expected.

    A clean close is appended to what is sent unless the expectation ends with a code of the server's."""
    counts["run"] += 1
    peer = Peer()
    if not isinstance(expected[-1], int):
        octets = octets + frame(CLOSE, struct.pack(">H", 1000))
        expected = expected + [1000]
    peer.send(octets, step)
    frames = [struct.unpack(">H", p[:2])[0] if op == CLOSE and len(p) >= 2 else 1005 if op == CLOSE else (op, p)
              for op, p in peer.frames()]
    if frames != expected:
        counts["failed"] += 1
        print("FAILED %s: %s" % (name, str(frames)[:200]))
    peer.socket.close()


def framing():
    for opcode in (TEXT, BINARY):
        for count in (0, 125, 126, 127, 128, 65535, 65536):
            payload = b"*" * count
            case("1 length %d" % count, frame(opcode, payload), [(opcode, payload)])
        case("1 divided", frame(opcode, b"*" * 65536), [(opcode, b"*" * 65536)], step=997)


def pings():
    for payload in (b"", b"Hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125):
        case("2 ping", frame(PING, payload), [(PONG, payload)])
        case("2 ping divided", frame(PING, payload), [(PONG, payload)], step=1)
    case("2 ping too long", frame(PING, b"\xfe" * 126), [1002])
    case("2 pongs", frame(PONG) + frame(PONG, b"x") + frame(PING, b"y"), [(PONG, b"y")])
    case("2 ten pings", b"".join(frame(PING, b"%d" % i) for i in range(10)), [(PONG, b"%d" % i) for i in range(10)])


def reserved_bits():
    for bits in range(1, 8):
        for opcode in (TEXT, PING, CLOSE):
            octets = frame(TEXT, b"Hello") + frame(opcode, b"\x03\xe8", reserved=bits) + frame(PING)
            case("3 bits %d" % bits, octets, [(TEXT, b"Hello"), 1002])
            case("3 bits %d divided" % bits, octets, [(TEXT, b"Hello"), 1002], step=1)


def opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        case("4 opcode %d" % opcode, frame(opcode), [1002])
        case("4 opcode %d after text" % opcode, frame(TEXT, b"a") + frame(opcode, b"b") + frame(PING), [(TEXT, b"a"), 1002])


def fragmentation():
    start, end = frame(TEXT, b"fragment1", final=False), frame(CONTINUATION, b"fragment2")
    whole = (TEXT, b"fragment1fragment2")
    case("5 fragmented ping", frame(PING, b"a", final=False) + frame(CONTINUATION, b"b"), [1002])
    case("5 fragmented pong", frame(PONG, b"a", final=False) + frame(CONTINUATION, b"b"), [1002])
    for step in (None, 1):
        case("5 two fragments", start + end, [whole], step)
        case("5 ping between", start + frame(PING, b"p") + end, [(PONG, b"p"), whole], step)
        case("5 five fragments", frame(TEXT, b"1", False) + frame(0, b"2", False) + frame(PING, b"p") + frame(0, b"3", False)
             + frame(0, b"4", False) + frame(PING, b"q") + frame(0, b"5"), [(PONG, b"p"), (PONG, b"q"), (TEXT, b"12345")], step)
        case("5 empty fragments", frame(BINARY, b"", False) + frame(0, b"", False) + frame(0, b""), [(BINARY, b"")], step)
    for final in (True, False):
        case("5 continuation first", frame(CONTINUATION, b"a", final) + frame(TEXT, b"b"), [1002])
        case("5 continuation after the end", start + end + frame(CONTINUATION, b"a", final), [whole, 1002])
    case("5 start inside", start + frame(TEXT, b"fragment2"), [1002])


def utf8():
    valid = ["Hello-µ@ßöäüàá-UTF-8!!", "\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\ud7ff", "\ue000",
             "\ufffd", "\U00010000", "\U0010ffff", "κόσμε", "\ufffe", "\U0001fffe"]
    for text in (t.encode() for t in valid):
        case("6 valid", frame(TEXT, text), [(TEXT, text)])
        octets = b"".join(frame(0 if i else TEXT, text[i:i + 1], i == len(text) - 1) for i in range(len(text)))
        case("6 valid, one octet a fragment", octets, [(TEXT, text)], step=1)
    invalid = ["80", "bf", "c0", "c080", "c1bf", "c328", "e08080", "e09fbf", "eda080", "edbfbf", "f0808080", "f08fbfbf",
               "f4908080", "f8888080", "fc8480808080", "fe", "ff", "c3", "e282", "f09d84", "cebae1bdb9cf83cebcceb5eda080656469746564"]
    for text in map(bytes.fromhex, invalid):
        case("6 invalid %s" % text.hex(), frame(TEXT, b"ok" + text), [1007])
        case("6 invalid %s fragmented" % text.hex(), frame(TEXT, b"ok", False) + frame(0, text), [1007], step=1)
    # Fails before the message is whole: nothing follows the impossible octet.
    case("6 fail fast", frame(TEXT, b"\xce\xba\xf4\x90", False), [1007])
    case("6 binary is not text", frame(BINARY, b"\xff\xfe"), [(BINARY, b"\xff\xfe")])


def closes():
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]:
        case("7 code %d" % code, frame(CLOSE, struct.pack(">H", code)), [code])
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]:
        case("7 code %d" % code, frame(CLOSE, struct.pack(">H", code)), [1002])
    case("7 empty", frame(CLOSE), [1005])
    case("7 one octet", frame(CLOSE, b"a"), [1002])
    case("7 longest reason", frame(CLOSE, b"\x03\xe8" + b"*" * 123), [1000])
    case("7 reason too long", frame(CLOSE, b"\x03\xe8" + b"*" * 124), [1002])
    case("7 reason not UTF-8", frame(CLOSE, b"\x03\xe8\xce\xba\xed\xa0\x80"), [1007])
    case("7 two closes", frame(CLOSE, b"\x03\xe8") + frame(CLOSE, b"\x03\xe8"), [1000])
    case("7 text after", frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"a"), [1000])
    case("7 ping after", frame(CLOSE, b"\x03\xe8") + frame(PING, b"a"), [1000])
    case("7 close inside a message", frame(TEXT, b"a", False) + frame(CLOSE, b"\x03\xe8") + frame(0, b"b"), [1000])


def sizes():
    for count in (1 << 16, 1 << 18, 1 << 20, 1 << 22, 16 << 20):
        for opcode in (TEXT, BINARY):
            case("9 %d" % count, frame(opcode, b"*" * count), [(opcode, b"*" * count)])
    case("9 beyond the limit", frame(BINARY, b"*" * ((16 << 20) + 1)), [1009])
    payload = b"*" * (1 << 20)
    for size in (64, 1024, 1 << 16):
        parts = range(0, len(payload), size)
        octets = b"".join(frame(0 if i else TEXT, payload[i:i + size], i + size >= len(payload)) for i in parts)
        case("9 fragments of %d" % size, octets, [(TEXT, payload)])
    for step in (64, 1000, 4096):
        case("9 pieces of %d" % step, frame(BINARY, payload[:1 << 18]), [(BINARY, payload[:1 << 18])], step=step)
    case("9 a thousand messages", frame(TEXT, b"*" * 64) * 1000, [(TEXT, b"*" * 64)] * 1000)


def automatic_fragmentation():
    payload = b"*" * 65536
    octets = b"".join(frame(0 if i else TEXT, payload[i:i + 1300], i + 1300 >= 65536) for i in range(0, 65536, 1300))
    case("10 fragments of 1300", octets, [(TEXT, payload)])


for section in (framing, pings, reserved_bits, opcodes, fragmentation, utf8, closes, sizes, automatic_fragmentation):
    section()
print("websocket cases: %(run)d run, %(failed)d failed" % counts)
sys.exit(1 if counts["failed"] else 0)
