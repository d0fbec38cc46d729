"""What happens to a session's money, from accept to the last refund. A kill may come anywhere: the history goes on."""

from __future__ import annotations

from .crash_bench import Expected
from .crash_sidecar import History
from .crash_sidecar import SidecarBench as Bench


async def free(bench: Bench) -> Expected:
    """Under the threshold: hold, cancel."""
    session = await bench.accept()
    await bench.payment(session, 1, "authorized")
    await bench.join(session)
    await bench.clock(session, 10)
    await bench.end(session, 10)
    return Expected(session, {})


async def charged(bench: Bench) -> Expected:
    """A full window, eighteen seconds of the next, and a hold that is not wanted any more."""
    session = await _part(bench)
    await bench.clock(session, 36)
    await bench.payment(session, 3, "authorized")
    await bench.end(session, 38)
    return Expected(session, {1: 400, 2: 360})


async def _part(bench: Bench) -> str:
    """Up to where the first window is captured and the second one is held."""
    session = await bench.accept()
    await bench.payment(session, 1, "authorized")
    await bench.join(session)
    await bench.clock(session, 16)
    await bench.payment(session, 2, "authorized")
    await bench.clock(session, 20)
    await bench.payment(session, 1, "captured")
    await bench.horizon(session, 40)
    return session


async def _order(bench: Bench, session: str) -> None:
    """An administrator gives 1.40 back: all of the second window, and a part of the first."""
    await bench.settled(session)
    payment = await bench.one(f"SELECT id FROM payments WHERE session_id = '{session}' AND window_number = 1")
    await bench.insist(bench.admin, "POST", f"/payments/{payment}/refund", {"amount": 140, "reason": "a bad line"}, 202)


async def ordered_refund(bench: Bench) -> Expected:
    """A refund by an administrator."""
    session = await _part(bench)
    await bench.end(session, 25)
    await _order(bench, session)
    return Expected(session, {1: 400, 2: 100}, refunded=140)


async def owed_refund(bench: Bench) -> Expected:
    """A refund by the charge machine: what was captured turns out not to have flowed."""
    session = await _part(bench)
    flow = {"packets": 500, "bytes": 50_000, "lost": 0, "jitter": 0, "score": 450}
    await bench.tell(session, "record", record={
        "number": 1, "source": "relay", "endedAt": "2026-01-01T00:00:00.000Z", "milliseconds": 10_000, "startSecond": 0,
        "mediaSeconds": 10, "reconnectingSeconds": 0, "fromCustomer": flow,
        "fromConsultant": flow | {"packets": 0, "bytes": 0}})
    await bench.end(session, 25)
    return Expected(session, {1: 400, 2: 100}, refunded=200)


async def told(bench: Bench) -> Expected:
    """No answer of Stripe's arrives, and its webhooks tell everything: a hold, a capture, a cancel, a refund."""
    bench.webhooks.is_open.set()
    bench.stripe.cuts = lambda request: "Idempotency-Key" in request.headers
    try:
        session = await _part(bench)
        await bench.end(session, 20)
        await bench.settled(session)
        payment = await bench.one(f"SELECT id FROM payments WHERE session_id = '{session}' AND window_number = 1")
        await bench.insist(bench.admin, "POST", f"/payments/{payment}/refund", {"amount": 100}, 202)
        await bench.settled(session)
    finally:
        bench.stripe.cuts = lambda _: False
    return Expected(session, {1: 400}, refunded=100)


HISTORIES: dict[str, History] = {
    "free call": free, "charged call": charged, "refund by an admin": ordered_refund, "refund by itself": owed_refund,
    "told by webhooks": told,
}


def belongs(history: str, step: str) -> bool:
    """Whether a step is one of those that a history is there for."""
    is_told, is_again = "webhook" in step, step.endswith(")")
    if history == "told by webhooks":
        # Of the events that nobody here acts on, one stands for the others.
        is_ignored = "application_fee" in step or "transfer.reversed" in step
        is_again = is_again and not step.startswith("commit: what a webhook is about")
        return (is_told or "read" in step) and not is_ignored and not is_again
    if is_again:
        # The same once more, which comes or does not: it depends on whose word of two was first.
        return False
    if history == "refund by itself":
        return "refund" in step or "record" in step
    if history == "refund by an admin":
        return "refund" in step or "read" in step
    return not is_told
