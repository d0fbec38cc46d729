"""Waiting for an event with a deadline, and looking at something for a while."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from typing import Any


class TimedOut(AssertionError):
    """What was waited for did not happen in time."""


async def until(condition: Callable[[], Any], timeout: float, what: str, every: float = 0.05) -> Any:
    """The first true value of `condition`, which may be a coroutine function."""
    deadline = time.monotonic() + timeout
    last: Any = None
    while True:
        last = condition()
        if inspect.isawaitable(last):
            last = await last
        if last:
            return last
        if time.monotonic() >= deadline:
            raise TimedOut(f"not within {timeout:g} s: {what} (last seen: {last!r})")
        await asyncio.sleep(every)


async def ticks(seconds: float, every: float = 1.0) -> AsyncIterator[float]:
    """An observation window: yields the time since its start, every `every` seconds, on the grid and not after it."""
    start = time.monotonic()
    count = int(round(seconds / every))
    for tick in range(1, count + 1):
        await asyncio.sleep(max(0.0, start + tick * every - time.monotonic()))
        yield time.monotonic() - start
