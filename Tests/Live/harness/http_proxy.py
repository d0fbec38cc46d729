"""Between two that speak HTTP: each request is a step, held before it arrives or after it was answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

import aiohttp
from aiohttp import web

from .breakpoints import Breakpoints, Gone
from .ports import LOOPBACK

Naming = Callable[[web.BaseRequest, bytes], tuple[str, ...]]
"""The step that a request is; none where it is none of ours."""
_KEPT_APART = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


class HTTPProxy:
    """Listens on a port of its own; an async context manager.

    - `isOpen`: a request waits until it is set.
    - `cuts`: of which requests the answer is never given, though they were done.
    """

    def __init__(self, breakpoints: Breakpoints, naming: Naming) -> None:
        self.target = ""
        """Where requests go: scheme, host and port. May be set later."""
        self.breakpoints = breakpoints
        self.naming = naming
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.cuts: Callable[[web.BaseRequest], bool] = lambda _: False
        self.base = ""
        self._runner: web.ServerRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0, force_close=True),
            auto_decompress=False)
        self._runner = web.ServerRunner(web.Server(self._serve), handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0)
        await site.start()
        self.base = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None and self._session is not None
        self.is_open.set()
        self.breakpoints.let_go()
        await self._runner.cleanup()
        await self._session.close()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(8):
                    await self.is_open.wait()
            steps = self.breakpoints.note(self.naming(request, body))
            await self.breakpoints.meet(steps, "before")
            answer = await self._forward(request, body)
            await self.breakpoints.meet(steps, "after")
            if self.cuts(request):
                raise Gone
        except (Gone, aiohttp.ClientError, ConnectionError):
            # Whoever asked sees the connection break.
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)
        return answer

    async def _forward(self, request: web.BaseRequest, body: bytes) -> web.Response:
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _KEPT_APART}
        async with self._session.request(
            request.method, self.target + request.raw_path, data=body or None, headers=headers, allow_redirects=False,
            skip_auto_headers={"Accept", "Content-Type", "User-Agent"},
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _KEPT_APART}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)
