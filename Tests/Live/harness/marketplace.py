"""The whole marketplace under test: `consult serve --embedded`, the same on somebody's own database, or its halves apart."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from . import postgres
from .people import Town, new_session
from .ports import LOOPBACK, lasting_ports, media_ports
from .postgres import PostgreSQL, PostmasterFile
from .server import ROOT, Server, binary, environment
from .smtp import SMTPSink
from .tokens import Signer
from .wait import until

SENDER = "Consultant Connect <no-reply@consult.test>"


class Marketplace(Server):
    """A process of `consult` with the sidecar, on free loopback ports, with a data folder of its own.

    What `Server` does to a process it does here, too: a clean end by SIGTERM, a log without a crash.
    """

    def __init__(
        self, folder: Path, command: tuple[str, ...] = ("serve", "--embedded"), executable: str | None = None,
        **settings: Any,
    ) -> None:
        self.command = command
        self.host = LOOPBACK
        self.executable = executable or binary()
        self.folder = folder
        self.data = folder / "data"
        self.log_path = folder / "consult.log"
        self.signal_port, self.ops_port, self.http_port = lasting_ports(3)
        self.signer = Signer()
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped = False
        self.tls = False
        self.settings = {
            "CONSULT_BIND": LOOPBACK,
            "CONSULT_SIGNAL_PORT": str(self.signal_port),
            "CONSULT_OPS_PORT": str(self.ops_port),
            "CONSULT_HTTP_PORT": str(self.http_port),
            "CONSULT_DATA_DIR": str(self.data),
            "CONSULT_CLIENT_DIR": str(ROOT / "web-client/dist"),
            "CONSULT_MIGRATIONS_DIR": str(ROOT / "migrations"),
            "CONSULT_JWT_KEY": self.signer.setting,
            "CONSULT_RELAY": "off",
            "CONSULT_RELAY_ADDRESSES": LOOPBACK,
            "CONSULT_RELAY_PORTS": media_ports(),
            "CONSULT_CONNECTIONS_PER_ADDRESS": "0",
            # Each client of the tests comes from an address of its own, as through a proxy.
            "CONSULT_TRUSTED_PROXIES": LOOPBACK,
            "CONSULT_MAIL_FROM": SENDER,
            "CONSULT_LOG_LEVEL": "debug",
        } | {name: str(value) for name, value in settings.items() if name.isupper()}
        if not (ROOT / "web-client/dist/index.html").exists():
            self.settings.pop("CONSULT_CLIENT_DIR", None)
        self.environment = environment(**self.settings)

    # Life

    async def start(self, timeout: float = 60) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        self.stopped = False
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.executable, *self.command], env=self.environment, stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, cwd=self.folder, start_new_session=True)
        await until(self.is_ready, timeout, f"/readyz of {self.executable} {' '.join(self.command)}")
        return self

    async def is_ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"consult ended with {self.process.returncode}:\n{self.log()[-4000:]}")
        return (await asyncio.to_thread(self.get, self.ops_port, "/readyz"))[0] == 200

    async def stop(self, how: signal.Signals = signal.SIGTERM, timeout: float = 20) -> None:
        await super().stop(how, timeout)

    def crash(self) -> None:
        """Kills the one process that serves, and nothing that it started."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def kill(self) -> None:
        """Whatever happens, nothing stays behind: neither the process nor its PostgreSQL."""
        super().kill()
        if self.postmaster.pid is not None:
            os.kill(self.postmaster.pid, signal.SIGQUIT)

    # The database

    @property
    def postmaster(self) -> PostmasterFile:
        """The private PostgreSQL, where there is one."""
        return PostmasterFile(self.data / "postgresql/data")

    @property
    def database_url(self) -> str:
        """The database in use, private or not."""
        given = self.settings.get("CONSULT_DATABASE_URL")
        return given or f"host={self.postmaster.socket_folder} port=5432 user=consult dbname=consult"

    async def query(self, statement: str) -> list[list[str]]:
        """The rows of a statement, by psql, each value as text."""
        return await postgres.query(self.database_url, statement)

    async def number(self, statement: str) -> int:
        """The one number that a statement answers with."""
        return int((await self.query(statement))[0][0])

    # Addresses

    @property
    def api(self) -> str:
        return f"http://{LOOPBACK}:{self.http_port}"

    async def run(self, *arguments: str, timeout: float = 30, **settings: str) -> tuple[int, str]:
        """Another command of `consult` with the same settings: exit code and everything it said."""
        return await run(self.environment | settings, *arguments, executable=self.executable, timeout=timeout)

    # Mail

    def letters(self, recipient: str) -> list[email.message.EmailMessage]:
        """The mails to an address in the mail folder, the oldest first."""
        found = []
        for path in sorted((self.data / "mail").glob("*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if recipient.lower() in str(letter["To"]).lower():
                found.append(letter)
        return found

    async def letter(self, recipient: str, count: int = 1, timeout: float = 10) -> str:
        """The text of the mail number `count` to an address, from the mail folder."""
        await until(lambda: len(self.letters(recipient)) >= count, timeout, f"mail {count}")
        return self.letters(recipient)[count - 1].get_body(("plain",)).get_content()


async def run(env: dict[str, str], *arguments: str, executable: str | None = None, timeout: float = 30) -> tuple[int, str]:
    """Runs a command of `consult` that ends by itself: exit code and everything it said."""
    process = await asyncio.create_subprocess_exec(
        executable or binary(), *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL)
    try:
        said, _ = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{' '.join(arguments)} still runs after {timeout:g} s") from None
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


@asynccontextmanager
async def open_town(folder: Path, kind: str, *, mail: bool = True, **settings: Any) -> AsyncIterator[Town]:
    """A marketplace with its private PostgreSQL (`embedded`) or on one that the test started (`database`), with a mail
    server unless `mail` is false; at the end it must stop cleanly with a quiet log."""
    async with AsyncExitStack() as stack:
        sink = await stack.enter_async_context(SMTPSink()) if mail else None
        if sink is not None:
            settings.setdefault("CONSULT_SMTP_URL", sink.url)
        database = None
        if kind == "database":
            database = await stack.enter_async_context(PostgreSQL())
            settings["CONSULT_DATABASE_URL"] = database.url()
        place = Marketplace(folder, **settings)
        stack.callback(place.kill)
        if database is not None:
            code, said = await place.run("migrate", "up")
            assert code == 0, said
        await place.start()
        session = await stack.enter_async_context(new_session())
        yield Town(place, session, sink, database)
        await place.stop()
