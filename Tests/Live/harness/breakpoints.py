"""Where a process under test is stopped to be killed: before or after a step that it makes through a proxy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A moment: before a step takes effect, or after it took effect and before the process hears of it."""

    step: str
    phase: str

    def __str__(self) -> str:
        return f"{self.phase} {self.step}"


class Gone(Exception):
    """The process was killed at this point: nothing of what it did goes any further."""


class Breakpoints:
    """Sees every step, and holds the process at the armed one until it is dead."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        """The steps in the order in which they were made."""
        self._counts: dict[str, int] = {}
        self.armed: Point | None = None
        self.reached = asyncio.Event()
        self._dead = asyncio.Event()

    def arm(self, point: Point | None) -> None:
        """Forgets what was seen, and stops at this point the next time it comes."""
        self.seen, self._counts = [], {}
        self.armed = point
        self.reached, self._dead = asyncio.Event(), asyncio.Event()

    def let_go(self) -> None:
        """The process is dead: what was held is dropped."""
        self.armed = None
        self._dead.set()

    def note(self, steps: tuple[str, ...]) -> tuple[str, ...]:
        """Takes down what is about to be done; the second time it has a `(2)`."""
        noted = []
        for step in steps:
            count = self._counts[step] = self._counts.get(step, 0) + 1
            noted.append(step if count == 1 else f"{step} ({count})")
        self.seen += noted
        return tuple(noted)

    async def meet(self, steps: tuple[str, ...], phase: str) -> None:
        """Steps that were noted are about to take effect, or just did.

        Raises `Gone` where the process was killed here.
        """
        point = self.armed
        if point is None or self.reached.is_set() or point.phase != phase or point.step not in steps:
            return
        dead = self._dead
        self.reached.set()
        await dead.wait()
        raise Gone(str(point))
