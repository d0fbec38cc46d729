"""Calls between browsers that are at different places of a network."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ..chromium import ChromiumPage
from ..server import Server
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


async def watch(server: Server, wire: Callable[..., Awaitable[Wire]], room: str) -> Wire:
    """An observer of the room's clock."""
    watcher = await wire(server)
    token = server.token(room, "Olga", "observer")
    await watcher.hello(token)
    await watcher.join(token)
    return watcher


def clock(watcher: Wire) -> int:
    """The media clock as last told."""
    seen = watcher.seen("billing.status")
    return seen[-1].params["mediaSeconds"] if seen else 0
