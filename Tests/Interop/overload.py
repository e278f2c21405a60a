"""Loads a server with more media than it can send, and shows what becomes of everybody else.

  .build/venv/bin/python Tests/Interop/overload.py [--speakers 32] [--listeners 32] [--seconds 8] [--whole]

Needs the release build. The server has one media thread, and a part of one processor: a competitor that never
rests has the rest, so that any machine's tool can ask for several times what the server can send (`--whole`
leaves the competitor out). While a crowd does so, four people join another channel over WebRTC and stay; then
the crowd falls silent from one moment to the next, and four more join.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

from roost_server import ROOT, Roost

TOOL = os.environ.get("ROOST_LOADTEST", str(ROOT / ".build/release/roost-loadtest"))
CALL = 4
# Against a competitor of niceness 0 this leaves the server about a quarter of the processor (sched(7)).
NICENESS = 5
# How soon after the load's end nothing may be missing any more.
RECOVERY = 1.0


def server_processor():
    return min(os.sched_getaffinity(0))


def tool_processors():
    """All but the server's, where there are others."""
    return os.sched_getaffinity(0) - {server_processor()} or os.sched_getaffinity(0)


class Competitor:
    """A process that wants all of the server's processor; gone when the context ends, or with this process."""

    SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n  for _ in range(1000000): pass"

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.SPIN],
            preexec_fn=lambda: os.sched_setaffinity(0, {server_processor()}))
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Overload:
    """One server, a crowd that overloads it, and calls beside and after the crowd."""

    def __init__(self, speakers, listeners, seconds, frame_ms=10, is_confined=True):
        self.crowd = speakers + listeners
        self.speakers, self.listeners, self.seconds, self.frame_ms = speakers, listeners, seconds, frame_ms
        self.is_confined = is_confined
        self.roost = Roost(
            f"--dev.bots={self.crowd + 2 * CALL}", "--dev.rooms=2", "--media.shards=1",
            f"--limits.voice_peers={self.crowd + 4 * CALL}", prepare=self.confine if is_confined else None)
        self.healths = []

    @staticmethod
    def confine():
        os.sched_setaffinity(0, {server_processor()})
        os.nice(NICENESS)

    def run(self):
        """Gives what was seen, by name."""
        with self.roost:
            self.folder = pathlib.Path(self.roost.directory.name)
            tokens = pathlib.Path(self.roost.announcement["tokens_file"]).read_text().splitlines()
            for name, first, count in [("crowd", 0, self.crowd), ("beside", self.crowd, CALL),
                                       ("after", self.crowd + CALL, CALL)]:
                (self.folder / f"{name}.txt").write_text("\n".join(tokens[first:first + count]) + "\n")
            (self.folder / "announcement.json").write_text(json.dumps(self.roost.announcement) + "\n")
            before = self.metrics()
            # Everybody is there before the processor is taken away: what is overloaded is sending.
            crowd = self.tool(
                "crowd", 0, "--speakers", self.speakers, "--listeners", self.listeners,
                "--frame-ms", self.frame_ms, "--ramp", 100, "--duration", "600s", "--transport", "udp",
                "--verify-every", 1000)
            self.wait_for_joins(crowd)
            if not self.is_confined:
                return self.overloaded(crowd, before)
            with Competitor():
                return self.overloaded(crowd, before)

    def overloaded(self, crowd, before):
        watch = threading.Thread(target=self.watch, args=(crowd,))
        watch.start()
        self.wait_for_shedding(crowd)
        # Until well after the load's end.
        beside, began = self.tool("beside", 1, *self.call_arguments(self.seconds + 6)), time.monotonic()
        shed_at, resident = [], []
        while time.monotonic() - began < self.seconds:
            shed_at.append(self.shed(self.metrics()) - self.shed(before))
            resident.append(self.roost.resident_mib())
            time.sleep(0.5)
        # Ctrl-C: the tool sends nothing more and reports.
        crowd.send_signal(signal.SIGINT)
        silent = time.monotonic()
        text = beside.communicate()[0]
        crowd.communicate()
        watch.join()
        after = self.tool("after", 1, *self.call_arguments(3)).communicate()[0]
        return {
            "alive": self.roost.process.poll() is None,
            "crowd": self.figures("crowd"), "shed": shed_at, "resident": resident,
            "beside": self.figures("beside") or {"error": text[-2000:]},
            "after": self.figures("after") or {"error": after[-2000:]},
            "recovery": self.recovery("beside", began, silent),
            "healthz": sorted(self.healths),
        }

    @staticmethod
    def call_arguments(seconds):
        return ["--speakers", 1, "--listeners", CALL - 1, "--duration", f"{seconds}s", "--transport", "webrtc"]

    def tool(self, name, channel, *arguments):
        channels = self.roost.announcement["voice_channels"]
        return subprocess.Popen(
            [TOOL, "audio", "--announce", self.folder / "announcement.json",
             "--tokens", self.folder / f"{name}.txt", "--channels", str(channels[channel]),
             "--json", self.folder / f"{name}.json", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
            preexec_fn=lambda: os.sched_setaffinity(0, tool_processors()))

    def report(self, name):
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def figures(self, name):
        return {key: figure["value"] for key, figure in self.report(name).get("figures", {}).items()}

    def recovery(self, name, began, silent):
        """(sent, heard) of the call in the whole seconds that begin `RECOVERY` after the load's end or later."""
        sent = heard = 0
        for second in self.report(name).get("seconds", []):
            # A second ends at `at`; the tool's own start took a moment, which makes this a little later than told.
            if second["at"] - 1 >= silent + RECOVERY - began and second["sent"]:
                sent, heard = sent + second["sent"], heard + second["received"]
        return sent, heard

    def wait_for_joins(self, crowd):
        """Until the crowd is in its channel, or has gone."""
        while crowd.poll() is None:
            if self.metrics().get("roost_voice_sessions", 0) >= self.crowd:
                return
            time.sleep(0.2)

    def wait_for_shedding(self, crowd):
        """Until media is shed, or the crowd has gone, or it is clear that this server sends it all."""
        first = self.shed(self.metrics())
        for _ in range(100):
            time.sleep(0.2)
            if crowd.poll() is not None or self.shed(self.metrics()) > first:
                return

    def watch(self, crowd):
        """Asks /healthz ten times a second while the crowd is there."""
        while crowd.poll() is None:
            begin = time.monotonic()
            self.get("/healthz")
            self.healths.append(time.monotonic() - begin)
            time.sleep(0.1)

    def get(self, path):
        context = ssl.create_default_context(cafile=self.roost.announcement["ca"])
        with urllib.request.urlopen(self.roost.announcement["url"] + path, timeout=30, context=context) as reply:
            return reply.read().decode()

    def metrics(self):
        values = {}
        for line in self.get("/metrics").splitlines():
            match = re.fullmatch(r"([a-z_]+(?:\{[^}]*\})?) (\S+)", line)
            if match:
                values[match[1]] = float(match[2])
        return values

    @staticmethod
    def shed(metrics):
        """Media that the server gave up because there was too much of it."""
        names = ["roost_media_dropped_total{reason=\"stagingFull\"}", "roost_media_dropped_total{reason=\"late\"}",
                 "roost_media_socket_drops_total{reason=\"late_media\"}"]
        return sum(metrics.get(name, 0) for name in names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speakers", type=int, default=32)
    parser.add_argument("--listeners", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--whole", action="store_true", help="without a competitor: the server has its processor")
    arguments = parser.parse_args()
    seen = Overload(
        arguments.speakers, arguments.listeners, arguments.seconds, is_confined=not arguments.whole).run()
    crowd, healths = seen["crowd"], seen["healthz"]
    wanted = arguments.speakers * (arguments.speakers + arguments.listeners - 1) * 100
    print(f"crowd: {wanted:,} packets/s wanted, {crowd.get('packets.per_second', 0):,.0f} delivered; "
          f"{seen['shed'][-1]:,.0f} packets shed on arrival")
    print(f"server: {'alive' if seen['alive'] else 'DEAD'}, at most {max(seen['resident']):.0f} MiB resident under load")
    if healths:
        print(f"/healthz: median {healths[len(healths) // 2] * 1e3:.1f} ms, most {healths[-1] * 1e3:.1f} ms")
    for name in ("beside", "after"):
        call = seen[name]
        if "error" in call:
            print(f"call {name}: FAILED\n{call['error']}")
            continue
        print(f"call {name}: {call['members.joined']:.0f} of {CALL} joined, slowest in {call['join.max'] * 1e3:.0f} ms; "
              f"loss {call['loss']:.2%}, latency p50 {call['latency.p50'] * 1e3:.2f} ms, "
              f"p99 {call['latency.p99'] * 1e3:.2f} ms")
    sent, heard = seen["recovery"]
    print(f"call beside, from {RECOVERY:.0f} s after the load's end on: {heard} of {sent * (CALL - 1)} deliveries")
    if not seen["shed"][-1]:
        print("nothing was shed: the tool could not overload this server; ask for more speakers and listeners")


if __name__ == "__main__":
    main()
