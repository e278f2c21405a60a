"""Kill -9 at any time loses no acknowledged message."""

import random
import threading
import time
import unittest

from rest import REST
from roost_server import Roost

ROUNDS = 5


class Durability(unittest.TestCase):
    def test_every_acknowledged_message_survives_kill_9(self):
        seed = random.randrange(1 << 32)
        dice, acknowledged = random.Random(seed), []
        with Roost() as roost:
            for _ in range(ROUNDS):
                self.talk_until_killed(roost, dice.uniform(0.2, 0.8), acknowledged)
                roost.start()
            stored = self.history(roost)
        missing = [identity for identity in acknowledged if identity not in stored]
        self.assertEqual(missing, [], f"seed {seed}: {len(missing)} of {len(acknowledged)} lost")
        self.assertGreater(len(acknowledged), 10)
        self.assertEqual(len(stored), len(set(stored)), "a message came back twice")

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

        talkers = [threading.Thread(target=talk, args=(bot,)) for bot in news["bots"]]
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
