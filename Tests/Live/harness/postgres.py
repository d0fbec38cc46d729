"""PostgreSQL as somebody else would run it: started by hand, with a password, to be killed and started again; and a look into any
cluster by psql, another eye than the code under test."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Self

import psutil

from .ports import LOOPBACK, free_port
from .server import environment
from .wait import until

ROLE, PASSWORD = "consult", "S3cret-of-the-database"


def program(name: str) -> str:
    """A program of the newest PostgreSQL here; Debian keeps the server's out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    assert found, f"no {name} here"
    return found


async def query(url: str, statement: str) -> list[list[str]]:
    """The rows of a statement, each value as text."""
    process = await asyncio.create_subprocess_exec(
        "psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1",
        "--file", "-", url, env=environment(), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    output, complaint = await process.communicate(statement.encode())
    assert process.returncode == 0, complaint.decode()
    return list(csv.reader(io.StringIO(output.decode())))


class PostmasterFile:
    """What a running server says of itself in `postmaster.pid`."""

    def __init__(self, data: Path) -> None:
        self.path = data / "postmaster.pid"

    @property
    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    @property
    def pid(self) -> int | None:
        """The server's process, where it still is one."""
        lines = self.lines
        if not lines or not lines[0].isdigit():
            return None
        try:
            process = psutil.Process(int(lines[0]))
            return process.pid if process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    @property
    def socket_folder(self) -> str:
        return self.lines[4]

    @property
    def is_ready(self) -> bool:
        """Whether it says that it takes connections."""
        lines = self.lines
        return len(lines) > 7 and lines[7].startswith("ready") and self.pid is not None

    async def crash(self) -> None:
        """Kills the server and its children with SIGKILL, and waits until none of them is left."""
        pid = self.pid
        assert pid is not None, f"no server in {self.path.parent}"
        server = psutil.Process(pid)
        everybody = [server, *server.children(recursive=True)]
        for process in everybody:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

        def gone() -> bool:
            return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in everybody)

        with contextlib.suppress(psutil.NoSuchProcess):
            await until(gone, 10, "the end of PostgreSQL's processes", every=0.01)


class PostgreSQL:
    """A server of its own in a folder of its own, reached by TCP with a password; an async context manager."""

    def __init__(self) -> None:
        # Not pytest's folder: the server's user has to get there, and the socket's path has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="consult-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.port = free_port()
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.postmaster = PostmasterFile(self.data)
        self._process: asyncio.subprocess.Process | None = None

    def url(self, database: str = "consult") -> str:
        """For CONSULT_DATABASE_URL."""
        return f"postgresql://{ROLE}:{PASSWORD}@{LOOPBACK}:{self.port}/{database}"

    async def __aenter__(self) -> Self:
        try:
            if self.owner:
                shutil.chown(self.folder, self.owner)
            secret = self.folder / "password"
            secret.write_text(PASSWORD + "\n")
            secret.chmod(0o644)
            await self._run(
                program("initdb"), "-D", str(self.data), "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256",
                f"--pwfile={secret}", "--no-sync", "--no-instructions")
            await self.start()
            await self.create("consult")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _run(self, *command: str) -> None:
        with open(self.folder / "setup.log", "wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, env=environment(), user=self.owner, group=self.owner, extra_groups=[] if self.owner else None,
                cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)
        assert await process.wait() == 0, (self.folder / "setup.log").read_text(errors="replace")

    async def start(self) -> None:
        """Starts it; also after a crash, from which it recovers."""
        with open(self.folder / "server.log", "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                program("postgres"), "-D", str(self.data), "-c", f"listen_addresses={LOOPBACK}", "-c", f"port={self.port}",
                "-c", f"unix_socket_directories={self.folder}", "-c", "max_connections=150", env=environment(), user=self.owner,
                group=self.owner, extra_groups=[] if self.owner else None, cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)
        process = self._process

        def ready() -> bool:
            assert process.returncode is None, (self.folder / "server.log").read_text(errors="replace")[-4000:]
            return self.postmaster.is_ready

        await until(ready, 30, "the PostgreSQL of the test", every=0.01)

    async def crash(self) -> None:
        """Kills it with SIGKILL, and waits until nobody is left in its folder."""
        assert self._process is not None
        await self.postmaster.crash()
        await self._process.wait()

    async def stop(self) -> None:
        """Ends it without waiting for its clients."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGQUIT)
            await self._process.wait()

    async def create(self, database: str) -> str:
        """Another database, empty; its URL."""
        await query(self.url("postgres"), f'CREATE DATABASE "{database}"')
        return self.url(database)
