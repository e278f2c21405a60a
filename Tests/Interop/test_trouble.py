"""What an operator meets: a full disk, taken ports, a directory in use, files that are not what they should be."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from clients import until
from rest import REST
from roost_server import BINARY, Roost
from wire import Member


class FullDisk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roost-disk-")
        self.addCleanup(folder.cleanup)
        self.disk = pathlib.Path(folder.name)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", self.disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("only root may mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)

    def fill(self):
        descriptor = os.open(self.disk / "filler", os.O_CREAT | os.O_WRONLY)
        try:
            while True:
                os.write(descriptor, bytes(4096))
        except OSError:
            os.close(descriptor)

    def test_a_full_disk_refuses_messages_says_so_and_ends_no_call(self):
        roost = Roost(f"--data.directory={self.disk}/data").start()
        self.addCleanup(roost.__exit__)
        news, rest = roost.announcement, REST(roost.announcement, roost.announcement["owner"]["token"])
        path = f"/channels/{news['channels']['text']}/messages"
        talker, listener = Member(news, 0), Member(news, 1)
        for member in (talker, listener):
            self.addCleanup(member.close)
            member.join(news["channels"]["voice"])
        talker.talk()
        listener.hears(talker)
        self.assertEqual(rest("POST", path, {"content": "before"})[0], 200)
        self.fill()
        refused = lambda: rest("POST", path, {"content": "x" * 1900})[0] == 503
        until("a message is refused", refused)
        listener.hears(talker)
        self.assertEqual(rest.metric("roost_chat_store_refused"), 1)
        self.assertGreater(rest.metric("roost_chat_rollbacks_total"), 0)
        until("the log says so", lambda: any("takes no changes" in line and "full" in line for line in roost.log))
        self.assertEqual(sum("takes no changes" in line for line in roost.log), 1, "once, not for every request")
        (self.disk / "filler").unlink()
        until("a message is taken", lambda: rest("POST", path, {"content": "after"})[0] == 200)
        until("the log says so", lambda: any("again" in line for line in roost.log))
        contents = [message["content"] for message in rest("GET", path)[1]]
        self.assertIn("before", contents)
        listener.hears(talker)


class Refusals(unittest.TestCase):
    """Every refusal to start names what is wrong and where."""

    def refusal(self, directory, *flags):
        ended = subprocess.run(
            [BINARY, "serve", "--dev", f"--data.directory={directory}", "--http.listen=127.0.0.1:0",
             "--voice.listen=127.0.0.1:0", "--media.listen=127.0.0.1:0", *flags],
            capture_output=True, text=True, timeout=20)
        self.assertEqual((ended.returncode, ended.stdout), (70, ""))
        return ended.stderr

    def test_what_is_in_use_is_named(self):
        with Roost() as roost, tempfile.TemporaryDirectory() as other:
            taken = f"{roost.directory.name}/data"
            self.assertIn(f"{taken} is in use", self.refusal(taken))
            http = roost.announcement["url"].rsplit(":", 1)[1]
            voice = roost.announcement["voice"].rsplit(":", 1)[1]
            media = roost.announcement["udp"][0]
            for address, flag in (
                (f"127.0.0.1:{http}", "http"), (f"127.0.0.1:{voice}", "voice"), (media, "media")):
                with self.subTest(flag):
                    self.assertIn(address, self.refusal(other, f"--{flag}.listen={address}"))

    def test_damaged_and_missing_files_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            database = pathlib.Path(folder) / "roost.db"
            database.write_text("this is no database" * 100)
            self.assertIn(str(database), self.refusal(folder))
            database.unlink()
            missing = ("--http.certificate=/nowhere.pem", "--http.key=/nowhere.key")
            self.assertIn("/nowhere.pem", self.refusal(folder, *missing))
            self.assertIn("not PEM", self.refusal(folder, "--http.certificate=/etc/hostname", "--http.key=/etc/hostname"))


if __name__ == "__main__":
    unittest.main()
