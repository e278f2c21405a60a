"""The page as its users meet it: by keyboard, with a wrong password, on a bad network, in two windows."""

import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from clients import Page, until
from roost_server import Roost

LOUD, QUIET = 0.05, 0.01

# Remembers the page's sockets, so that a test can cut them.
SOCKETS = """
(() => {
  const Socket = window.WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Socket {
    constructor(...parameters) { super(...parameters); window.sockets.push(this); }
  };
})();
"""


class PageUse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost().start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.voice = f"[data-channel-id='{cls.news['channels']['voice']}']"
        cls.a, cls.b = Page(440), Page(660)
        for page in (cls.a, cls.b):
            cls.addClassCleanup(page.close)
            page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SOCKETS})

    def press(self, page, *keys):
        # To the page, not to an element: a file input takes an element's keys for a path.
        ActionChains(page.driver).send_keys(*keys).perform()

    def focus(self, page, selector):
        """Tabs until `selector` has the focus."""
        for _ in range(40):
            if page.js("return document.activeElement.matches(a[0])", selector):
                return
            self.press(page, Keys.TAB)
        self.fail(f"{selector} cannot be reached by keyboard")

    def cut(self, page, endpoint):
        """Closes the page's newest socket to `endpoint` abnormally."""
        page.js("window.sockets.filter(s => s.url.includes(a[0])).at(-1).close(4000)", endpoint)

    def state(self, page):
        return page.find("#call").get_attribute("data-state")

    def in_call(self, page):
        until("in the call", lambda: page.present("#leave") and self.state(page) == "connected")

    def both_in_call(self):
        for page in (self.a, self.b):
            if not page.present("#leave"):
                page.click(self.voice)
            self.in_call(page)
        self.hear_each_other()

    def hear_each_other(self):
        until("A hears B", lambda: self.a.level(660) > LOUD)
        until("B hears A", lambda: self.b.level(440) > LOUD)

    def test_1_a_person_registers_joins_and_leaves_by_keyboard_alone(self):
        self.a.open(self.news["invite_url"])
        until("the form is there", lambda: self.a.present("#username"))
        self.assertIn("invited", self.a.find("#invite-preview").text)
        self.focus(self.a, "#username")
        self.press(self.a, "alice", Keys.TAB)
        self.press(self.a, "correct horse battery")
        self.focus(self.a, "#register")
        self.press(self.a, Keys.ENTER)
        until("the guild is there", lambda: self.a.present(self.voice))
        self.assertNotIn("invite", self.a.driver.current_url)
        self.focus(self.a, self.voice)
        self.press(self.a, Keys.ENTER)
        self.in_call(self.a)
        self.focus(self.a, "#mute")
        self.press(self.a, Keys.SPACE)
        until("muted", lambda: self.a.find("#mute").get_attribute("aria-pressed") == "true")
        self.press(self.a, Keys.SPACE)
        self.focus(self.a, "#leave")
        self.press(self.a, Keys.ENTER)
        until("out of the call", lambda: not self.a.present("#leave"))

    def test_2_a_wrong_password_says_so_and_the_right_one_enters(self):
        self.b.open(self.news["invite_url"])
        self.b.type("#username", "bruno")
        self.b.type("#password", "correct horse battery")
        self.b.click("#register")
        until("the guild is there", lambda: self.b.present(self.voice))
        self.b.click("#logout")
        self.b.type("#username", "bruno")
        self.b.type("#password", "wrong horse battery")
        self.b.click("#login")
        until("the error is shown", lambda: self.b.find("#entry-error").text)
        self.b.type("#password", "correct horse battery")
        self.b.click("#login")
        until("the guild is there", lambda: self.b.present(self.voice))

    def test_3_speaking_and_mutes_are_shown_to_the_others(self):
        self.both_in_call()
        alice = self.a.js("return (await (await fetch('/api/v10/users/@me', {headers: {Authorization: "
                          "JSON.parse(localStorage.getItem('roost.session')).token}})).json()).id")
        mark = lambda name: self.b.find(f"[data-user-id='{alice}']").get_attribute(name)
        until("A is seen speaking", lambda: mark("data-speaking") == "true")
        self.a.click("#mute")
        until("A is seen muted", lambda: mark("data-muted") == "true")
        until("A is seen silent", lambda: mark("data-speaking") == "false")
        self.a.click("#mute")
        until("A is seen speaking again", lambda: mark("data-speaking") == "true")

    def test_4_deafened_is_deaf_and_mute(self):
        self.both_in_call()
        self.a.click("#deafen")
        until("A hears nothing", lambda: self.a.level(660) < QUIET)
        until("A is not heard", lambda: self.b.level(440) < QUIET)
        self.a.click("#deafen")
        self.hear_each_other()

    def test_5_the_call_outlives_its_sockets(self):
        self.both_in_call()
        connections = self.a.js("return ears.connections.length")
        for endpoint in (self.news["voice"], self.news["gateway"]):
            self.cut(self.a, endpoint)
            self.hear_each_other()
            until("connected again", lambda: self.state(self.a) == "connected")
            until("open again", lambda: self.a.js(
                "return window.sockets.filter(s => s.url.includes(a[0])).at(-1).readyState === 1", endpoint))
        self.assertEqual(self.a.js("return ears.connections.length"), connections, "the media was set up anew")

    def test_6_a_second_window_takes_the_call_over(self):
        self.both_in_call()
        first = self.b.driver.current_window_handle
        self.b.driver.switch_to.new_window("tab")
        self.b.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SOCKETS})
        self.b.open(self.news["url"])
        self.b.click(self.voice)
        self.in_call(self.b)
        second = self.b.driver.current_window_handle
        self.b.driver.switch_to.window(first)
        until("the first window has left", lambda: not self.b.present("#leave"))
        self.b.driver.switch_to.window(second)
        self.assertTrue(self.b.present("#leave"))
        self.b.click("#leave")
        until("out of the call", lambda: not self.b.present("#leave"))


if __name__ == "__main__":
    unittest.main()
