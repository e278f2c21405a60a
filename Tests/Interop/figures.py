"""Measures what docs/benchmarks.md says of one call on one machine.

  .build/venv/bin/python Tests/Interop/figures.py [--seconds 60] [--joins 20]
"""

import argparse
import statistics
import time

from clients import Bot, Page, until
from rest import REST
from roost_server import Roost


def spread(values, unit):
    values = sorted(values)
    return f"min {values[0]:.3g}, median {statistics.median(values):.3g}, max {values[-1]:.3g} {unit} (n={len(values)})"


def starts(count):
    cold, resident = [], []
    for _ in range(count):
        with Roost() as roost:
            cold.append(roost.cold_start * 1000)
            time.sleep(1)
            resident.append(roost.resident_mib())
    print("cold start to the announcement:", spread(cold, "ms"))
    print("resident memory, idle:", spread(resident, "MiB"))


def bot_joins(news, talker, listener, count):
    times = []
    for _ in range(count):
        asked = listener("join", channel=news["channels"]["voice"])["asked"]
        first = until("audio", lambda: [
            speaker["first"] for speaker in listener("hear", seconds=0.1, tones_hz=[])["heard"]])
        times.append((min(first) - asked) * 1000)
        listener("leave")
    print("discord.py, op 4 sent to first audio decoded:", spread(times, "ms"))


PAGE_JOIN = """
const before = ears.connections.length, started = performance.now();
document.querySelector(`[data-channel-id="${a[0]}"]`).click();
for (;;) {
  for (const connection of ears.connections.slice(before)) {
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type === 'inbound-rtp' && entry.totalAudioEnergy > 0) return performance.now() - started;
    }
  }
  await new Promise(next => setTimeout(next, 5));
}
"""


def page_joins(news, count):
    page, times = Page(440), []
    try:
        page.open(news["invite_url"])
        page.type("#username", "measured")
        page.type("#password", "correct horse battery")
        page.click("#register")
        until("the guild", lambda: page.present(f"[data-channel-id='{news['channels']['voice']}']"))
        for _ in range(count):
            times.append(page.js(PAGE_JOIN, news["channels"]["voice"]))
            page.click("#leave")
            until("the page has left", lambda: not page.present("#leave"))
    finally:
        page.close()
    print("Chromium, click to first audio decoded:", spread(times, "ms"))


def call(news, rest, bots, seconds):
    for bot, hertz in zip(bots, (440, 550, 660, 880)):
        bot("join", channel=news["channels"]["voice"])
        bot("play", hertz=hertz)
    time.sleep(2)
    for bot in bots:
        bot("clear")
    time.sleep(seconds)
    packets = missing = disordered = 0
    for bot in bots:
        for speaker in bot("sequence")["speakers"]:
            packets += speaker["packets"]
            missing += speaker["missing"]
            disordered += speaker["disordered"]
    print(f"call of {len(bots)}, {seconds:g} s: {packets} packets received, {missing} missing, {disordered} out of order")
    for bot in bots:
        bot("leave")


def latency(rest):
    buckets = []
    for line in rest.page("/metrics")[2].decode().splitlines():
        if line.startswith("roost_forward_latency_seconds_bucket"):
            bound, count = line.split('le="')[1].split('"} ')
            buckets.append((float(bound.replace("+Inf", "inf")), float(count)))
    total = buckets[-1][1] if buckets else 0
    for quantile in (0.5, 0.99, 0.999):
        bound = next((bound for bound, count in buckets if count >= quantile * total), None)
        print(f"latency inside the SFU, p{quantile * 100:g}: at most {bound * 1e6:g} µs ({total:g} packets)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--joins", type=int, default=20)
    options = parser.parse_args()
    starts(5)
    with Roost() as roost:
        news = roost.announcement
        rest, bots = REST(news), [Bot(news, number) for number in range(4)]
        try:
            call(news, rest, bots, options.seconds)
            latency(rest)
            talker, listener = bots[:2]
            talker("join", channel=news["channels"]["voice"])
            talker("play", hertz=880) if not talker("playing")["playing"] else None
            bot_joins(news, talker, listener, options.joins)
            page_joins(news, options.joins)
        finally:
            for bot in bots:
                bot.close()


if __name__ == "__main__":
    main()
