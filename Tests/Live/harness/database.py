"""A private PostgreSQL, and a look into it by psql: another eye than the code under test."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Self

from .server import ROOT, environment


def probe_binary() -> str:
    """The `event-probe` of the tests."""
    return os.environ.get("CONSULT_EVENT_PROBE") or str(ROOT / ".build/release/event-probe")


class Database:
    """A server of its own in a folder of its own, with the project's migrations; an async context manager."""

    def __init__(self) -> None:
        # Not pytest's folder: the server's user has to get there, and the socket's path has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="consult-db-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        try:
            with open(self.folder / "probe.log", "wb") as log:
                self._process = await asyncio.create_subprocess_exec(
                    probe_binary(), "serve-database", "--folder", str(self.folder / "cluster"),
                    "--migrations", str(ROOT / "migrations"), env=environment(), stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE, stderr=log)
            assert self._process.stdout is not None
            async with asyncio.timeout(60):
                self.url = (await self._process.stdout.readline()).decode().strip()
            assert self.url, (self.folder / "probe.log").read_text(errors="replace")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            async with asyncio.timeout(60):
                await self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def query(self, statement: str) -> list[list[str]]:
        """The rows of a statement, each value as text."""
        process = await asyncio.create_subprocess_exec(
            "psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1",
            "--command", statement, self.url, env=environment(), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        output, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
        return list(csv.reader(io.StringIO(output.decode())))

    async def number(self, statement: str) -> int:
        """The one number that a statement answers with."""
        return int((await self.query(statement))[0][0])
