"""Both halves in one process, and a client of the API."""

from __future__ import annotations

import asyncio
import email
import email.policy
import http.client
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .ports import LOOPBACK
from .server import Server
from .wait import until

# `consult seed --demo` makes these; the password is in the data folder.
DEMO = {"admin": "admin@demo.example", "customer": "ada@demo.example", "consultant": "grace@demo.example"}


@dataclass
class Answer:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def ok(self, status: int = 200) -> Any:
        """The content, once the status is this one."""
        assert self.status == status, (self.status, self.body)
        return self.json if self.body else None

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """The refusal, once it is this one and as every refusal must be."""
        assert self.status == status, (self.status, self.body)
        assert self.headers["content-type"] == "application/problem+json", self.headers
        content = self.json
        assert content["status"] == status and content["code"] == code, content
        assert content["type"] == "about:blank" and content["title"] and content["detail"], content
        assert content.get("requestId") == self.headers["x-request-id"], (content, self.headers)
        if status in (429, 503):
            assert int(self.headers["retry-after"]) >= 1, self.headers
        return content


@dataclass
class API:
    """A client: one person's, or nobody's."""

    port: int
    token: str | None = None
    user: dict[str, Any] = field(default_factory=dict)

    async def __call__(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> Answer:
        """Asks `/api/v1` + path; a header's name is written with underscores."""
        return await asyncio.to_thread(self.ask, method, "/api/v1" + path, content, headers)

    def ask(self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """The same from a thread, of any path."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        body = content if isinstance(content, bytes) or content is None else json.dumps(content).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    async def sign_in(self, address: str, password: str) -> API:
        """A client of this person."""
        content = (await self("POST", "/auth/login", {"email": address, "password": password})).ok()
        return API(self.port, content["accessToken"], content["user"])


class EmbeddedServer(Server):
    """`consult serve --embedded` on free ports, with a data folder and a database of its own."""

    command = ["serve", "--embedded"]

    def __init__(self, folder: Path, executable: str | None = None, **settings: Any) -> None:
        # Not pytest's folder: PostgreSQL's user has to get there, and its socket's path has to be short.
        self.place = Path(tempfile.mkdtemp(prefix="consult-api-", dir="/tmp"))
        self.place.chmod(0o755)
        defaults = {
            "CONSULT_DATA_DIR": str(self.place / "data"), "CONSULT_REQUESTS_PER_MINUTE": "0", "CONSULT_RELAY": "off",
        }
        super().__init__(folder, executable, **(defaults | settings))
        self.data = Path(self.settings["CONSULT_DATA_DIR"])

    async def start(self, timeout: float = 60) -> EmbeddedServer:
        try:
            await super().start(timeout)
        except BaseException:
            self.kill()
            raise
        return self

    async def stop(self, *arguments: Any, timeout: float = 20, **options: Any) -> None:
        try:
            await super().stop(*arguments, timeout=timeout, **options)
        finally:
            shutil.rmtree(self.place, ignore_errors=True)

    @property
    def api(self) -> API:
        """A client that is nobody."""
        return API(self.http_port)

    @property
    def demo_password(self) -> str:
        return (self.data / "demo-password").read_text().strip()

    async def demo(self, role: str) -> API:
        """A client of the demonstration's person of this role."""
        return await self.api.sign_in(DEMO[role], self.demo_password)

    async def register(self, address: str, role: str = "customer", password: str = "correct horse battery") -> API:
        """A new person whose address is confirmed, signed in."""
        person = {"email": address, "password": password, "name": address.split("@")[0].title(), "role": role}
        (await self.api("POST", "/auth/register", person)).ok(201)
        (await self.api("POST", "/auth/verify-email", {"token": await self.link_token(address)})).ok(204)
        return await self.api.sign_in(address, password)

    # Mail of the embedded default

    def mails(self, address: str) -> list[email.message.EmailMessage]:
        """The mails to an address, the oldest first."""
        found = []
        for path in sorted((self.data / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, email.message.EmailMessage)
            if address.lower() in str(mail["To"]).lower():
                found.append(mail)
        return found

    async def mail(self, address: str, count: int = 1, timeout: float = 10) -> email.message.EmailMessage:
        """Mail number `count` to an address, once it is there."""
        await until(lambda: len(self.mails(address)) >= count, timeout, f"mail {count} to {address}")
        return self.mails(address)[count - 1]

    async def link_token(self, address: str, count: int = 1) -> str:
        """The token in the link of mail number `count`."""
        body = (await self.mail(address, count)).get_body(("plain",))
        assert body is not None
        found = re.search(r"token=([\w-]+)", body.get_content())
        assert found, body.get_content()
        return found.group(1)

    # What it costs

    def processor_seconds(self) -> float:
        """Processor time of the process so far, user and system; PostgreSQL's processes are not in it."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

