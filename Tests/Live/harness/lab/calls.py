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


async def join(server: Server, room: str, *pages: ChromiumPage, mode: str = "relay") -> None:
    """Everybody joins, and hears and sees the other."""
    for page in pages:
        assert page.party
        await page.join(server.link(server.token(room, page.party, page.party, mode)))
    for page in pages:
        await page.receiving()


_LISTEN = """() => {
    const watch = window.__stalls = { longest: 0, packets: -1, rose: performance.now() };
    watch.timer = setInterval(async () => {
        const receiver = window.__consult.engine.peerConnection?.getReceivers().find((one) => one.track.kind === "audio");
        const report = receiver ? [...(await receiver.getStats()).values()] : [];
        const packets = report.find((entry) => entry.type === "inbound-rtp")?.packetsReceived ?? watch.packets;
        if (packets === watch.packets) return;
        watch.longest = Math.max(watch.longest, performance.now() - watch.rose);
        Object.assign(watch, { packets, rose: performance.now() });
    }, 40);
}"""
_HEARD = """() => {
    const watch = window.__stalls;
    clearInterval(watch.timer);
    return Math.max(watch.longest, performance.now() - watch.rose) / 1000;
}"""


async def listen(*pages: ChromiumPage) -> None:
    """Every page looks from now on for how long no packet of sound comes."""
    for page in pages:
        await page.run(_LISTEN)


async def silence(*pages: ChromiumPage) -> float:
    """The longest time without a packet of sound at any of the pages since `listen`, in seconds."""
    return max([await page.run(_HEARD) for page in pages])


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
