"""What it takes from the threshold to the grant of more time, for many calls that reach it together: see scripts/bench.

Every call has two participants, each with a WebSocket and an encrypted media path of their own through the relay. All
calls are set up first; then all of them begin to send at once, so that their media clocks reach the threshold together.
By then window 2 of each is held already, as always (docs/money.md); at the threshold window 1 is captured, and the
answer moves the horizon.

Measured is, for each call and as its two people read it: from the first `billing.status` that shows the threshold to the
first that shows a horizon beyond it, the later of both sides. That is: the relay's clock, the event queue, the charge's
transaction, the capture at Stripe, its answer's transaction, the outbox, and the signaling core. The stand-in for Stripe
answers at once, or after a time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from bench import machine
from bench_match import processor_time, quantile
from harness.light import LightPeer, Pump
from harness.market import Somebody, accounts
from harness.marketplace import Marketplace
from harness.money import RATE
from harness.people import Town, new_session
from harness.postgres import PostgreSQL
from harness.stripe_sandbox import SECRET, StripeSandbox
from harness.wait import until
from harness.wire import Wire

GOAL = 2.0


@dataclass
class Call:
    """A session and its two peers."""

    session: str
    customer: Somebody
    peers: list[LightPeer]

    @staticmethod
    def first(peer: LightPeer, where: Callable[[dict[str, Any]], bool]) -> float | None:
        return next((note.at for note in peer.wire.seen("billing.status") if where(note.params)), None)

    def reached(self, threshold: int) -> float | None:
        """When the first of both read that the threshold is reached."""
        times = [self.first(peer, lambda status: status["mediaSeconds"] >= threshold) for peer in self.peers]
        return min((time for time in times if time is not None), default=None)

    def granted(self, threshold: int) -> float | None:
        """When both had read of a horizon beyond it."""
        times = [self.first(peer, lambda status: (status["horizonSeconds"] or 0) > threshold) for peer in self.peers]
        return None if None in times else max(time for time in times if time is not None)

    @property
    def warned(self) -> bool:
        return any(note.params["reason"] == "unpaid" for peer in self.peers for note in peer.wire.seen("billing.warning"))

    @property
    def ended(self) -> bool:
        return any(peer.wire.seen("room.ended") for peer in self.peers)

    def gap(self, since: float, to: float) -> float:
        """The longest time without a packet at one of both."""
        longest = 0.0
        for peer in self.peers:
            times = [since, *(packet.at for packet in peer.tap.since(since, to)), to]
            longest = max(longest, *(after - before for before, after in zip(times, times[1:], strict=False)))
        return longest


class Hall:
    """A marketplace with its stand-in, and calls in it."""

    def __init__(self, town: Town, sandbox: StripeSandbox) -> None:
        self.town = town
        self.sandbox = sandbox
        self.calls: list[Call] = []

    async def people(self, count: int) -> tuple[list[Somebody], list[Somebody]]:
        """Customers with cards and consultants who can be paid, by the API but for their accounts."""
        customers, consultants = await accounts(self.town, "customer", count), await accounts(self.town, "consultant", count)

        async def card(one: Somebody) -> None:
            (await one.client.post("/me/payment-methods", {"paymentMethodId": "pm_card_visa", "isDefault": True})).expect(201)

        async def payouts(one: Somebody) -> None:
            (await one.client.post("/me/payout-account", {})).expect(200)
            (await one.client.put("/me/profile", {
                "headline": "PostgreSQL", "bio": "Plans and indexes.", "tags": ["PostgreSQL"],
                "hourlyRate": {"amount": RATE, "currency": "usd"}})).expect(200)

            async def enabled() -> bool:
                return (await one.client.get("/me/payout-account")).expect(200)["state"] == "enabled"

            await until(enabled, 30, "a payout account", every=0.1)

        await eightfold([card(one) for one in customers] + [payouts(one) for one in consultants])
        return customers, consultants

    async def sessions(self, customers: list[Somebody], consultants: list[Somebody]) -> list[tuple[str, Somebody, Somebody]]:
        """Each customer's question, accepted by whoever it rings at first."""
        free = {one.id: one for one in consultants}
        wires: dict[str, Wire] = {}

        async def sit(one: Somebody) -> None:
            wire = await Wire.open(self.town.place.websocket, contract=None)
            await wire.hello(one.client.token or "")
            await wire.request("presence.set", {"available": True})
            wires[one.id] = wire

        await eightfold([sit(one) for one in consultants])
        made = []
        for number, customer in enumerate(customers):
            question = (await customer.client.post("/questions", {
                "title": f"Question number {number}", "body": "Something with PostgreSQL is odd.",
                "tags": ["PostgreSQL"]})).expect(201)

            def asked() -> tuple[Somebody, str] | None:
                for one in free.values():
                    for note in wires[one.id].seen("request.created"):
                        if note.params["question"]["id"] == question["id"]:
                            return one, note.params["requestId"]
                return None

            await until(asked, 60, "somebody to be asked", every=0.01)
            consultant, request = asked() or (None, "")
            assert consultant is not None
            session = (await consultant.client.post(f"/requests/{request}/accept")).expect(200)["sessionId"]
            made.append((session, customer, free.pop(consultant.id)))
        for wire in wires.values():
            await wire.close()
        return made

    async def connect(self, session: str, customer: Somebody, consultant: Somebody) -> None:
        peers = []
        for one in (customer, consultant):
            token = (await one.client.post(f"/sessions/{session}/join")).expect(200)["token"]
            peers.append(await LightPeer(self.town.place, token, one.role).enter())
        self.calls.append(Call(session, customer, peers))
        for peer in peers:
            await peer.negotiate()
        for peer in peers:
            await peer.connected()

    async def close(self) -> None:
        for call in self.calls:
            for peer in call.peers:
                with contextlib.suppress(Exception):
                    await peer.close()


