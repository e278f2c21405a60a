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

    def run_tool(self, *arguments, status=0, transport="mix"):
        report = self.folder / "report.json"
        done = subprocess.run(
            [TOOL, *arguments, "--announce", self.folder / "announcement.json", "--transport", transport,
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
                ["stage", "--speakers", "3", "--every", "1500ms"], ["churn", "--listeners", "6", "--every", "300ms"],
                ["join-storm", "--storm", "12"], ["mute-flaps", "--speakers", "2", "--every", "1s"]):
            with self.subTest(scenario[0]):
                figures = self.run_tool(
                    *scenario, "--duration", "4s", "--fail-if", "loss>0", "--fail-if", "members.failed>0",
                    "--fail-if", "corrupt>0")
                self.assertGreater(figures["packets.received"], 100)

    def test_a_stage_is_a_stage(self):
        figures = self.run_tool(
            "stage", "--speakers", "2", "--every", "1500ms", "--duration", "5s", "--fail-if", "members.failed>0")
        self.assertGreater(figures["floor.p50"], 0)

    def test_cameras_are_seen_and_losses_repaired(self):
        figures = self.run_tool(
            "simulcast", "--speakers", "2", "--listeners", "3", "--wants", "100,30", "--loss", "2%", "--delay", "10ms",
            "--duration", "5s", "--fail-if", "video.dark>0", "--fail-if", "corrupt>0", transport="webrtc")
        self.assertGreater(figures["video.fps"], 15)
        self.assertGreater(figures["video.layer1"], 0)
        self.assertGreater(figures["video.layer3"], 0)
        self.assertGreater(figures["video.recovered"], 0)
        self.assertGreater(figures["link.loss"], 0.005)

    def test_libnice_finds_its_way_to_the_server(self):
        figures = self.run_tool(
            "audio", "--speakers", "2", "--listeners", "6", "--ice", "libnice", "--duration", "2s",
            "--fail-if", "members.failed>0", "--fail-if", "loss>0", "--fail-if", "corrupt>0", transport="webrtc")
        self.assertEqual(figures["members.joined"], 8)

    def test_a_condition_that_is_met_is_the_exit_status(self):
        self.run_tool("audio", "--duration", "1s", "--fail-if", "latency.p50>1ns", status=1)
