"""Calls between two aiortc peers, set up and ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .peer import Peer
from .server import Server


async def aiortc_call(
    server: Server, peer: Callable[..., Peer], room: str, mode: str = "relay", unmetered: bool = False,
) -> tuple[Peer, Peer]:
    """A customer and a consultant whose paths are both encrypted."""
    ada = peer(server, server.token(room, "Ada", "customer", mode, unmetered=unmetered), "customer")
    bob = peer(server, server.token(room, "Bob", "consultant", mode, unmetered=unmetered), "consultant")
    await ada.enter()
    await bob.enter()
    await asyncio.gather(ada.negotiate(), bob.negotiate())
    await asyncio.gather(ada.connected(), bob.connected())
    return ada, bob
