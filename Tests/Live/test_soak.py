"""Two hundred rooms under ThreadSanitizer, left in every state a negotiation has."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from harness.server import TSAN_OPTIONS, Server
from harness.states import LINGERING, PROMPT, State
from harness.wait import until

MEBIBYTE = 2**20
ROOMS = 100
AT_ONCE = 6
# A participation outlives its connection by a minute (docs/protocol.md).
OUTLIVES = 60


async def hundred(server: Server, prefix: str) -> None:
    """A hundred rooms: first those that linger, then the others in turn."""
    lingering = [state for _, state in zip(range(ROOMS // 5), itertools.cycle(LINGERING), strict=False)]
    prompt = [state for _, state in zip(range(ROOMS - len(lingering)), itertools.cycle(PROMPT), strict=False)]
    queue: list[tuple[int, State]] = list(enumerate(lingering + prompt))[::-1]

    async def worker() -> None:
        while queue:
            number, state = queue.pop()
            try:
                async with asyncio.timeout(60):
                    await state(server, f"{prefix}-{number}")
            except Exception as error:
                raise AssertionError(f"room {number} of {prefix}, {state.__name__}: {error!r}") from error

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())


def sockets(server: Server) -> int:
    return sum(name.startswith("socket:") for name in server.descriptors().values())


async def settled(server: Server, baseline: int, at_most: int) -> None:
    """Back to what an idle server holds: `baseline` sockets, `at_most` descriptors."""
    def idle() -> bool:
        metrics = server.metrics()
        return (metrics["consult_calls_active"] == 0 and metrics["consult_participants"] == 0
                and metrics["consult_websocket_connections"] == 0
                and sockets(server) <= baseline and len(server.descriptors()) <= at_most)

    try:
        await until(idle, OUTLIVES + 20, "an idle server", every=1)
    except AssertionError as late:
        metrics = {name: value for name, value in server.metrics().items() if value and "bucket" not in name}
        raise AssertionError(f"{late}\n{metrics}\n{len(server.descriptors())} descriptors, {baseline} sockets at first: "
                             f"{sorted(server.descriptors().values())}") from None


@pytest.mark.sanitizer
@pytest.mark.timeout(600)
async def test_two_hundred_rooms_left_in_every_state_leave_nothing_behind(serve, thread_sanitizer):
    server = await serve(
        thread_sanitizer, timeout=60, CONSULT_BILLING_THRESHOLD=2, CONSULT_BILLING_GRACE=1, CONSULT_BILLING_WARNING=1,
        CONSULT_RELAY_WORKERS=2, CONSULT_LOG_LEVEL="info", TSAN_OPTIONS=TSAN_OPTIONS)
    # What a first call opens once and for all belongs to the baseline.
    await PROMPT[7](server, "warm-up")
    await until(lambda: server.metrics()["consult_calls_active"] == 0, 20, "the end of the first call")
    baseline = sockets(server)

    await hundred(server, "first")
    # Event loops of the runtime's own are opened at first use and stay; sockets must not.
    await settled(server, baseline, len(server.descriptors()) + 8)
    after_first, descriptors = server.rss(), len(server.descriptors())
    await hundred(server, "second")
    await settled(server, baseline, descriptors + 1)
    grown = server.rss() - after_first
    assert grown < 48 * MEBIBYTE, f"the second hundred left {grown / MEBIBYTE:.0f} MiB behind"
    server.assert_quiet_log()
