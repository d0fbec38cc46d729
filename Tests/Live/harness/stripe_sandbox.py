"""`consult stripe-sandbox` as a process, the official SDK pointed at it, and a receiver of its webhooks."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import stripe

from .ports import LOOPBACK, free_port
from .server import ALARM, binary, environment
from .wait import until

SECRET = "whsec_live_tests"


class Receiver:
    """Takes webhooks and keeps what came: body and signature. Refuses the first `refusals` of them."""

    def __init__(self, refusals: int = 0) -> None:
        self.taken: list[tuple[bytes, str]] = []
        self.refusals = refusals
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = receiver.refusals > 0
                receiver.refusals -= refused
                if not refused:
                    receiver.taken.append((body, self.headers["Stripe-Signature"]))
                self.send_response(503 if refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.url = f"http://{LOOPBACK}:{self.server.server_port}/webhooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.taken]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class StripeSandbox:
    """The process."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.base = f"http://{LOOPBACK}:{self.port}"
        self.log_path = folder / "stripe-sandbox.log"
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> Self:
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), "stripe-sandbox", "--listen", f"{LOOPBACK}:{self.port}", *self.options], env=environment(),
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        await until(self._ready, 20, "the stand-in for Stripe")
        return self

    def _ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log_path.read_text()
        try:
            return self.admin("GET", "health", plain=True) == "ok\n"
        except OSError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    async def stop(self) -> None:
        """A clean end and a quiet log."""
        assert self.process is not None
        try:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(10) == 0
        finally:
            self.kill()
        assert ALARM.search(self.log_path.read_text()) is None

    def admin(self, method: str, path: str, body: Any = None, plain: bool = False) -> Any:
        request = urllib.request.Request(
            f"{self.base}/_sandbox/{path}", method=method, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read().decode()
        return text if plain else json.loads(text)

    def form(self, url: str, **fields: str) -> tuple[int, str, str | None]:
        """Fills in a page: status, text, and where the browser is sent."""
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: Any) -> None:
                return None

        opener = urllib.request.build_opener(Stay)
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            with opener.open(url, data, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("Location")
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode(), answer.headers.get("Location")

    def sdk(self, retries: int = 0) -> stripe.StripeClient:
        """The official SDK, which knows nothing of a stand-in."""
        return stripe.StripeClient(
            "sk_test_live", base_addresses={"api": self.base}, max_network_retries=retries,
            http_client=stripe.RequestsClient())
