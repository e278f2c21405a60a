"""The servers that tools/bench/run measures: each started afresh for every sample, in a directory of its own."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = pathlib.Path(os.environ.get("ROOST_RELEASE", ROOT / ".build/release"))
JANUS_PLUGINS = pathlib.Path("/usr/lib/x86_64-linux-gnu/janus")


class Unavailable(Exception):
    """Why a server cannot be measured here."""


def own_address():
    """An IPv4 address of this machine that is not loopback: libnice, which Janus uses, skips loopback."""
    try:
        for link in json.loads(subprocess.run(["ip", "-j", "-4", "addr"], capture_output=True, check=True).stdout):
            if link.get("ifname") != "lo" and "UP" in link.get("flags", []):
                for address in link.get("addr_info", []):
                    return address["local"]
    except (OSError, subprocess.CalledProcessError, ValueError):
        pass
    raise Unavailable("this machine has no address but loopback, and Janus takes none of that")


def processors():
    """(the server's, the tool's): the tool has one of its own where there are two."""
    mine = sorted(os.sched_getaffinity(0))
    return (mine[:-1], mine[-1:]) if len(mine) > 1 else (mine, mine)


def port_is_open(address, port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Server:
    """A process on the server's processors; gone, with its files, when the context ends."""

    name = ""
    process = None
    directory = None

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="roost-bench-"))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        # What starting leaves for later must not be counted as joining; Roost gives back what starting needed
        # two seconds after.
        time.sleep(3)
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def spawn(self, command, **options):
        self.log = open(self.directory / "log", "w")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=self.log, cwd=self.directory,
            preexec_fn=lambda: os.sched_setaffinity(0, processors()[0]), **options)

    def last_words(self):
        self.log.flush()
        return (self.directory / "log").read_text()[-1500:]


class Roost(Server):
    """`roost serve --dev`: joins take both gateways, over TLS, as people's do; or as a proxy's do, without."""

    name = "Roost"

    def __init__(self, members, uses_tls=True, flags=()):
        self.members = members
        self.flags = [f"--http.tls={'on' if uses_tls else 'off'}", *flags]

    def start(self):
        try:
            media = own_address()
        except Unavailable:
            media = "127.0.0.1"
        self.spawn(
            [RELEASE / "roost", "serve", "--dev", "--announce", "json", "--log.level=warning",
             f"--data.directory={self.directory}/data", "--http.listen=127.0.0.1:0",
             "--voice.listen=127.0.0.1:0", f"--media.listen={media}:0", f"--dev.bots={self.members + 8}",
             f"--limits.voice_peers={max(100, 2 * self.members)}",
             f"--limits.connections={max(1000, 4 * self.members)}", *self.flags],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("roost did not start:\n" + self.last_words())
        (self.directory / "announcement.json").write_text(line)

    def target(self):
        return ["--announce", str(self.directory / "announcement.json"), "--transport", "webrtc"]


class Janus(Server):
    """Janus as Debian ships it, in its best configuration: ICE-lite, an event loop a processor, VideoRoom only."""

    name = "Janus"

    def __init__(self, uses_tls=True):
        self.uses_tls = uses_tls
        self.event_loops = len(processors()[0])

    @staticmethod
    def version():
        """What `janus --version` says; raises Unavailable with what to do."""
        if not shutil.which("janus") or not JANUS_PLUGINS.is_dir():
            raise Unavailable("Janus is not installed: `tools/install bench` does that; its columns stay empty")
        own_address()
        done = subprocess.run(
            ["dpkg-query", "-W", "-f", "janus ${Version}", "janus"], capture_output=True, text=True)
        return done.stdout or "janus, not from a package"

    def start(self):
        self.address = own_address()
        self.port = free_port(self.address)
        if self.uses_tls:
            # The same kind of key as Roost's; it certifies itself.
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", "key.pem", "-out", "certificate.pem", "-days", "2", "-subj", "/CN=janus",
                 "-addext", f"subjectAltName=IP:{self.address}"],
                cwd=self.directory, check=True, capture_output=True)
        unwanted = lambda kind, wanted: ",".join(
            sorted(file.name for file in (JANUS_PLUGINS / kind).glob("*.so") if wanted not in file.name))
        self.write("janus.jcfg", f"""
general: {{
  configs_folder = "{self.directory}"
  plugins_folder = "{JANUS_PLUGINS}/plugins"
  transports_folder = "{JANUS_PLUGINS}/transports"
  debug_level = 2
  hide_dependencies = true
  event_loops = {self.event_loops}
}}
nat: {{
  ice_lite = true
  ice_enforce_list = "{self.address}"
}}
plugins: {{ disable = "{unwanted("plugins", "videoroom")}" }}
transports: {{ disable = "{unwanted("transports", "websockets")}" }}
events: {{ broadcast = false }}
""")
        self.write("janus.transport.websockets.jcfg", f"""
general: {{
  json = "compact"
  {"wss" if self.uses_tls else "ws"} = true
  {"ws" if self.uses_tls else "wss"} = false
  {"wss" if self.uses_tls else "ws"}_ip = "{self.address}"
  {"wss" if self.uses_tls else "ws"}_port = {self.port}
}}
admin: {{ admin_ws = false }}
certificates: {{
  {f'cert_pem = "{self.directory}/certificate.pem"' if self.uses_tls else ""}
  {f'cert_key = "{self.directory}/key.pem"' if self.uses_tls else ""}
}}
""")
        self.write("janus.plugin.videoroom.jcfg", "general: {}\n")
        self.spawn(["janus", "-F", str(self.directory), "-o"], stdout=subprocess.DEVNULL)
        for _ in range(100):
            if port_is_open(self.address, self.port):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("janus did not start:\n" + self.last_words())

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def target(self):
        if self.uses_tls:
            return ["--adapter", "janus", "--target", f"wss://{self.address}:{self.port}",
                    "--ca", str(self.directory / "certificate.pem")]
        return ["--adapter", "janus", "--target", f"ws://{self.address}:{self.port}"]