async def eightfold(work: list[Awaitable[Any]]) -> None:
    """All of it, eight at a time."""
    turn = asyncio.Semaphore(8)

    async def one(task: Awaitable[Any]) -> None:
        async with turn:
            await task

    await asyncio.gather(*(one(task) for task in work))


def spent(place: Marketplace, database: PostgreSQL, sandbox: StripeSandbox) -> dict[str, float]:
    assert sandbox.process is not None
    times = psutil.Process(sandbox.process.pid).cpu_times()
    return processor_time(database, place) | {"stand-in": times.user + times.system}


async def run(options: argparse.Namespace, latency: int) -> str:
    """One row of the table."""
    threshold = options.threshold
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consult-bench-")))
        database = await stack.enter_async_context(PostgreSQL())
        place = Marketplace(
            folder / "server", ("serve",), CONSULT_DATABASE_URL=database.url(), CONSULT_REQUESTS_PER_MINUTE="0",
            CONSULT_RELAY="on", CONSULT_BILLING_THRESHOLD=threshold, CONSULT_BILLING_WINDOW=threshold,
            CONSULT_BILLING_WARNING=5, CONSULT_BILLING_GRACE=30,
            # No media flows before all are connected.
            CONSULT_JOIN_DEADLINE=1800, CONSULT_LOG_LEVEL="warning")
        sandbox = StripeSandbox(folder, "--webhook-url", f"{place.api}/api/v1/webhooks/stripe", "--webhook-secret", SECRET)
        place.environment |= {
            "CONSULT_STRIPE_SECRET_KEY": "sk_test_bench", "CONSULT_STRIPE_API_BASE": sandbox.base,
            "CONSULT_STRIPE_WEBHOOK_SECRET": SECRET}
        place.folder.mkdir()
        stack.callback(sandbox.kill)
        await sandbox.start()
        stack.callback(place.kill)
        code, said = await place.run("migrate", "up")
        if code != 0:
            raise SystemExit(said)
        await place.start()
        session = await stack.enter_async_context(new_session())
        hall = Hall(Town(place, session, None, database), sandbox)
        stack.push_async_callback(hall.close)

        began = time.monotonic()
        customers, consultants = await hall.people(options.calls)
        made = await hall.sessions(customers, consultants)
        await eightfold([hall.connect(*one) for one in made])

        async def held() -> bool:
            return await place.number("SELECT count(*) FROM payments WHERE state = 'authorized'") >= options.calls

        await until(held, 60, "the first hold of every call", every=0.5)
        print(f"{options.calls} calls connected in {time.monotonic() - began:.0f} s", file=sys.stderr)

        if latency:
            sandbox.admin("POST", "faults", {"kind": "slow", "ms": latency, "times": 1_000_000_000})
        pump = Pump([peer for call in hall.calls for peer in call.peers], options.rate)
        before, start = spent(place, database, sandbox), time.monotonic()
        pump.start()

        def through() -> bool:
            return all(call.granted(threshold) is not None or call.ended for call in hall.calls)

        with contextlib.suppress(AssertionError):
            await until(through, threshold + 60, "the grant of every call", every=0.25)
        took = time.monotonic() - start
        after = spent(place, database, sandbox)
        text = report(hall.calls, threshold, latency)
        shares = ", ".join(f"{who} {(after[who] - before[who]) / took * 100:.0f} %" for who in after)
        print(f"processor time while media flowed, of one processor of {os.cpu_count()}: {shares}", file=sys.stderr)

        # What was taken has to be in order, too.
        sandbox.admin("DELETE", "faults")
        await pump.stop()
        await eightfold([call.customer.client.post(f"/sessions/{call.session}/end") for call in hall.calls])

        async def settled() -> bool:
            return await place.number("SELECT count(*) FROM charges WHERE state = 'settled'") >= options.calls

        await until(settled, 120, "the end of every charge", every=0.5)
        code, said = await place.run("ledger", "check")
        if code != 0:
            raise SystemExit(said)
        await hall.close()
        await place.stop()
        await sandbox.stop()
        return text


