"""The server under test: one process, its ports, its log, its figures."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .ports import LOOPBACK, free_ports, media_ports
from .tokens import Signer
from .wait import until

ROOT = Path(__file__).resolve().parents[3]

# A line of these in the log is a defect whatever else the test saw.
ALARM = re.compile(
    r"(Address|Thread|Leak|UndefinedBehavior)Sanitizer|Fatal error|\*\*\* (Signal|Program crashed)"
    r"|Backtrace|SIGSEGV|SIGABRT|SIGTRAP|(GLib|GObject|libnice)[\w-]*-(CRITICAL|ERROR)|free\(\): |corrupted|double free"
)
TSAN_OPTIONS = "halt_on_error=0:second_deadlock_stack=1:history_size=4:suppressions=" + str(
    ROOT / "Tests/Live/thread-sanitizer.supp")
"""For a server that watches its own threads."""


def binary() -> str:
    """The `consult` to test."""
    return os.environ.get("CONSULT_BINARY") or str(ROOT / ".build/release/consult")


REQUESTS = "STRIPE_SANDBOX_REQUESTS"
"""Names the folder into which stand-ins for Stripe write what they are asked."""


def environment(**extra: str) -> dict[str, str]:
    """Nothing but what a process needs: settings of the caller's shell must not leak into a test."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", REQUESTS) if name in os.environ}
    return kept | {"SWIFT_BACKTRACE": "enable=no"} | extra


class Server:
    """`consult signal` on free loopback ports, with a data folder of its own."""

    command = ["signal"]

    def __init__(self, folder: Path, executable: str | None = None, host: str = LOOPBACK, **settings: Any) -> None:
        self.host = f"[{host}]" if ":" in host else host
        self.executable = executable or binary()
        self.folder = folder
        self.data = folder / "data"
        self.log_path = folder / "consult.log"
        self.signal_port, self.ops_port, self.http_port = free_ports(3)
        self.signer = Signer()
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped = False
        self.settings = {
            "CONSULT_BIND": host,
            "CONSULT_SIGNAL_PORT": str(self.signal_port),
            "CONSULT_OPS_PORT": str(self.ops_port),
            "CONSULT_HTTP_PORT": str(self.http_port),
            "CONSULT_DATA_DIR": str(self.data),
            "CONSULT_CLIENT_DIR": str(ROOT / "web-client/dist"),
            "CONSULT_JWT_KEY": self.signer.setting,
            "CONSULT_RELAY_ADDRESSES": host,
            "CONSULT_RELAY_PORTS": media_ports(),
            "CONSULT_CONNECTIONS_PER_ADDRESS": "0",
            "CONSULT_LOG_LEVEL": "debug",
        } | {name: str(value) for name, value in settings.items() if name.isupper()}
        self.tls = "CONSULT_TLS_CERT" in self.settings
        self.environment = environment(**self.settings)

    # Life

    async def start(self, timeout: float = 20) -> Server:
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.executable, *self.command], env=self.environment, stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, cwd=self.folder, start_new_session=True)
        await until(self._ready, timeout, f"/readyz of {self.executable}")
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"consult ended with {self.process.returncode} at start:\n{self.log()[-4000:]}")
        return self.get(self.ops_port, "/readyz")[0] == 200

    async def stop(self, how: signal.Signals = signal.SIGTERM, timeout: float = 10) -> None:
        """Ends the process as an operator would, and holds it to a clean end. Idempotent."""
        if self.process is None or self.stopped:
            return
        self.stopped = True
        try:
            if self.process.poll() is None:
                self.process.send_signal(how)
            code = await self.wait(timeout)
            assert code == 0, f"consult ended with {code}:\n{self.log()[-4000:]}"
        finally:
            self.kill()
        self.assert_quiet_log()

    async def wait(self, timeout: float) -> int:
        """The exit code."""
        assert self.process is not None
        process = self.process
        await until(lambda: process.poll() is not None, timeout, "the end of the server process")
        return process.returncode

    def kill(self) -> None:
        """Whatever happens, nothing stays behind."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(timeout=10)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def assert_quiet_log(self) -> None:
        log = self.log()
        found = ALARM.search(log)
        assert found is None, f"the log speaks of a defect:\n{log[max(0, found.start() - 500):found.start() + 6000]}"

    # Addresses

    @property
    def base(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.signal_port}"

    @property
    def websocket(self) -> str:
        return f"{'wss' if self.tls else 'ws'}://{self.host}:{self.signal_port}/ws"

    def link(self, token: str) -> str:
        return f"{self.base}/#token={token}"

    # Tokens

    def token(
        self, room: str, name: str, role: str = "customer", mode: str = "relay", ttl: str = "1h", unmetered: bool = False
    ) -> str:
        """A room token from `consult token`, as an operator makes one."""
        command = [
            self.executable, "token", "--room", room, "--name", name, "--role", role, "--mode", mode, "--ttl", ttl,
        ] + (["--unmetered"] if unmetered else [])
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        token = done.stdout.strip()
        assert token.count(".") == 2, f"not a token: {done.stdout!r}"
        return token

    # Operations

    def get(self, port: int, path: str, method: str = "GET", body: Any = None) -> tuple[int, str]:
        """Status and body; 0 where nobody answers."""
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} if body is not None else {})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode(errors="replace")
        except (urllib.error.URLError, OSError):
            return 0, ""

    async def extend(self, room: str, seconds: int) -> None:
        """Moves the room's horizon, as a payment would."""
        status, body = await asyncio.to_thread(
            self.get, self.ops_port, f"/calls/{room}/horizon", "POST", {"seconds": seconds})
        assert 200 <= status < 300, (status, body)

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its name with labels."""
        status, body = self.get(self.ops_port, "/metrics")
        assert status == 200, status
        samples = (line.rsplit(" ", 1) for line in body.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    def rss(self) -> int:
        """Resident bytes."""
        assert self.process is not None
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> dict[str, str]:
        """Open file descriptors and what they are."""
        assert self.process is not None
        folder = Path(f"/proc/{self.process.pid}/fd")
        found = {}
        for entry in folder.iterdir():
            try:
                found[entry.name] = os.readlink(entry)
            except FileNotFoundError:
                pass
        return found


async def wait_for_exit(command: list[str], env: dict[str, str], timeout: float = 10) -> tuple[int, str]:
    """Runs a command that is expected to end by itself: exit code and everything it said."""
    process = await asyncio.create_subprocess_exec(
        *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, stdin=asyncio.subprocess.DEVNULL)
    try:
        out, _ = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{' '.join(command)} still runs after {timeout:g} s") from None
    return process.returncode or 0, out.decode(errors="replace")


def openssl_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for loopback, and its key."""
    assert shutil.which("openssl")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=30)
    return certificate, key


def elapsed(start: float) -> float:
    return time.monotonic() - start
