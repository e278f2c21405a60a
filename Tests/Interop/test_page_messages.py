"""What the page shows of messages: files that it sends itself, and history as far back as it is read."""

import pathlib
import tempfile
import unittest

from clients import Page, until
from pictures import png
from rest import REST
from roost_server import Roost


class PageMessages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--dev.bots=25").start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.page = Page(440)
        cls.addClassCleanup(cls.page.close)

    def shown(self):
        return self.page.js("return [...document.querySelectorAll('#messages li[data-message-id] > p')]"
                            ".map(p => p.textContent)")

    def test_1_older_messages_come_when_they_are_scrolled_to(self):
        path = f"/channels/{self.news['channels']['text']}/messages"
        said = []
        for number in range(120):
            bot = self.news["bots"][number % 25]
            said.append(f"number {number}")
            status, answer = REST(self.news, "Bot " + bot["token"])("POST", path, {"content": said[-1]})
            self.assertEqual(status, 200, answer)
        self.page.open(self.news["invite_url"])
        self.page.type("#username", "reader")
        self.page.type("#password", "correct horse battery")
        self.page.click("#register")
        until("the newest are there", lambda: said[-1] in self.shown())
        self.assertNotIn(said[0], self.shown())
        for _ in range(2):
            count = len(self.shown())
            self.page.js("document.querySelector('#messages').scrollTop = 0")
            until("older ones have come", lambda: len(self.shown()) > count)
            # What was read stays where it was, so that the next page does not come by itself.
            self.assertGreater(self.page.js("return document.querySelector('#messages').scrollTop"), 100)
        self.assertEqual([text for text in self.shown() if text.startswith("number")], said)

    def test_2_a_file_is_chosen_sent_and_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            picture, note = pathlib.Path(folder, "field.png"), pathlib.Path(folder, "note.txt")
            picture.write_bytes(png(40, 30))
            note.write_text("a note")
            self.page.find("#files").send_keys(f"{picture}\n{note}")
            self.page.type("#message", "with files")
            self.page.click("#send")
            until("the files are shown", lambda: self.page.present("[data-attachment-id] img"))
        until("the picture is loaded", lambda: self.page.js(
            "const i = document.querySelector('[data-attachment-id] img');"
            "return i.complete && i.naturalWidth === 40 && i.alt === 'field.png'"))
        text = self.page.js(
            "const a = [...document.querySelectorAll('[data-attachment-id] a')].at(-1);"
            "return [a.textContent, await (await fetch(a.href)).text()]")
        self.assertEqual(text, ["note.txt (6 octets)", "a note"])
        self.assertEqual(self.page.console(), [])


if __name__ == "__main__":
    unittest.main()
