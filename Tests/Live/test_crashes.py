"""The crash matrix: the sidecar, and the core, killed before and after every single step of a session's money."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from harness.breakpoints import Point
from harness.crash_bench import Row
from harness.crash_core import JOURNAL, CoreBench, open_core_bench
from harness.crash_histories import HISTORIES, belongs
from harness.crash_sidecar import SidecarBench, open_bench, play
from harness.crash_table import Matrix
from harness.postgres import PostgreSQL

# Processes at the same time, each with a database and a stand-in of its own: they mostly wait.
SIDECARS, CORES = 5, 4
# Calls through a core, and their media seconds: what is charged, and what is free.
CALLS = {"charged call": 11, "free call": 3}


@pytest.mark.timeout(900)
async def test_a_sidecar_may_be_killed_before_and_after_every_step(
    tmp_path: Path, nothing_left: None, summary: Callable[[str], None], pytestconfig: pytest.Config
):
    matrix = Matrix("the sidecar", tmp_path / "sidecar.txt")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(PostgreSQL())
        benches = await asyncio.gather(*(
            stack.enter_async_context(open_bench(tmp_path / f"bench{number}", database, f"bench{number}"))
            for number in range(SIDECARS)))
        # What the steps are is seen, not listed here: each history is played once without a kill.
        for name, history in HISTORIES.items():
            row, steps = await play(benches[0], name, history, None)
            matrix.add(row)
            matrix.plan_kills(name, [step for step in steps if belongs(name, step)], "commit: clock at 1 s")
        assert not matrix.failures, "\n".join(matrix.failures)
        assert len(matrix.plan) > 150
        if (seed := pytestconfig.getoption("--crashes")) != "all":
            matrix.plan = random.Random(seed).sample(matrix.plan, len(matrix.plan) // 2)
            summary(f"Killed at half of the steps: --crashes {seed}; --crashes all at every one.")

        def player(bench: SidecarBench) -> Callable[[str, Point], Awaitable[Row]]:
            async def make(name: str, point: Point) -> Row:
                return (await play(bench, name, HISTORIES[name], point))[0]

            return make

        await matrix.fill([player(bench) for bench in benches])
        summary(matrix.text)
        assert not matrix.failures, "\n".join(matrix.failures)
        for bench in benches:
            await bench.bank.books_in_order()


@pytest.mark.timeout(900)
async def test_a_signaling_core_may_be_killed_before_and_after_every_step(
    tmp_path: Path, nothing_left: None, summary: Callable[[str], None]
):
    matrix = Matrix("the signaling core", tmp_path / "core.txt")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(PostgreSQL())
        benches = await asyncio.gather(*(
            stack.enter_async_context(open_core_bench(tmp_path / f"bench{number}", database, f"bench{number}"))
            for number in range(CORES)))
        for (name, seconds), bench in zip(CALLS.items(), benches, strict=False):
            row, steps = await bench.play(name, seconds, None)
            matrix.add(row)
            # The clock is told again and again, how often depends on the moment, and a free call differs in its end.
            matrix.plan_kills(name, [
                step for step in steps if (
                    "room" in step if name == "free call"
                    else (not step.endswith(")") or step.endswith("(2)")) and "below the threshold (" not in step)])
        matrix.plan += [(name, Point(step, "after")) for name in CALLS for step in JOURNAL
                        if name == "charged call" or "end" in step or "last" in step]
        assert not matrix.failures, "\n".join(matrix.failures)

        def player(bench: CoreBench) -> Callable[[str, Point], Awaitable[Row]]:
            async def make(name: str, point: Point) -> Row:
                return (await bench.play(name, CALLS[name], point))[0]

            return make

        await matrix.fill([player(bench) for bench in benches])
        summary(matrix.text)
        assert not matrix.failures, "\n".join(matrix.failures)
        steps = {point.step for _, point in matrix.plan}
        assert steps >= {"tells progress at the threshold", "takes session.billed", "takes room.end"}
        for bench in benches:
            await bench.bank.books_in_order()
