"""`consult ledger check` beside a running server: we and Stripe agree, what is found where not, what a repair does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from harness.money import Bank, open_bank


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    settings = {"CONSULT_BILLING_THRESHOLD": "3", "CONSULT_BILLING_WINDOW": "3", "CONSULT_BILLING_WARNING": "1"}
    async with open_bank(tmp_path / "bank", **settings) as made:
        yield made


async def check(bank: Bank, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document."""
    place = bank.town.place
    url = f"postgresql://consult@/consult?host={place.postmaster.socket_folder}&port=5432"
    code, said = await place.run("ledger", "check", "--json", *options, CONSULT_DATABASE_URL=url)
    return code, json.loads(said[said.index("{"):said.rindex("}") + 1])


def rules(document: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(finding["rule"], finding["isRepaired"]) for finding in document["stripe"]["findings"]]


async def test_what_stripe_is_ahead_with_is_found_and_repaired_and_the_rest_is_said(bank: Bank):
    customer, consultant = await bank.customer(name="Ann Checker"), await bank.consultant(name="Cora Checker")
    session = await bank.accepted(customer, consultant)
    first, _ = await bank.call(session, customer, consultant)
    await bank.reaches(first, 5)
    (await customer.client.post(f"/sessions/{session}/end")).expect(200)
    charged = (await bank.settled(session, customer))["charged"]["amount"]
    assert charged >= 60

    code, document = await check(bank)
    assert (code, document["inOrder"], rules(document)) == (0, True, []), document
    assert document["stripe"]["compared"] and document["stripe"]["payments"] >= 2, document
    code, document = await check(bank, "--books-only")
    assert code == 0 and not document["stripe"]["compared"], document

    # Somebody gives money back on Stripe's pages, and nobody tells us.
    client = bank.sandbox.sdk()
    intents = client.v1.payment_intents.list({"limit": 100}).data
    paid = next(intent for intent in intents if intent.status == "succeeded")
    lost = {"kind": "webhook_lost", "match": {"method": "POST", "pathPrefix": "/v1/refunds"}}
    bank.sandbox.admin("POST", "faults", lost)
    await asyncio.to_thread(client.v1.refunds.create, {
        "payment_intent": paid.id, "amount": 10, "refund_application_fee": True, "reverse_transfer": True})
    code, document = await check(bank)
    assert (code, rules(document)) == (1, [("refund_missed", False)]), document
    code, document = await check(bank, "--repair")
    assert (code, rules(document)) == (0, [("refund_missed", True)]), document
    code, document = await check(bank, "--repair")
    assert (code, rules(document)) == (0, []), document
    figures = await bank.in_the_ledger(session)
    assert figures.charged == charged - 10 and figures == await asyncio.to_thread(bank.at_stripe, session)
    assert (await bank.settled(session, customer))["refunded"]["amount"] == 10

    # A payment that we did not make, with our names on it.
    behind = await asyncio.to_thread(client.v1.payment_intents.create, {
        "amount": 500, "currency": "usd", "capture_method": "manual", "confirm": True, "customer": paid.customer,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "payment_method": paid.payment_method, "off_session": True,
        "metadata": {"payment": f"cc-{session}-w9-a1", "session": session}})
    code, document = await check(bank, "--repair")
    assert (code, rules(document)) == (1, [("payment_unknown", False)]), document
    assert document["stripe"]["findings"][0]["subject"] == behind.id
    admin = await bank.town.resident("admin", name="Olga Operator")
    last = (await admin.client.get("/ops/reconciliation")).expect(200)["last"]
    assert (last["trigger"], last["state"], last["found"], last["repaired"]) == ("command", "done", 1, 0), last
    assert [finding["rule"] for finding in last["findings"]] == ["payment_unknown"]
    await asyncio.to_thread(client.v1.payment_intents.cancel, behind.id)
    code, document = await check(bank)
    assert (code, rules(document)) == (0, []), document
