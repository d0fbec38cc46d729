"""A signaling core that is killed at chosen points of real calls: its commits are stopped, its people come back."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .breakpoints import Breakpoints, Point
from .crash_bench import Bench, Row, revive
from .crash_checks import STUCK, at_stripe
from .crash_steps import CoreSteps
from .marketplace import Marketplace
from .money import RATE, Bank
from .peer import Peer, ToneTrack
from .people import Town, new_session
from .pg_proxy import PostgreSQLProxy
from .postgres import PostgreSQL
from .psql import Psql
from .stripe_sandbox import SECRET, StripeSandbox
from .wait import until

THRESHOLD = 6
"""Free seconds, and those of a window."""

JOURNAL = {
    "writes that somebody came": rb'"kind":"joined"',
    "writes the clock at 3 s": rb'"mediaSeconds":3[,}]',
    "writes the clock at the threshold": rb'"mediaSeconds":6[,}]',
    "writes the end of the room": rb'"ended":"',
    "writes its last word": rb'"kind":"ended"',
}
"""Lines of the journal, by what is in them: steps that no proxy sees. The core can be killed after one; before it is
after the step before."""


@dataclass
class CoreBench(Bench):
    """A sidecar, and a core of its own that is killed."""

    core: Marketplace = field(kw_only=True)
    restarted: asyncio.Event = field(default_factory=asyncio.Event)

    async def killed(self) -> None:
        await self.points.reached.wait()
        self.core.crash()
        self.points.let_go()
        await revive(self.core)
        self.restarted.set()

    async def _watch_journal(self, pattern: bytes) -> None:
        """Reaches the point as soon as a line of the core's journal has this in it."""
        path = self.core.data / "signaling/sessions.journal"
        begin = path.stat().st_size

        def is_written() -> bool:
            return re.search(pattern, path.read_bytes()[begin:]) is not None

        with contextlib.suppress(AssertionError):
            await until(is_written, 60, "the journal", every=0.005)
            self.points.reached.set()

    async def _until_killed(self, what: Awaitable[None]) -> bool:
        """Whether it came to its end; not where the core was killed meanwhile, and is back by then."""
        task, killed = asyncio.ensure_future(what), asyncio.create_task(self.restarted.wait())
        reached = asyncio.create_task(self.points.reached.wait())
        try:
            await asyncio.wait([task, reached], return_when=asyncio.FIRST_COMPLETED)
            if not self.points.reached.is_set():
                await task
                return True
            async with asyncio.timeout(90):
                await killed
            return False
        finally:
            for one in (task, killed, reached):
                one.cancel()
            await asyncio.gather(task, killed, reached, return_exceptions=True)

    async def talk(self, session: str, seconds: int) -> None:
        """Both people in the room, until the media clock shows so much; they come back where the core was killed."""
        while True:
            peers: list[Peer] = []

            async def call() -> None:
                for person in (self.customer, self.consultant):
                    token = (await person.client.post(f"/sessions/{session}/join")).expect(200)["token"]
                    peers.append(Peer(self.core, token, person.role))
                    # Sound is media enough.
                    peers[-1].tracks = [ToneTrack(person.role)]
                    await peers[-1].enter()
                await asyncio.gather(*(peer.negotiate() for peer in peers))
                await asyncio.gather(*(peer.connected(40) for peer in peers))
                await self.bank.reaches(peers[0], seconds)

            try:
                if self.restarted.is_set():
                    return await call()
                if await self._until_killed(call()):
                    return None
            finally:
                self.bank.peers += peers
            await self.part()

    async def part(self) -> None:
        for peer in self.bank.peers:
            await peer.close()
        self.bank.peers.clear()

    async def play(self, name: str, seconds: int, point: Point | None) -> tuple[Row, list[str]]:
        """A call of so many seconds with a kill at a point; and what steps it had."""
        began, started = time.monotonic(), time.time()
        await self.sign_in()
        self.restarted.clear()
        self.points.arm(point)
        killer = asyncio.create_task(self.killed())
        watch: asyncio.Task[None] | None = None
        if point is not None and point.step in JOURNAL:
            watch = asyncio.create_task(self._watch_journal(JOURNAL[point.step]))
        try:
            session = await self.accept()
            await self.talk(session, seconds)
            await self.insist(self.customer, "POST", f"/sessions/{session}/end", None, 200, 404, 409)
            await self.settled(session)
            steps = list(self.points.seen)
        finally:
            if not self.points.reached.is_set():
                killer.cancel()
            if watch is not None:
                watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await killer
            await self.part()
        await self.told(session)
        found, charged = await self.problems(session, seconds, int(started) - 1)
        if point is not None and not self.points.reached.is_set():
            found.append("this point never came")
        return Row(name, point or Point("a kill", "without"), time.monotonic() - began, found, charged), steps

    async def problems(self, session: str, seconds: int, began: int) -> tuple[list[str], int]:
        """What does not hold after a call, and what was charged for it."""
        found = [what for what, count in STUCK.items() if await self.one(count) != "0"]
        shown = await self.bank.billing(session, self.customer)
        media = int(await self.one(f"SELECT media_seconds FROM sessions WHERE id = '{session}'"))
        billed = shown["billableSeconds"]
        # What a core that is killed forgets is in the customer's favour: a second, and what was not in a record yet.
        if not max(0, seconds - 12) <= billed <= media <= seconds + 20:
            found.append(f"{billed} of {media} s are billed")
        owed = billed * (RATE // 3600) if media >= THRESHOLD else 0
        captured, refunded, _, left = await asyncio.to_thread(at_stripe, self.sandbox, session, began)
        found += left
        if any(len(amounts) > 1 for amounts in captured.values()) or (media >= THRESHOLD) != (1 in captured):
            found.append(f"captured at Stripe: {captured} for {media} s")
        total = sum(amount for amounts in captured.values() for amount in amounts) - refunded
        books = await self.bank.in_the_ledger(session)
        # A part below Stripe's minimum is not asked for.
        paid = total + shown["waived"]["amount"] + shown["forgone"]["amount"]
        if (shown["state"], shown["charged"]["amount"], books.charged, paid) != ("settled", total, total, owed):
            found.append(f"people read {shown}, the ledger says {books}")
        return found, total


@asynccontextmanager
async def open_core_bench(folder: Path, database: PostgreSQL, name: str) -> AsyncIterator[CoreBench]:
    """Both halves apart, on a database of their own; calls are free for six seconds, and charged for six at a time."""
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        points = Breakpoints()
        url = await database.create(name)
        proxy = await stack.enter_async_context(PostgreSQLProxy(database.port, points, CoreSteps(THRESHOLD).commit))
        settings = {
            "CONSULT_BILLING_THRESHOLD": THRESHOLD, "CONSULT_BILLING_WINDOW": THRESHOLD, "CONSULT_BILLING_WARNING": 2,
            "CONSULT_BILLING_GRACE": 10, "CONSULT_RELAY": "on", "CONSULT_REQUESTS_PER_MINUTE": "0",
            "CONSULT_MODEL_DIR": folder, "CONSULT_JOIN_DEADLINE": 600, "CONSULT_LOG_LEVEL": "info"}
        place = Marketplace(folder / "api", ("api",), CONSULT_DATABASE_URL=url, **settings)
        core = Marketplace(
            folder / "signal", ("signal",), CONSULT_DATABASE_URL=url.replace(f":{database.port}/", f":{proxy.port}/"),
            CONSULT_JWT_KEY=place.signer.setting, **settings)
        for one in (place, core):
            one.folder.mkdir()
        sandbox = StripeSandbox(
            folder, "--webhook-url", f"{place.api}/api/v1/webhooks/stripe", "--webhook-secret", SECRET)
        place.environment |= {
            "CONSULT_STRIPE_SECRET_KEY": "sk_test_live", "CONSULT_STRIPE_API_BASE": sandbox.base,
            "CONSULT_STRIPE_WEBHOOK_SECRET": SECRET}
        for one in (sandbox, place, core):
            stack.callback(one.kill)
        await sandbox.start()
        code, said = await place.run("migrate", "up")
        assert code == 0, said
        await place.start()
        await core.start()
        session = await stack.enter_async_context(new_session())
        sql = await stack.enter_async_context(Psql(url))
        bench = CoreBench(place, sandbox, points, sql, Bank(Town(place, session), sandbox), core=core)
        await sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        await bench.people()
        await sql("ALTER TABLE mail_outbox ALTER COLUMN due_at SET DEFAULT clock_timestamp() + interval '1 day'")
        try:
            yield bench
        finally:
            await bench.part()
        await core.stop()
        await place.stop()
        await sandbox.stop()
