"""Calls between two browsers with the web client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .page import Page
from .server import Server


async def browser_call(
    server: Server, launch: Callable[..., Awaitable[Page]], room: str, mode: str = "relay", **options: Any,
) -> tuple[Page, Page]:
    """A customer and a consultant who see and hear each other."""
    pages = [await launch(party, **options) for party in ("customer", "consultant")]
    for page in pages:
        await page.join(server.link(server.token(room, page.party or "", page.party or "", mode)))
    for page in pages:
        await page.receiving()
    return pages[0], pages[1]


async def receiver_track(page: Page) -> str:
    """The identity of the track that receives the other side's camera."""
    return await page.run("() => window.__consult.engine.peerConnection.getTransceivers()[1].receiver.track.id")


async def unbroken(page: Page, seconds: float, longest: float = 2) -> None:
    """Since `presented` was last asked and for a while from now, no picture stood longer than allowed."""
    import asyncio

    await asyncio.sleep(seconds)
    shown = await page.presented()
    assert shown is not None and shown["gap"] <= longest, f"the picture stood for {shown['gap']:.2f} s"
