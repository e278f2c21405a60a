"""The load tool against the server, both transports together, every scenario for some seconds."""

import json
import os
import pathlib
import subprocess
import unittest

from roost_server import ROOT, Roost

TOOL = os.environ.get("ROOST_LOADTEST", str(ROOT / ".build/release/roost-loadtest"))


class LoadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--dev.bots=24", "--dev.rooms=2").start()
        cls.folder = pathlib.Path(cls.roost.directory.name)
        (cls.folder / "announcement.json").write_text(json.dumps(cls.roost.announcement) + "\n")

    @classmethod
    def tearDownClass(cls):
        cls.roost.stop()
        cls.roost.directory.cleanup()

    def run_tool(self, *arguments, status=0):
        report = self.folder / "report.json"
        done = subprocess.run(
            [TOOL, *arguments, "--announce", self.folder / "announcement.json", "--transport", "mix",
             "--server-pid", str(self.roost.process.pid), "--json", report],
            capture_output=True, text=True, timeout=60, cwd=self.folder)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        report = json.loads(report.read_text())
        self.assertEqual(report["schema"], "roost-loadtest/1")
        return {name: figure["value"] for name, figure in report["figures"].items()}

    def test_every_packet_of_two_rooms_arrives_as_it_was_sent(self):
        figures = self.run_tool(
            "audio", "--rooms", "2", "--speakers", "2", "--listeners", "8", "--duration", "3s",
            "--fail-if", "loss>0", "--fail-if", "corrupt>0", "--fail-if", "members.failed>0",
            "--fail-if", "duplicates>0", "--html", str(self.folder / "report.html"))
        self.assertEqual(figures["verified"], 1)
        self.assertGreater(figures["packets.received"], 2 * 2 * 9 * 140)
        self.assertGreater(figures["server.cpu_per_packet"], 0)
        self.assertIn("<svg", (self.folder / "report.html").read_text())

    def test_scenarios_lose_nothing(self):
        for scenario in (
                ["stage", "--speakers", "3", "--every", "500ms"], ["churn", "--listeners", "6", "--every", "300ms"],
                ["join-storm", "--storm", "12"], ["mute-flaps", "--speakers", "2", "--every", "1s"]):
            with self.subTest(scenario[0]):
                figures = self.run_tool(
                    *scenario, "--duration", "4s", "--fail-if", "loss>0", "--fail-if", "members.failed>0",
                    "--fail-if", "corrupt>0")
                self.assertGreater(figures["packets.received"], 100)

    def test_a_condition_that_is_met_is_the_exit_status(self):
        self.run_tool("audio", "--duration", "1s", "--fail-if", "latency.p50>1ns", status=1)