def report(calls: list[Call], threshold: int, latency: int) -> str:
    pairs = [(call, call.reached(threshold), call.granted(threshold)) for call in calls]
    missing = sum(1 for _, _, granted in pairs if granted is None)
    reached = [at for _, at, _ in pairs if at is not None]
    times = [granted - at for _, at, granted in pairs if at is not None and granted is not None]
    gaps = [call.gap(at - 1, granted) for call, at, granted in pairs if at is not None and granted is not None]
    if not times:
        raise SystemExit("no call was granted anything")
    print(
        f"the thresholds were reached within {max(reached) - min(reached):.2f} s; {missing} calls were not granted anything, "
        f"{sum(call.ended for call in calls)} ended; {sum(call.warned for call in calls)} read of unpaid time until the grant; "
        f"the longest pause of media at a participant was {max(gaps):.2f} s", file=sys.stderr)
    return (
        f"| threshold to grant, Stripe {latency} ms | {len(calls)} | {quantile(times, 0.5) * 1000:.0f} | "
        f"{quantile(times, 0.95) * 1000:.0f} | {quantile(times, 0.99) * 1000:.0f} | {max(times) * 1000:.0f} | "
        f"{missing} | {GOAL * 1000:.0f} |")


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench money")
    parser.add_argument("--calls", type=int, default=100, help="that reach the threshold together (100)")
    parser.add_argument("--threshold", type=int, default=30, help="media seconds, and as long is a window (30)")
    parser.add_argument(
        "--latency", type=int, nargs="+", default=[0, 300], help="ms that Stripe takes for a request; a run for each (0 300)")
    parser.add_argument("--rate", type=float, default=4, help="packets/s of each participant (4)")
    options = parser.parse_args()
    print(f"{machine()}; the load generator, PostgreSQL and the stand-in for Stripe share it", file=sys.stderr)
    print("| what | calls | p50 ms | p95 ms | p99 ms | max ms | gated | goal p99 ms |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for latency in options.latency:
        print(await run(options, latency), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
