"""Between a process and PostgreSQL: knows of each commit what is in it, and can hold it, or its answer.

It reads the frontend/backend protocol (version 3) so far as `consult` speaks it: prepared statements, in pipelines that
end with a Sync. A commit is a `COMMIT`, which may come in one pipeline with what it commits, or the Sync after statements of no
transaction; it counts where it wrote rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from .breakpoints import Breakpoints, Gone
from .ports import LOOPBACK

_WRITES = re.compile(r"(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!DO )(?<!KEY )UPDATE)\s+([a-z_]+)")
_FLUSH = b"H\0\0\0\4"
_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102


@dataclass
class Commit:
    """What is about to be committed."""

    statements: list[str] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    """In which rows were written."""
    sent: bytearray = field(default_factory=bytearray)
    """The parameters, as they came."""
    read: bytearray = field(default_factory=bytearray)
    """The rows answered."""

    def says(self, text: str) -> bool:
        """Whether a statement has this in it."""
        return any(text in statement for statement in self.statements)


Naming = Callable[[Commit], tuple[str, ...]]
"""The steps that a commit makes; none where it is none of ours."""


class PostgreSQLProxy:
    """Listens on a port of its own; an async context manager."""

    def __init__(self, port: int, breakpoints: Breakpoints, naming: Naming) -> None:
        self.server_port = port
        self.breakpoints = breakpoints
        self.naming = naming
        self.port = 0
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        server_writer: asyncio.StreamWriter | None = None
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, Gone):
                server_reader, server_writer = await asyncio.open_connection(LOOPBACK, self.server_port)
                await _Link(self, reader, writer, server_reader, server_writer).run()
        finally:
            self._links.discard(task)
            for one in (writer, server_writer):
                if one is not None:
                    one.transport.abort()


class _Link:
    """One connection, both ways."""

    def __init__(
        self, proxy: PostgreSQLProxy, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader, server_writer: asyncio.StreamWriter,
    ) -> None:
        self.proxy = proxy
        self.client_reader, self.client_writer = client_reader, client_writer
        self.server_reader, self.server_writer = server_reader, server_writer
        self.names: dict[bytes, str] = {}
        self.bound = ""
        self.batch: list[str] = []
        self.pending: deque[str] = deque()
        self.answered = asyncio.Event()
        self.commit = Commit()
        self.is_idle = True
        self.has_failed = False
        self.held: tuple[str, ...] = ()

    async def run(self) -> None:
        if not await self._begin():
            return
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._ended(self._front())), group.create_task(self._ended(self._back()))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    @staticmethod
    async def _ended(way: object) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, Gone):
            await way  # type: ignore[misc]

    async def _begin(self) -> bool:
        """The first messages have no type. False where it was a request to cancel something."""
        while True:
            head = await self.client_reader.readexactly(8)
            length, code = struct.unpack("!ii", head)
            self.server_writer.write(head + await self.client_reader.readexactly(length - 8))
            if code == _CANCEL:
                await self.server_writer.drain()
                return False
            if code not in (_SSL, _GSS):
                return True
            answer = await self.server_reader.readexactly(1)
            assert answer == b"N", "PostgreSQL wants to encrypt what has to be read here"
            self.client_writer.write(answer)

    # From the client

    async def _front(self) -> None:
        while True:
            head = await self.client_reader.readexactly(5)
            kind, (length,) = head[:1], struct.unpack("!i", head[1:])
            content = await self.client_reader.readexactly(length - 4)
            if kind == b"P":
                name, text, _ = content.split(b"\0", 2)
                self.names[name] = text.decode()
            elif kind == b"B":
                _, name, _ = content.split(b"\0", 2)
                self.bound = self.names.get(name, "")
                self.commit.sent += content
            elif kind == b"E":
                if self.bound == "COMMIT":
                    await self._committing()
                self.batch.append(self.bound)
                self.pending.append(self.bound)
                self.answered.clear()
            elif kind == b"S":
                await self._sync()
            self.server_writer.write(head + content)
            await self.server_writer.drain()

    async def _sync(self) -> None:
        """Whatever was sent since the last Sync is committed with this one, or was a part of a transaction."""
        batch, self.batch = self.batch, []
        if self.is_idle and "COMMIT" not in batch and any(_WRITES.search(text) for text in batch):
            await self._committing()

    async def _committing(self) -> None:
        """All is done, and not committed: only now is it known whether anything was written."""
        if self.pending:
            self.server_writer.write(_FLUSH)
            await self.answered.wait()
        if self.has_failed or not self.commit.tables:
            return
        self.held = self.proxy.breakpoints.note(self.proxy.naming(self.commit))
        if self.held:
            await self.proxy.breakpoints.meet(self.held, "before")

    # From the server

    async def _back(self) -> None:
        while True:
            head = await self.server_reader.readexactly(5)
            kind, (length,) = head[:1], struct.unpack("!i", head[1:])
            content = await self.server_reader.readexactly(length - 4)
            if kind == b"D":
                self.commit.read += content
            elif kind in (b"C", b"s", b"I"):
                self._done(content)
            elif kind == b"E":
                self.has_failed = True
                self.answered.set()
            elif kind == b"Z":
                await self._ready(content)
            self.client_writer.write(head + content)
            await self.client_writer.drain()

    def _done(self, tag: bytes) -> None:
        """A statement was done, with so many rows."""
        text = self.pending.popleft() if self.pending else ""
        self.commit.statements.append(text)
        count = re.search(rb"(\d+)\0?$", tag)
        if count and int(count[1]) > 0:
            self.commit.tables.update(_WRITES.findall(text))
        if not self.pending:
            self.answered.set()

    async def _ready(self, status: bytes) -> None:
        held, self.held = self.held, ()
        if held and not self.has_failed:
            await self.proxy.breakpoints.meet(held, "after")
        self.pending.clear()
        self.is_idle, self.has_failed = status == b"I", False
        if self.is_idle:
            self.commit = Commit()
