"""Calls between browsers that are at different places of a network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ..chromium import ChromiumPage
from ..server import Server
from ..wait import ticks
from ..wire import Wire
from .network import Place

RELAYED = """(() => {
    const Connection = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Connection {
        constructor(configuration) { super({ ...configuration, iceTransportPolicy: "relay" }); }
    };
})();"""
"""For a browser that is to use nothing but TURN."""


async def browser_at(
    place: Place, chromium: Callable[..., Awaitable[ChromiumPage]], server: Server, folder: Path, party: str,
    arguments: tuple[str, ...] = (), **options: Any,
) -> ChromiumPage:
    """A browser at that place, to which the server's plain address counts as safe."""
    program = shutil.which("chromium")
    assert program
    return await chromium(
        party, executable=place.launcher(folder, program),
        arguments=(f"--unsafely-treat-insecure-origin-as-secure={server.base}", *arguments), **options)


async def join(server: Server, room: str, *pages: ChromiumPage, mode: str = "relay") -> None:
    """Everybody joins, and hears and sees the other."""
    for page in pages:
        assert page.party
        await page.join(server.link(server.token(room, page.party, page.party, mode)))
    for page in pages:
        await page.receiving()


async def stalls(pages: list[ChromiumPage], seconds: float) -> float:
    """For so long from now: the longest time in which any page received no sound, in seconds."""
    last = [(await page.counters())["sound"] for page in pages]
    rose = [time.monotonic()] * len(pages)
    longest = 0.0
    async for _ in ticks(seconds, 0.1):
        for index, page in enumerate(pages):
            now = (await page.counters())["sound"]
            if now > last[index]:
                longest = max(longest, time.monotonic() - rose[index])
                last[index], rose[index] = now, time.monotonic()
    return max(longest, *(time.monotonic() - at for at in rose))


async def watch(server: Server, wire: Callable[..., Awaitable[Wire]], room: str, mode: str = "relay") -> Wire:
    """An observer of the room's clock."""
    watcher = await wire(server)
    token = server.token(room, "Olga", "observer", mode)
    await watcher.hello(token)
    await watcher.join(token)
    return watcher


def clock(watcher: Wire) -> int:
    """The media clock as last told."""
    seen = watcher.seen("billing.status")
    return seen[-1].params["mediaSeconds"] if seen else 0
