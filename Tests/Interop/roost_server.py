"""Starts `roost serve --dev --announce json` in a directory of its own, as a script of an operator would."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ROOST_BINARY", str(ROOT / ".build/release/roost"))


class Roost:
    """One server process on ephemeral ports; its data is gone when the context ends."""

    def __init__(self, *flags, prepare=None):
        """`prepare` runs in the server's process before it becomes the server."""
        self.flags = flags
        self.prepare = prepare
        self.directory = tempfile.TemporaryDirectory(prefix="roost-interop-")
        self.process = None
        self.log = []

    def start(self):
        started = time.monotonic()
        self.process = subprocess.Popen(
            [
                BINARY, "serve", "--dev", "--announce", "json",
                f"--data.directory={self.directory.name}/data",
                "--http.listen=127.0.0.1:0", "--voice.listen=127.0.0.1:0",
                *self.flags,
            ],
            preexec_fn=self.prepare, cwd=self.directory.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._keep_log, args=(self.process.stderr,), daemon=True).start()
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(10)
            raise RuntimeError("roost did not announce itself:\n" + "".join(self.log[-30:]))
        self.announcement = json.loads(line)
        self.cold_start = time.monotonic() - started
        return self

    def _keep_log(self, stream):
        with stream:
            self.log.extend(stream)

    def resident_mib(self):
        """VmRSS of the server process in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")

    def stop(self):
        """SIGTERM, as a service manager stops it; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            return "killed after 15 s"
        finally:
            self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.directory.cleanup()
