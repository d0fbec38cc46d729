"""A sidecar that is killed at chosen points: what it commits, what it asks Stripe and what it is told is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .breakpoints import Breakpoints, Point
from .crash_bench import Bench, Expected, Row, revive
from .crash_checks import problems
from .crash_steps import SidecarSteps
from .http_proxy import HTTPProxy
from .marketplace import Marketplace
from .money import Bank
from .people import Town, new_session
from .pg_proxy import PostgreSQLProxy
from .postgres import PostgreSQL
from .psql import Psql
from .stripe_sandbox import SECRET, StripeSandbox


@dataclass
class SidecarBench(Bench):
    """A sidecar behind proxies."""

    stripe: HTTPProxy = field(kw_only=True)
    webhooks: HTTPProxy = field(kw_only=True)

    async def killed(self) -> None:
        """Waits until the process stands at its point, kills it, and starts another one."""
        await self.points.reached.wait()
        self.place.crash()
        self.points.let_go()
        # The time for which its events are left alone goes by: nobody holds them.
        await self.sql("UPDATE stripe_events SET due_at = clock_timestamp() WHERE state = 'waiting'")
        await revive(self.place)
        self.webhooks.is_open.set()


@asynccontextmanager
async def open_bench(folder: Path, database: PostgreSQL, name: str) -> AsyncIterator[SidecarBench]:
    """A sidecar on a database of its own, whose calls are free for 20 s and then charged for 20 s at a time."""
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        points, steps = Breakpoints(), SidecarSteps()
        url = await database.create(name)
        proxy = await stack.enter_async_context(PostgreSQLProxy(database.port, points, steps.commit))
        stripe = await stack.enter_async_context(HTTPProxy(points, steps.stripe))
        webhooks = await stack.enter_async_context(HTTPProxy(points, steps.webhook))
        place = Marketplace(folder, ("api",), **{
            "CONSULT_DATABASE_URL": url.replace(f":{database.port}/", f":{proxy.port}/"),
            "CONSULT_STRIPE_SECRET_KEY": "sk_test_live", "CONSULT_STRIPE_API_BASE": stripe.base,
            "CONSULT_STRIPE_WEBHOOK_SECRET": SECRET, "CONSULT_BILLING_THRESHOLD": "20", "CONSULT_BILLING_WINDOW": "20",
            "CONSULT_RELAY": "on", "CONSULT_REQUESTS_PER_MINUTE": "0", "CONSULT_JOIN_DEADLINE": "600",
            # Without a model, which takes a second to be read at each start.
            "CONSULT_MODEL_DIR": str(folder), "CONSULT_LOG_LEVEL": "info"})
        webhooks.target = place.api
        sandbox = StripeSandbox(
            folder, "--webhook-url", f"{webhooks.base}/api/v1/webhooks/stripe", "--webhook-secret", SECRET)
        stripe.target = sandbox.base
        stack.callback(sandbox.kill)
        stack.callback(place.kill)
        await sandbox.start()
        code, said = await place.run("migrate", "up")
        assert code == 0, said
        await place.start()
        session = await stack.enter_async_context(new_session())
        sql = await stack.enter_async_context(Psql(url))
        bench = SidecarBench(
            place, sandbox, points, sql, Bank(Town(place, session), sandbox), stripe=stripe, webhooks=webhooks)
        # PostgreSQL is not killed here, and need not wait for its disk.
        await sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        await bench.people()
        # Mails are not what this is about, and an invoice's makes a PDF.
        await sql("ALTER TABLE mail_outbox ALTER COLUMN due_at SET DEFAULT clock_timestamp() + interval '1 day'")
        yield bench
        await place.stop()
        await sandbox.stop()


History = Callable[[SidecarBench], Awaitable[Expected]]


async def play(bench: SidecarBench, name: str, history: History, point: Point | None) -> tuple[Row, list[str]]:
    """Plays a history, with a kill at a point; and what steps it had, up to where Stripe's events come."""
    began = time.time()
    await bench.sign_in()
    for _ in range(3):
        bench.points.arm(point)
        bench.webhooks.is_open.clear()
        killer = asyncio.create_task(bench.killed())
        try:
            expected = await history(bench)
            await bench.settled(expected.session)
            steps = list(bench.points.seen)
            bench.webhooks.is_open.set()
            await bench.told(expected.session)
        finally:
            # A kill near the end may still be under way.
            if not bench.points.reached.is_set():
                killer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await killer
        if point is None or bench.points.reached.is_set():
            break
    found = await problems(bench, expected, began)
    if point is not None and not bench.points.reached.is_set():
        found.append("this point never came")
    charged = sum(expected.captured.values()) - expected.refunded
    return Row(name, point or Point("a kill", "without"), time.time() - began, found, charged), steps
