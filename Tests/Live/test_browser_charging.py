"""Calls that end before they are charged, and where nobody pays on, between browsers on the web client's own pages: what their
two people are told of the money, and that everybody who keeps books agrees to the cent. A call that is charged to the second is
in `test_browser_customer`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from harness.accessible import assert_accessible, assert_quiet
from harness.chromium import ChromiumPage
from harness.marketplace_page import (
    add_card, attribute, become_available, becomes, path_of, sees_the_end, sign_in, write_question,
)
from harness.money import Bank, dollars, fee, open_bank, price
from harness.page import media_rises
from harness.people import Person
from harness.wait import until

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."
# A page that is loaded without a sign-in asks for one, and is told that there is none.
NOBODY = "401"
# An invoice is asked for as soon as all is settled, and written a moment later.
NOT_YET = "404"
# Remembers the page's connections, so that their end is seen although the client has let go of them.
CONNECTIONS = """
window.__connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) { super(...options); window.__connections.push(this); }
};
"""


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    async with open_bank(tmp_path / "bank") as made:
        yield made


@dataclass
class Call:
    """Two people in a call, each at a page."""

    customer: ChromiumPage
    consultant: ChromiumPage
    payer: Person
    payee: Person
    session: str

    @property
    def pages(self) -> list[ChromiumPage]:
        return [self.customer, self.consultant]

    async def clock(self) -> int:
        """The media seconds that both pages show at least."""
        shown = [await attribute(page, "media-clock", "data-seconds") for page in self.pages]
        return min(int(seconds or 0) for seconds in shown)

    async def reaches(self, seconds: int) -> None:
        async def shown() -> bool:
            return await self.clock() >= seconds
        await until(shown, seconds + 30, f"{seconds} s on both clocks", every=0.1)


async def call(bank: Bank, chromium) -> Call:
    """A customer stores a card and asks, a consultant accepts; both see and hear each other and read how the money stands."""
    payer, payee = await bank.customer(card=None, name="Ann Asker"), await bank.consultant(name="Cora Indexer")
    customer, consultant = [await chromium(party, scripts=(CONNECTIONS,)) for party in ("customer", "consultant")]
    await sign_in(consultant, bank.town, payee)
    await sign_in(customer, bank.town, payer)
    await customer.shows("no-card", "free under 20 seconds")
    await add_card(customer, "pm_card_visa")
    await write_question(customer, TITLE, BODY)
    await become_available(consultant)
    await customer.click("ask-button")
    await consultant.click("accept-button")
    for page in (customer, consultant):
        await page.receiving()
    session = (await path_of(customer)).rsplit("/", 1)[1]
    made = Call(customer, consultant, payer, payee, session)
    await customer.shows("charge-text", f"Free until 00:20, then {dollars(price(20))} · {dollars(price(20))} held in case the call goes on")
    await consultant.shows("charge-text", "Free for the customer until 00:20 · the time after it is secured")
    for page in made.pages:
        await page.shows("time-left", "free left")
    return made


async def over(made: Call, *words: str) -> None:
    """Both pages tell that the call is over and why, and nothing flows any more."""
    for page, why in zip(made.pages, words, strict=True):
        await sees_the_end(page)
        await page.shows("ended-reason", why)
        assert await page.run("() => window.__connections.length") > 0
        await until(
            lambda page=page: page.run("() => window.__connections.every((one) => one.connectionState === 'closed')"),
            5, "the end of the page's connections")
        assert await page.inbound() is None


async def papers(made: Call, charged: int, holds: list[str]) -> None:
    """What the session's page says of a call that is settled: the sum, its holds, the invoice, and what was measured."""
    for page in made.pages:
        await becomes(page, "billing", "data-state", "settled", 30)
        await page.ready("receipt-sums")
        assert await page.run(
            "() => [...document.querySelectorAll('[data-testid=hold]')].map((one) => one.dataset.state)") == holds
        assert await page.run("() => document.querySelectorAll('[data-testid=slice]').length") > 0
        await page.shows("receipt-sums", "counts")
        if charged:
            await page.shows("invoice", f"Total{dollars(charged)}")
            await page.ready("invoice-pdf")
        else:
            assert await page.text("invoice") is None
        await assert_accessible(page)
        assert_quiet(page, NOBODY, NOT_YET)


async def test_a_call_under_the_threshold_costs_nothing(bank: Bank, chromium):
    made = await call(bank, chromium)
    await made.reaches(15)
    for page in made.pages:
        await page.shows("billing-warning", "The free minutes end soon")
    # In time: whoever pays is offered a way out beside the warning.
    await made.customer.click("end-now-button")
    await over(made, "You ended the call.", "The customer ended the call.")
    for page in made.pages:
        await page.shows("billing-summary", "Nothing was charged: the call stayed within its free time.", 30)
    await papers(made, 0, ["cancelled"] * len((await bank.billing(made.session, made.payer))["holds"]))
    await bank.agrees(made.session, made.payer, 0)
    await made.customer.click("nav-payments")
    await made.customer.shows("payments", "was held and is free again: nothing was charged.")


async def test_a_card_that_declines_at_the_second_hold_ends_the_call_with_what_is_paid(bank: Bank, chromium):
    made = await call(bank, chromium)
    bank.sandbox.admin("POST", "faults", {"kind": "declined", "match": {
        "method": "POST", "pathPrefix": "/v1/payment_intents", "formContains": "metadata%5Bwindow%5D=2"}})
    # Both are told as soon as the bank has said no, while the call is still free.
    await made.customer.shows(
        "charge-text", "Your card was declined. Add another card to go on; the call ends at 00:20 otherwise.", 40)
    await made.consultant.shows(
        "charge-text", "The customer's card was declined: the call ends at 00:20 unless they add another one.")
    assert await made.clock() < 20
    await made.customer.ready("charge-add-card")
    assert await made.consultant.text("charge-add-card") is None
    # The grace: a countdown, and media that goes on.
    for page in made.pages:
        await becomes(page, "billing-warning", "data-reason", "unpaid")
        await page.shows("billing-warning", "The next minutes are not paid for. Without payment the call ends.")
        assert re.search(r"00:0[1-6]", await page.text("billing-warning") or "")
        assert await page.text("time-left") == "grace period"
    await media_rises(made.pages, 2)
    await over(made, "no further payment came", "the customer paid for no more")

    charged = price(20)
    billing = await bank.settled(made.session, made.payer)
    assert billing["problem"] is None or billing["problem"]["code"] == "generic_decline", billing
    await made.customer.shows("billing-summary", f"You paid {dollars(charged)}.", 30)
    await made.customer.shows("billing", f"{dollars(billing['forgone']['amount'])} is for time that nothing was held for.")
    await made.consultant.shows("billing-summary", f"The customer paid {dollars(charged)}; {dollars(charged - fee(charged))}", 30)
    await papers(made, charged, ["captured", "failed"])
    await bank.agrees(made.session, made.payer, charged)
