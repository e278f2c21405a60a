"""A server with more media than it can send stays up, lets people in, and is as before when the load has gone."""

import unittest

from overload import CALL, Overload


class OverloadTest(unittest.TestCase):
    def test_a_call_begins_beside_an_overload_and_is_whole_a_second_after_it(self):
        seen = Overload(speakers=64, listeners=64, seconds=8).run()
        self.assertTrue(seen["alive"])
        # The oldest media is given up, counted, all the time; what waits is bounded.
        shed = seen["shed"]
        self.assertGreater(shed[-1], shed[len(shed) // 2])
        self.assertGreater(shed[len(shed) // 2], shed[0])
        self.assertLess(max(seen["resident"]), 256)
        for name in ("beside", "after"):
            self.assertNotIn("error", seen[name], name)
            self.assertEqual(seen[name]["members.joined"], CALL, name)
            self.assertEqual(seen[name]["members.failed"], 0, name)
            self.assertEqual(seen[name]["corrupt"], 0, name)
        self.assertTrue(seen["healthz"])
        self.assertLess(seen["healthz"][len(seen["healthz"]) // 2], 1)
        self.assertEqual(seen["after"]["loss"], 0)
        sent, heard = seen["recovery"]
        self.assertGreater(sent, 50)
        # What was under way at the beginning and the end of these seconds may be missing or more.
        self.assertGreaterEqual(heard, sent * (CALL - 1) - 4 * CALL)
