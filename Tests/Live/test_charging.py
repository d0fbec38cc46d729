"""Calls over the relay that are charged: what is taken, and that everybody who keeps books says the same to the cent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from harness.money import Bank, fee, open_bank, price
from harness.wait import until


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    async with open_bank(tmp_path / "bank") as made:
        yield made


async def test_a_call_under_the_threshold_is_free_and_a_longer_one_is_charged_to_the_second(bank: Bank, tmp_path: Path):
    async def short() -> None:
        customer, consultant = await bank.customer(name="Ann Short"), await bank.consultant(name="Cora Short")
        session = await bank.accepted(customer, consultant)
        first, _ = await bank.call(session, customer, consultant)
        await bank.reaches(first, 15)
        (await customer.client.post(f"/sessions/{session}/end")).expect(200)
        await bank.agrees(session, customer, 0)
        holds = (await bank.billing(session, customer))["holds"]
        assert {hold["state"] for hold in holds} == {"cancelled"}, holds

    async def long() -> None:
        customer, consultant = await bank.customer(name="Bob Long"), await bank.consultant(name="Dora Long")
        session = await bank.accepted(customer, consultant)
        first, second = await bank.call(session, customer, consultant)
        await bank.reaches(first, 25)
        horizons = {note.params["horizonSeconds"] for note in first.wire.seen("billing.status")}
        assert horizons == {20, 40}, horizons
        (await customer.client.post(f"/sessions/{session}/end")).expect(200)
        shown = await bank.settled(session, customer)
        seconds = shown["billableSeconds"]
        assert 25 <= seconds <= 28, shown
        receipt = await bank.agrees(session, customer, price(seconds))
        assert [hold["state"] for hold in shown["holds"]][:2] == ["captured", "captured"], shown
        assert shown["holds"][0]["captured"]["amount"] == price(20)
        earned = (await consultant.client.get("/me/earnings")).expect(200)["totals"][0]
        assert earned["earned"]["amount"] == price(seconds) - fee(price(seconds)), earned

        # The receipt holds without the server.
        path, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
        path.write_text(json.dumps(receipt))
        keys.write_text(json.dumps((await customer.client.get("/.well-known/jwks.json")).expect(200)))
        code, said = await bank.town.place.run("receipt", "verify", str(path), "--keys", str(keys))
        assert code == 0, said

    # One after the other is free to be asked: each consultant has a question of their own.
    await short()
    await long()


async def test_a_card_that_declines_at_the_second_hold_ends_the_call_with_what_is_paid(bank: Bank):
    customer, consultant = await bank.customer(name="Ann Asker"), await bank.consultant(name="Cora Indexer")
    session = await bank.accepted(customer, consultant)
    first, second = await bank.call(session, customer, consultant)
    await bank.reaches(first, 3)
    await bank.add(customer, "pm_card_chargeCustomerFail")
    warned = await first.wire.expect("billing.warning", lambda warning: warning["reason"] == "unpaid", timeout=60)
    assert warned.params["secondsLeft"] == 6
    billing = await bank.billing(session, customer)
    assert billing["state"] == "failed" and billing["problem"]["code"] == "generic_decline", billing
    ended = await first.wire.expect("room.ended", timeout=30)
    assert ended.params["reason"] == "unpaid"
    # Nothing more arrives at the other side.
    count = len(second.tap.received)
    await until(lambda: second.wire.seen("room.ended") != [], 10, "the other side's end")
    assert len(second.tap.received) - count < 50
    await bank.agrees(session, customer, price(20))
    shown = (await customer.client.get(f"/sessions/{session}")).expect(200)
    assert shown["endReason"] == "unpaid" and shown["billing"]["forgone"]["amount"] > 0, shown
