"""A call whose customer goes to their bank: the case, its evidence, and what the bank's decision does to the books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from harness.money import Bank, open_bank
from harness.people import Person
from harness.wait import until


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    async with open_bank(
        tmp_path / "bank", CONSULT_BILLING_THRESHOLD="3", CONSULT_BILLING_WINDOW="3", CONSULT_BILLING_WARNING="1",
        CONSULT_BILLING_GRACE="3",
    ) as made:
        yield made


async def disputes(admin: Person, session: str) -> list[dict[str, Any]]:
    return (await admin.client.get(f"/disputes?session={session}")).expect(200)["items"]


async def reaches(admin: Person, session: str, dispute: str, **fields: Any) -> dict[str, Any]:
    """Until a dispute has become this."""
    async def has_become() -> bool:
        return any(
            one["id"] == dispute and all(one[name] == value for name, value in fields.items())
            for one in await disputes(admin, session))

    await until(has_become, 30, f"a dispute with {fields}")
    return next(one for one in await disputes(admin, session) if one["id"] == dispute)


async def decide(bank: Bank, dispute: dict[str, Any], won: bool) -> None:
    await asyncio.to_thread(bank.sandbox.admin, "POST", f"disputes/{dispute['processorId']}", {"won": won})


async def test_a_disputed_call_is_answered_with_what_is_known_and_booked_won_or_lost(bank: Bank):
    admin = await bank.town.resident("admin", name="Ada Admin")
    customer = await bank.customer("pm_card_createDispute", name="Ann Asker")
    consultant = await bank.consultant(name="Cora Indexer")
    session = await bank.accepted(customer, consultant)
    first, _ = await bank.call(session, customer, consultant)
    await bank.reaches(first, 7)
    (await customer.client.post(f"/sessions/{session}/end")).expect(200)
    await bank.settled(session, customer)

    async def all_known() -> bool:
        paid = [one for one in (await admin.client.get(f"/payments?session={session}")).expect(200)["items"]
                if one["state"] == "captured"]
        return len(paid) >= 2 and len(await disputes(admin, session)) == len(paid)

    await until(all_known, 30, "a dispute of each payment")
    await bank.books_in_order()

    # The evidence is there before anybody asks for it.
    async def has_receipt() -> bool:
        return all("Invoice" in one["evidence"]["productDescription"] and "signature" in one["evidence"]["receipt"]
                   for one in await disputes(admin, session))

    await until(has_receipt, 20, "receipt and invoice in the evidence")
    found = await disputes(admin, session)
    winning, losing, *others = found
    for one in found:
        evidence = one["evidence"]
        assert (one["state"], one["evidenceState"], one["outcome"]) == ("needs_response", "ready", None), one
        assert evidence["customerName"] == "Ann Asker" and "Cora Indexer" in evidence["productDescription"], evidence
        assert "packets" in evidence["accessActivityLog"] and "not recorded" not in evidence["accessActivityLog"], evidence
        assert one["fee"] == {"amount": 1500, "currency": "usd"}, one

    # One click, once.
    (await admin.client.post(f"/disputes/{winning['id']}/evidence")).expect(202)
    (await admin.client.post(f"/disputes/{winning['id']}/evidence")).problem(409, "evidence_sent")
    sent = await reaches(admin, session, winning["id"], state="under_review", evidenceState="sent")
    at_stripe = await asyncio.to_thread(bank.sandbox.sdk().v1.disputes.retrieve, winning["processorId"])
    assert at_stripe.evidence_details.submission_count == 1
    assert at_stripe.evidence["access_activity_log"] == sent["evidence"]["accessActivityLog"]
    assert at_stripe.evidence["uncategorized_text"] == sent["evidence"]["receipt"]

    # Won: the money is back. Lost: the consultant gives their part back, once.
    await decide(bank, winning, won=True)
    await reaches(admin, session, winning["id"], state="won", outcome="won", recoveryState="none")
    for one in [losing, *others]:
        await decide(bank, one, won=False)
    taken_back = 0
    for one in [losing, *others]:
        lost = await reaches(admin, session, one["id"], state="lost", outcome="lost", recoveryState="done")
        amount, owed = lost["amount"]["amount"], lost["owed"]["amount"]
        assert lost["lost"]["amount"] == amount and lost["recovered"] == lost["owed"], lost
        assert abs(owed - amount * 85 // 100) <= 1, lost
        taken_back += owed
    (await admin.client.post(f"/disputes/{losing['id']}/evidence")).problem(409, "dispute_closed")
    rows = await bank.town.place.query(f"""
        SELECT coalesce(sum(amount) FILTER (WHERE ledger_accounts.kind = 'disputes'), 0),
            coalesce(sum(amount) FILTER (WHERE ledger_accounts.kind = 'consultant_payable'
                AND ledger_transactions.kind = 'dispute_lost'), 0)
        FROM ledger_entries JOIN ledger_transactions ON transaction_id = ledger_transactions.id
            JOIN ledger_accounts ON ledger_accounts.id = account_id WHERE session_id = '{session}'""")
    assert [int(value) for value in rows[0]] == [0, taken_back], rows
    await bank.books_in_order()

    # What a bank has given them is not given back once more.
    (await admin.client.post(f"/payments/{losing['paymentId']}/refund", {})).problem(409, "payment_disputed")
