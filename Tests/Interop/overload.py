"""Loads a server with more media than it can send, and shows what becomes of everybody else.

  .build/venv/bin/python Tests/Interop/overload.py [--speakers 40] [--listeners 40] [--seconds 15]

Needs the release build. The server has one media thread. While a crowd asks for far more packets than it can
send, four people join another channel over WebRTC; when the crowd has left, four more. Server and load tool
want a processor each: on fewer, they measure each other.
"""

import argparse
import json
import os
import pathlib
import re
import ssl
import subprocess
import threading
import time
import urllib.request

from roost_server import ROOT, Roost

TOOL = os.environ.get("ROOST_LOADTEST", str(ROOT / ".build/release/roost-loadtest"))
CALL = 4


class Overload:
    """One server, a crowd that overloads it, and calls beside and after the crowd."""

    def __init__(self, speakers, listeners, seconds, frame_ms=10):
        self.crowd = speakers + listeners
        self.speakers, self.listeners, self.seconds, self.frame_ms = speakers, listeners, seconds, frame_ms
        self.roost = Roost(
            f"--dev.bots={self.crowd + CALL}", "--dev.rooms=2", "--media.shards=1",
            f"--limits.voice_peers={self.crowd + 2 * CALL}")
        self.healths = []

    def run(self):
        """Gives what was seen, by name."""
        with self.roost:
            self.folder = pathlib.Path(self.roost.directory.name)
            tokens = pathlib.Path(self.roost.announcement["tokens_file"]).read_text().splitlines()
            (self.folder / "crowd.txt").write_text("\n".join(tokens[:self.crowd]) + "\n")
            (self.folder / "call.txt").write_text("\n".join(tokens[self.crowd:]) + "\n")
            (self.folder / "announcement.json").write_text(json.dumps(self.roost.announcement) + "\n")
            before = self.metrics()
            crowd = self.tool(
                "crowd", 0, "--speakers", self.speakers, "--listeners", self.listeners,
                "--frame-ms", self.frame_ms, "--ramp", 100, "--duration", f"{self.seconds}s",
                "--transport", "udp")
            watch = threading.Thread(target=self.watch, args=(crowd,))
            watch.start()
            self.wait_for_overload(crowd)
            beside = self.call("beside", max(2, self.seconds // 3))
            during = self.metrics()
            resident = self.roost.resident_mib()
            crowd.communicate()
            watch.join()
            after = self.call("after", 3)
            return {
                "alive": self.roost.process.poll() is None,
                "crowd": self.figures("crowd"), "beside": beside, "after": after,
                "shed": self.shed(during) - self.shed(before), "resident": resident,
                "healthz": sorted(self.healths),
            }

    def tool(self, name, channel, *arguments, **options):
        channels = self.roost.announcement["voice_channels"]
        token_file = "crowd.txt" if name == "crowd" else "call.txt"
        return subprocess.Popen(
            [TOOL, "audio", "--announce", self.folder / "announcement.json",
             "--tokens", self.folder / token_file, "--channels", str(channels[channel]),
             "--json", self.folder / f"{name}.json", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder, **options)

    def call(self, name, seconds):
        """Four people in the other channel; gives their figures, or what the tool said."""
        tool = self.tool(
            name, 1, "--speakers", 1, "--listeners", CALL - 1, "--duration", f"{seconds}s",
            "--transport", "webrtc")
        text = tool.communicate()[0]
        return self.figures(name) or {"error": text[-2000:]}

    def figures(self, name):
        path = self.folder / f"{name}.json"
        if not path.exists():
            return {}
        return {key: figure["value"] for key, figure in json.loads(path.read_text())["figures"].items()}

    def wait_for_overload(self, crowd):
        """Until media is shed, or the crowd has gone."""
        while crowd.poll() is None:
            first = self.shed(self.metrics())
            time.sleep(0.2)
            if self.shed(self.metrics()) > first:
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
    parser.add_argument("--speakers", type=int, default=40)
    parser.add_argument("--listeners", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=15)
    arguments = parser.parse_args()
    seen = Overload(arguments.speakers, arguments.listeners, arguments.seconds).run()
    crowd, healths = seen["crowd"], seen["healthz"]
    wanted = crowd.get("packets.expected", 0) / arguments.seconds
    print(f"crowd: {wanted:,.0f} packets/s wanted, {crowd.get('packets.per_second', 0):,.0f} delivered; "
          f"{seen['shed']:,.0f} packets shed on arrival")
    print(f"server: {'alive' if seen['alive'] else 'DEAD'}, {seen['resident']:.0f} MiB resident under load")
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
    if not seen["shed"]:
        print("nothing was shed: the tool could not overload this server; ask for more speakers and listeners")


if __name__ == "__main__":
    main()
