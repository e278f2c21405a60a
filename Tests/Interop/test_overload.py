"""A server with more media than it can send stays up, lets people in, and is as before when the load has gone."""

import unittest

from overload import CALL, Overload


class OverloadTest(unittest.TestCase):
    def test_a_call_begins_beside_an_overload_and_another_is_whole_after_it(self):
        seen = Overload(speakers=32, listeners=32, seconds=8).run()
        self.assertTrue(seen["alive"])
        self.assertLess(seen["resident"], 256)
        for name in ("beside", "after"):
            self.assertNotIn("error", seen[name])
            self.assertEqual(seen[name]["members.joined"], CALL, name)
            self.assertEqual(seen[name]["members.failed"], 0, name)
            self.assertEqual(seen[name]["corrupt"], 0, name)
        self.assertEqual(seen["after"]["loss"], 0)
        self.assertTrue(seen["healthz"])
        if not seen["shed"]:
            self.skipTest("this server could send all that the tool asked for")
