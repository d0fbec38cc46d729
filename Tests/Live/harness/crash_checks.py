"""What must hold of a session whose processes were killed: by Stripe, by the ledger, by the tables and by the API."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from .crash_bench import Bench, Expected
from .stripe_sandbox import StripeSandbox

STUCK = {
    "an unanswered request": "SELECT count(*) FROM payment_requests WHERE state <> 'answered'",
    "a charge that is not settled": "SELECT count(*) FROM charges WHERE state <> 'settled'",
    "a session that goes on": "SELECT count(*) FROM sessions WHERE state IN ('pending', 'active')",
    "a hold that is left": """SELECT count(*) FROM payments
        WHERE state IN ('created', 'authorized', 'cancelling', 'refunding')""",
    "an event that is left": "SELECT count(*) FROM outbox_events WHERE queue = 'sidecar' AND state <> 'delivered'",
    "a webhook that is left": "SELECT count(*) FROM stripe_events WHERE state NOT IN ('handled', 'ignored')",
    "two captures of a window": """SELECT count(*) FROM (SELECT FROM payments WHERE captured_amount > 0
        GROUP BY session_id, window_number HAVING count(*) > 1) AS twice""",
    "books out of balance": """SELECT count(*) FROM (SELECT FROM ledger_entries GROUP BY transaction_id, currency
        HAVING sum(amount) <> 0) AS wrong""",
    "a charge without an invoice": """SELECT count(*) FROM charges JOIN payments USING (session_id)
        WHERE captured_amount > 0 AND NOT EXISTS (
            SELECT FROM invoices WHERE invoices.session_id = charges.session_id)""",
    "two invoices of a session": """SELECT count(*) FROM (SELECT FROM invoices WHERE kind = 'invoice'
        GROUP BY session_id HAVING count(*) > 1) AS twice""",
}
"""Counts of what must not be, of all sessions of the database."""


def fee(charged: int) -> int:
    """The platform's part, half up."""
    return (charged * 1500 * 2 + 10_000) // 20_000


async def problems(bench: Bench, expected: Expected, began: float) -> list[str]:
    """What does not hold; nothing where all is well."""
    found = [what for what, count in STUCK.items() if await bench.one(count) != "0"]
    captured, refunded, kept, left = await asyncio.to_thread(at_stripe, bench.sandbox, expected.session, int(began) - 1)
    found += left
    wanted = {window: [amount] for window, amount in expected.captured.items()}
    if captured != wanted:
        found.append(f"captured at Stripe: {captured}, not {wanted}")
    total = sum(expected.captured.values()) - expected.refunded
    if refunded != expected.refunded:
        found.append(f"refunded at Stripe: {refunded}, not {expected.refunded}")
    if kept != fee(total):
        found.append(f"the fee at Stripe: {kept}, not {fee(total)}")
    books = await bench.bank.in_the_ledger(expected.session)
    if (books.charged, books.fee) != (total, fee(total)):
        found.append(f"the ledger says {books}")
    shown = await bench.bank.billing(expected.session, bench.customer)
    if (shown["state"], shown["charged"]["amount"], shown["fee"]["amount"]) != ("settled", total, fee(total)):
        found.append(f"people read {shown}")
    return found


def at_stripe(sandbox: StripeSandbox, session: str, since: int) -> tuple[dict[int, list[int]], int, int, list[str]]:
    """By the official SDK: each window's captures, what was given back, the fee that is left, and what must not be."""
    client = sandbox.sdk()
    captured: dict[int, list[int]] = defaultdict(list)
    refunded, kept, left = 0, 0, []
    for intent in client.v1.payment_intents.list({"limit": 100, "created": {"gte": since}}).auto_paging_iter():
        if intent.metadata["session"] != session:
            continue
        if intent.status != "succeeded":
            if intent.status != "canceled":
                left.append(f"a payment at Stripe is {intent.status}")
            continue
        charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["application_fee"]})
        captured[int(intent.metadata["window"])].append(charge.amount_captured)
        refunded += charge.amount_refunded
        kept += charge.application_fee.amount - charge.application_fee.amount_refunded
    return dict(captured), refunded, kept, left
