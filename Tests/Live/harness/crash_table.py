"""The crash matrix as a table, and the work of filling it on several benches at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from .breakpoints import Point
from .crash_bench import Row

PHASES = ("before", "after")


def line(row: Row) -> str:
    """What a kill led to."""
    charged = f"{row.charged / 100:.2f} charged once" if row.charged else "nothing charged"
    outcome = "; ".join(row.problems) or f"{charged}, in balance, settled"
    return f"{row.history:<19} {row.point!s:<66} {row.seconds:>5.1f}  {outcome}"


class Matrix:
    """The kills of one process. Each row is written into a file as it comes, so that a run that hangs says where."""

    def __init__(self, process: str, path: Path) -> None:
        self.process = process
        self.path = path
        self.began = time.monotonic()
        self.plan: list[tuple[str, Point]] = []
        self.rows: list[Row] = []

    def add(self, row: Row) -> None:
        self.rows.append(row)
        with open(self.path, "a") as file:
            file.write(line(row) + "\n")

    def plan_kills(self, history: str, steps: list[str], beginning: str = "") -> None:
        """Before and after each of these steps. Up to the step `beginning` all histories are one, planned once."""
        planned = {point.step for _, point in self.plan}
        begins = beginning in planned
        for step in steps:
            if not (begins and step in planned):
                self.plan += [(history, Point(step, phase)) for phase in PHASES]
            begins = begins and step != beginning

    async def fill(self, players: list[Callable[[str, Point], Awaitable[Row]]]) -> None:
        """Makes all kills that are planned, as many at a time as there are players."""
        rest = iter(self.plan)

        async def work(play: Callable[[str, Point], Awaitable[Row]]) -> None:
            for history, point in rest:
                began = time.monotonic()
                try:
                    row = await play(history, point)
                except Exception as failure:
                    row = Row(history, point, time.monotonic() - began, [f"stuck: {failure!r:.400}"])
                self.add(row)

        await asyncio.gather(*(work(play) for play in players))

    @property
    def text(self) -> str:
        order = {kill: index for index, kill in enumerate(self.plan)}
        rows = sorted(self.rows, key=lambda row: order.get((row.history, row.point), -1))
        return "\n".join([
            f"The crash matrix: {len(self.plan)} kills of {self.process} in {time.monotonic() - self.began:.0f} s",
            f"{'history':<19} {'killed':<66} {'s':>5}  afterwards", *map(line, rows)])

    @property
    def failures(self) -> list[str]:
        return [line(row) for row in self.rows if row.problems]
