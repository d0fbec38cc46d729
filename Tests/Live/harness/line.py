"""The line between a browser and the server, which can be cut: what is open breaks, and nothing new gets through until it is
mended."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

from .ports import LOOPBACK


class Line:
    """Listens on a port of its own; an async context manager."""

    def __init__(self) -> None:
        self.target = 0
        """The server's port. May be set later."""
        self.port = 0
        self.is_cut = False
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Breaks every connection, and those that are tried from now on."""
        self.is_cut = True
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    def mend(self) -> None:
        self.is_cut = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        self._links.add(link)
        far: asyncio.StreamWriter | None = None
        # The end of a connection, whoever ends it, is nobody's failure here.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not self.is_cut:
                far_reader, far = await asyncio.open_connection(LOOPBACK, self.target)
                await asyncio.gather(_pass(reader, far), _pass(far_reader, writer))
        self._links.discard(link)
        for one in (writer, far):
            if one is not None:
                one.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while content := await reader.read(65536):
        writer.write(content)
        await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()
