"""The cable between somebody's browser and everybody else, pulled for a while: nothing passes, neither HTTP, WebSocket nor media."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from .lab.network import Place

CUT = 10
"""Seconds."""


@contextlib.asynccontextmanager
async def pulled(place: Place) -> AsyncIterator[None]:
    """The cable is out for as long as the block lasts, at least `CUT` seconds; the browser's machine notices it."""
    core = place.network.core
    end = asyncio.get_running_loop().time() + CUT
    core.run("ip", "link", "set", place.far, "down")
    try:
        yield
        await asyncio.sleep(max(0, end - asyncio.get_running_loop().time()))
    finally:
        core.run("ip", "link", "set", place.far, "up")


@contextlib.asynccontextmanager
async def silent(place: Place) -> AsyncIterator[None]:
    """The same without anybody noticing: packets are lost, and the cable looks as it should."""
    core, end = place.network.core, asyncio.get_running_loop().time() + CUT
    core.filter(f"cut{place.number}", f"""
        chain up {{ type filter hook prerouting priority -200; iifname {place.far} drop; }}
        chain down {{ type filter hook postrouting priority -200; oifname {place.far} drop; }}""")
    try:
        yield
        await asyncio.sleep(max(0, end - asyncio.get_running_loop().time()))
    finally:
        core.filter(f"cut{place.number}", "")
