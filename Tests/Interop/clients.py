"""Handles for the foreign clients: a discord.py process and a headless Chromium page."""

import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

HERE = pathlib.Path(__file__).resolve().parent

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--mute-audio", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # Without it a machine whose only interface is loopback yields no candidate at all.
    "--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--no-proxy-server", "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
    # The certificate authority of `roost serve --dev` is private.
    "--ignore-certificate-errors", "--window-size=1100,760",
]


def until(what, check, seconds=10.0):
    """Polls `check` until it is true; the value, or an error that says what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Bot:
    """A discord.py process; every call waits for its answer."""

    def __init__(self, announcement, number):
        bot = announcement["bots"][number]
        self.user = bot["id"]
        environment = dict(
            os.environ, ROOST_API=announcement["api"], ROOST_TOKEN=bot["token"],
            SSL_CERT_FILE=announcement["ca"])
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "bot.py")], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events, self.answers, self.errors, self.number = [], queue.Queue(), [], 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()
        until("the bot is ready", lambda: self.seen("ready") or self._fail_if_gone(), 20)

    def _fail_if_gone(self):
        if self.process.poll() is not None:
            raise AssertionError("the bot ended:\n" + "".join(self.errors[-20:]))

    def _read(self):
        with self.process.stdout as lines:
            for line in lines:
                message = json.loads(line)
                (self.events.append if "event" in message else self.answers.put)(message)

    def _read_errors(self):
        with self.process.stderr as lines:
            self.errors.extend(lines)

    def seen(self, event, **fields):
        """The events of this name whose fields match."""
        return [
            e for e in list(self.events)
            if e["event"] == event and all(e.get(k) == v for k, v in fields.items())]

    def __call__(self, name, patience=30, **arguments):
        self.number += 1
        self.process.stdin.write(json.dumps({"do": name, "id": self.number, **arguments}) + "\n")
        self.process.stdin.flush()
        while True:
            try:
                answer = self.answers.get(timeout=patience)
            except queue.Empty:
                raise AssertionError(f"the bot did not answer {name}:\n" + "".join(self.errors[-20:]))
            if answer["id"] == self.number:
                break
        if not answer["ok"]:
            raise AssertionError(f"bot {name}: {answer['error']}")
        return answer

    def level(self, user, hertz, seconds=0.5):
        """How loud `hertz` is in what this bot last heard of `user`; 0 when it heard nothing lately."""
        for speaker in self("hear", seconds=seconds, tones_hz=[hertz])["heard"]:
            if speaker["user"] == user and time.time() - speaker["last"] < 0.5:
                return speaker["levels"][str(hertz)]
        return 0.0

    def complaints(self):
        return self.seen("log") + self.seen("exception")

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Page:
    """Roost's own page in a Chromium of its own, whose microphone is a tone and whose ears are measured."""

    def __init__(self, tone):
        options = Options()
        options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.profile = tempfile.TemporaryDirectory(prefix="roost-page-", ignore_cleanup_errors=True)
        options.add_argument("--user-data-dir=" + self.profile.name)
        self.driver = webdriver.Chrome(
            options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")))
        self.driver.set_script_timeout(30)
        script = (HERE / "ears.js").read_text().replace("TONE_HZ", str(tone))
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def open(self, url):
        self.driver.get(url)

    def js(self, body, *arguments):
        """Runs an async function body with arguments a[0], a[1] …; its value comes back."""
        answer = self.driver.execute_async_script(
            "const a=[...arguments],done=a.pop();"
            "(async()=>{%s})().then(v=>done({v}),e=>done({e:String(e&&e.stack||e)}))" % body, *arguments)
        if "e" in answer:
            raise AssertionError(answer["e"])
        return answer.get("v")

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def present(self, selector):
        found = self.driver.find_elements("css selector", selector)
        return [e for e in found if e.is_displayed()]

    def click(self, selector):
        until(f"{selector} can be clicked", lambda: self.present(selector) and self.find(selector).is_enabled())
        self.find(selector).click()

    def type(self, selector, text):
        until(f"{selector} is there", lambda: self.present(selector))
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def level(self, hertz):
        """The loudest `hertz` in any remote track that this page plays."""
        return max([0.0] + self.js("return ears.levels(a[0])", hertz))

    def console(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        self.driver.save_screenshot(str(path))

    def close(self):
        try:
            self.driver.quit()
        finally:
            self.profile.cleanup()
