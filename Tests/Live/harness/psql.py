"""One psql that stays: for a look into the database that is taken many times a second."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Self

from .server import environment

_END = "--the-end--"


class Psql:
    """A connection of its own, past every proxy; an async context manager. One statement at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            "psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--file", "-",
            self.url, env=environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, limit=1 << 24)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            async with asyncio.timeout(10):
                await self._process.wait()

    async def __call__(self, statement: str) -> list[list[str]]:
        """The rows, each value as text."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        async with self._turn:
            process.stdin.write(f"{statement};\n\\echo {_END}\n".encode())
            lines: list[str] = []
            async with asyncio.timeout(30):
                while (line := (await process.stdout.readline()).decode()) != f"{_END}\n":
                    assert line, f"psql ended: {''.join(lines)}\n{statement}"
                    lines.append(line)
        return list(csv.reader(io.StringIO("".join(lines))))
