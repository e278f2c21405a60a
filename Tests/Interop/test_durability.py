"""Kill -9 at any time loses no acknowledged message and no event.

ROOST_KILLS sets how often the server is killed (3); ROOST_TALKERS how many talk at once (8).
"""

import os
import random
import sqlite3
import threading
import time
import unittest

from rest import REST
from roost_server import Roost

ROUNDS = int(os.environ.get("ROOST_KILLS", "3"))
TALKERS = int(os.environ.get("ROOST_TALKERS", "8"))
MESSAGE_CREATE = 1


def varint(octets, position):
    """A number in 7-bit groups, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        octet = octets[position]
        position += 1
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            return value, position


def logged(body):
    """Kinds and ids of the events of one entry: docs/decisions/0018 and Sources/Stores/EventCoding.swift."""
    position, before = 0, []
    while position < len(body):
        kind, position = body[position], position + 1
        count, position = varint(body, position)
        ids = []
        for place in range(count):
            value, position = varint(body, position)
            known = before[place] if place < len(before) else 0
            ids.append((known + ((value >> 1) ^ -(value & 1))) % (1 << 64))
        before = ids
        length, position = varint(body, position)
        position += length
        yield kind, ids


class Durability(unittest.TestCase):
    def test_every_acknowledged_message_and_event_survives_kill_9(self):
        seed = random.randrange(1 << 32)
        dice, acknowledged, told = random.Random(seed), [], 0
        started = 0.0
        with Roost("--limits.rate_percent=100000") as roost:
            for _ in range(ROUNDS):
                seconds = dice.uniform(0.3, 1.2)
                started += seconds
                self.talk_until_killed(roost, seconds, acknowledged)
                self.assert_log_is_whole(roost, acknowledged, seed)
                roost.start()
                told += any("told again" in line for line in roost.log)
            stored = self.history(roost)
        missing = set(acknowledged) - set(stored)
        self.assertEqual(missing, set(), f"seed {seed}: {len(missing)} of {len(acknowledged)} lost")
        self.assertGreater(len(acknowledged), 10)
        self.assertEqual(len(stored), len(set(stored)), "a message came back twice")
        self.assertGreater(told, 0, "no start had anything to tell again")
        print(f"{len(acknowledged)} acknowledged in {started:.1f} s, {ROUNDS} kills, seed {seed}")

    def assert_log_is_whole(self, roost, acknowledged, seed):
        """While nobody holds the file: each acknowledged message is in the log, whose offsets have no gap."""
        database = sqlite3.connect(f"{roost.directory.name}/data/roost.db")
        rows = database.execute("SELECT entry, body FROM event_log ORDER BY entry").fetchall()
        consumers = dict(database.execute("SELECT name, entry FROM log_consumers"))
        database.close()
        offsets = [entry for entry, _ in rows]
        self.assertEqual(offsets, list(range(offsets[0], offsets[0] + len(offsets))), f"seed {seed}")
        created = [str(ids[2]) for _, body in rows for kind, ids in logged(body) if kind == MESSAGE_CREATE]
        self.assertEqual(set(acknowledged) - set(created), set(), f"seed {seed}: an event is lost")
        self.assertEqual(len(created), len(set(created)), f"seed {seed}: an event is logged twice")
        # What is beyond the consumer is told again by the next start; it is not ahead of what was kept.
        self.assertLessEqual(consumers["gateway"], offsets[-1])

    def talk_until_killed(self, roost, seconds, acknowledged):
        news = roost.announcement

        def talk(bot):
            rest = REST(news, "Bot " + bot["token"])
            while True:
                try:
                    status, message = rest(
                        "POST", f"/channels/{news['channels']['text']}/messages", {"content": "kept"})
                except Exception:
                    return
                if status == 200:
                    acknowledged.append(message["id"])
                else:
                    time.sleep(min(float((message or {}).get("retry_after", 0.05)), 0.1))

        talkers = [
            threading.Thread(target=talk, args=(news["bots"][index % len(news["bots"])],))
            for index in range(TALKERS)]
        for talker in talkers:
            talker.start()
        time.sleep(seconds)
        roost.kill()
        for talker in talkers:
            talker.join()

    def history(self, roost):
        news = roost.announcement
        rest = REST(news, "Bot " + news["bots"][0]["token"])
        stored, before = [], ""
        while True:
            status, page = rest("GET", f"/channels/{news['channels']['text']}/messages?limit=100{before}")
            self.assertEqual(status, 200)
            if not page:
                return stored
            stored += [message["id"] for message in page]
            before = f"&before={page[-1]['id']}"


if __name__ == "__main__":
    unittest.main()
