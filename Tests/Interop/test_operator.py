"""What an operator does with the `roost` command alone, against the real binary and its files."""

import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest
import urllib.parse

import test_files
from clients import until
from rest import REST
from roost_server import BINARY, Roost


def roost(data, *words, succeeds=True):
    """Runs one command on a data directory; what it printed, by the first word of each line."""
    done = subprocess.run(
        [BINARY, *words, f"--data.directory={data}", "--public.host=localhost"],
        capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) == succeeds, (words, done.returncode, done.stdout, done.stderr)
    return dict(line.split(None, 1) for line in done.stdout.splitlines() if " " in line) if succeeds else done.stderr


def roost_text(data, *words):
    """The whole of what one command printed."""
    done = subprocess.run([BINARY, *words, f"--data.directory={data}"], capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


class Operator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roost-operator-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"

    def serve(self, data):
        """A server on a copy of `--dev`'s certificate and the operator's data."""
        server = Roost(f"--data.directory={data}", "--registration.policy=invite").start()
        self.addCleanup(server.__exit__)
        return server

    def test_from_nothing_to_people_who_talk(self):
        made = roost(self.data, "user", "create", "ada")
        guild = roost(self.data, "guild", "create", "Nest", "ada")
        bot = roost(self.data, "user", "bot", "Helper", guild["Guild"])
        another = roost(self.data, "invite", "create", guild["Guild"])
        token = subprocess.run(
            [BINARY, "token", "ada", f"--data.directory={self.data}"], capture_output=True, text=True).stdout.strip()
        server = self.serve(self.data)
        anybody = REST(server.announcement)
        status, session = anybody("POST", "/auth/login", {"login": "ada", "password": made["Password"]})
        self.assertEqual(status, 200, session)
        for key in (session["token"], token):
            self.assertEqual(anybody("GET", "/users/@me", token=key)[1]["id"], made["User"])
        self.assertEqual(anybody("GET", f"/guilds/{guild['Guild']}", token=session["token"])[1]["name"], "Nest")
        self.assertEqual(anybody("GET", "/users/@me", token="Bot " + bot["Token"])[1]["username"], "Helper")
        for invite in (guild["Invite"], another["Invite"]):
            code = invite.rsplit("/", 1)[1]
            self.assertEqual(anybody("GET", f"/invites/{code}")[1]["guild"]["id"], guild["Guild"])
        newcomer = {"username": "bob", "password": "a long password", "invite": code}
        self.assertEqual(anybody("POST", "/auth/register", newcomer)[0], 200)
        # Moderation, as any client would: the owner bans.
        _, members = anybody("GET", f"/guilds/{guild['Guild']}/members?limit=9", token=token)
        bob = next(m["user"]["id"] for m in members if m["user"]["username"] == "bob")
        self.assertEqual(anybody("PUT", f"/guilds/{guild['Guild']}/bans/{bob}", {}, token=token)[0], 204)
        self.assertIn("in use", roost(self.data, "user", "create", "eve", succeeds=False))
        server.stop()
        again = roost(self.data, "user", "password", "ada")
        server = self.serve(self.data)
        anybody = REST(server.announcement)
        self.assertEqual(anybody("GET", "/users/@me", token=token)[0], 401, "old tokens are void")
        for password, expected in ((made["Password"], 400), (again["Password"], 200)):
            login = {"login": "ada", "password": password}
            self.assertEqual(anybody("POST", "/auth/login", login)[0], expected)

    def test_accounts_are_exported_logged_out_and_deleted(self):
        made = roost(self.data, "user", "create", "ada")
        roost(self.data, "user", "create", "bob")
        token = roost_text(self.data, "token", "bob")
        guild = roost(self.data, "guild", "create", "Nest", "ada")
        server = self.serve(self.data)
        bob = REST(server.announcement, token)
        self.assertEqual(bob("POST", "/invites/" + guild["Invite"].rsplit("/", 1)[1], {})[0], 200)
        channel = next(c["id"] for c in bob("GET", f"/guilds/{guild['Guild']}/channels")[1] if c["type"] == 0)
        for number in range(3):
            self.assertEqual(bob("POST", f"/channels/{channel}/messages", {"content": f"said {number}"})[0], 200)
        server.stop()
        file = self.folder / "bob.json"
        told = roost(self.data, "user", "export", "bob", str(file))
        self.assertEqual(told["Messages"], "4", "the greeting is bob's, too")
        kept = json.loads(file.read_text())
        self.assertEqual([m["content"] for m in kept["messages"]][1:], ["said 0", "said 1", "said 2"])
        self.assertEqual(kept["guilds"][0]["name"], "Nest")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertIn("exists", roost(self.data, "user", "export", "bob", str(file), succeeds=False))
        roost(self.data, "user", "logout", "bob")
        self.assertIn("transfer", roost(self.data, "user", "delete", "ada", succeeds=False))
        roost(self.data, "user", "disable", "ada")
        roost(self.data, "user", "delete", "bob")
        server = self.serve(self.data)
        self.assertEqual(REST(server.announcement, token)("GET", "/users/@me")[0], 401)
        login = {"login": "ada", "password": made["Password"]}
        anybody = REST(server.announcement)
        self.assertEqual(anybody("POST", "/auth/login", login)[1]["code"], 20013)
        self.assertEqual(anybody("POST", "/auth/login", {**login, "undelete": True})[0], 200)

    def test_wrong_words_change_nothing(self):
        roost(self.data, "user", "create", "ada")
        for words in (
                ("user", "create", "ada"), ("user", "create", "x" * 40), ("user", "password", "nobody"),
                ("guild", "create", "Nest", "nobody"), ("user", "bot", "B", "123"), ("invite", "create", "x"),
                ("token", "123"), ("user",), ("backup",), ("restore", str(self.folder / "none")),
                ("restore", str(self.folder))):
            roost(self.data, *words, succeeds=False)
        roost(self.data, "doctor")
        self.assertIn("no database", roost(self.folder / "empty", "doctor", succeeds=False))

    def test_backup_while_running_kill_restore_compare(self):
        server = self.serve(self.data)
        uploader = test_files.Files("upload")
        uploader.news, uploader.text = server.announcement, server.announcement["channels"]["text"]
        uploader.owner = owner = REST(server.announcement, server.announcement["owner"]["token"])
        octets = os.urandom(300_000)
        status, kept = uploader.upload([uploader.file("p.bin", octets)])
        self.assertEqual(status, 200, kept)
        messages = lambda rest: [
            (m["id"], m["content"], [a["id"] for a in m["attachments"]])
            for m in rest("GET", f"/channels/{uploader.text}/messages?limit=100")[1]]
        before = messages(owner)
        backup = self.folder / "backup"
        roost(self.data, "backup", str(backup))
        self.assertEqual(owner("POST", f"/channels/{uploader.text}/messages", {"content": "after"})[0], 200)
        self.assertIn("already", roost(self.data, "backup", str(backup), succeeds=False))
        server.kill()
        restored = self.folder / "restored"
        roost(restored, "restore", str(backup))
        roost(restored, "doctor")
        self.assertIn("already", roost(restored, "restore", str(backup), succeeds=False))
        shutil.copy(self.data / "dev.json", restored / "dev.json")
        server = self.serve(restored)
        uploader.news, owner = server.announcement, REST(server.announcement, owner.token)
        uploader.owner = owner
        self.assertEqual(messages(owner), before, "the backup is the state of its moment; tokens still hold")
        _, message = owner("GET", f"/channels/{uploader.text}/messages/{kept['id']}")
        self.assertEqual(uploader.get(message["attachments"][0]["url"])[2], octets)
        # A backup with one bent octet is not restored.
        file = next(path for path in (backup / "blobs").glob("??/*") if path.stat().st_size >= 300_000)
        file.write_bytes(file.read_bytes()[:-1] + b"?")
        self.assertIn("damaged", roost(self.folder / "third", "restore", str(backup), succeeds=False))

    def test_a_backup_without_a_server(self):
        roost(self.data, "user", "create", "ada")
        token = lambda data: subprocess.run(
            [BINARY, "token", "ada", f"--data.directory={data}"], capture_output=True, text=True).stdout
        first = token(self.data)
        roost(self.data, "backup", str(self.folder / "b"))
        roost(self.folder / "copy", "restore", str(self.folder / "b"))
        self.assertEqual(first.split(".")[0], token(self.folder / "copy").split(".")[0])

    def test_sighup_brings_a_new_certificate_and_keeps_the_old_when_it_is_damaged(self):
        certificate, key = self.folder / "cert.pem", self.folder / "key.pem"

        def renew(name):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={name}", "-days", "2"],
                check=True, capture_output=True)
            return certificate.read_text()

        first = renew("first")
        server = Roost(f"--http.certificate={certificate}", f"--http.key={key}").start()
        self.addCleanup(server.__exit__)
        place = urllib.parse.urlsplit(server.announcement["url"])

        def served():
            return ssl.get_server_certificate(("127.0.0.1", place.port)).split()

        self.assertEqual(served(), first.split())
        second = renew("second")
        server.process.send_signal(signal.SIGHUP)
        until("the new certificate is served", lambda: served() == second.split())
        certificate.write_text("nothing")
        server.process.send_signal(signal.SIGHUP)
        until("the log says why", lambda: any("The old certificate stays" in line for line in server.log))
        self.assertEqual(served(), second.split())


if __name__ == "__main__":
    unittest.main()
