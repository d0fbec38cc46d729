"""A customer's whole story at the client's own pages, with the real server, its database, its mail and the stand-in for Stripe:
by keyboard alone in Chromium, by clicks in Firefox, and with the network cut in the middle of every step."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from harness.accessible import assert_quiet
from harness.chromium import ChromiumPage
from harness.customer import Customer, shortcuts
from harness.cut_story import cut_story
from harness.gallery import Gallery
from harness.hands import Clicks, Keyboard
from harness.lab.network import HUB4, Network
from harness.marketplace_page import attribute, become_available, becomes, sees_the_end, sign_in
from harness.money import Bank, dollars, fee, open_bank, price
from harness.page import Page, media_rises, recognises
from harness.people import Person
from harness.server import ROOT
from harness.wait import until

# A page that is loaded without a sign-in asks for one, and is told that there is none.
NOBODY = "401"
# An invoice is asked for as soon as all is settled, and written a moment later.
NOT_YET = "404"
# The page of a call first asks for a place in it, and is told that it is over.
OVER = "409"
MOST_SCRIPT = 200_000
"""Bytes of JavaScript that the first page may load, as they come over the network."""
SCRIPTS = """() => performance.getEntriesByType("resource").filter((one) => new URL(one.name).pathname.endsWith(".js"))
    .map((one) => ({ path: new URL(one.name).pathname, encodedBodySize: one.encodedBodySize, decodedBodySize: one.decodedBodySize }))"""
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    const first = list.getEntriesByName("first-contentful-paint")[0];
    if (first) resolve(first.startTime);
}).observe({ type: "paint", buffered: true }))"""
ALARMS = """
window.__alarms = 0;
new MutationObserver(() => {
    if (document.querySelector('[data-testid=billing-warning][data-reason=unpaid]')) window.__alarms += 1;
}).observe(document, { childList: true, subtree: true, attributes: true });
"""
"""Remembers whether the page spoke of unpaid time, be it for a moment."""


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    async with open_bank(tmp_path / "bank") as made:
        yield made


async def first_load(page: ChromiumPage) -> None:
    """What the first page costs whoever opens it."""
    loaded = await page.run(SCRIPTS)
    assert loaded, "no script was loaded"
    packed, plain = (sum(one[size] for one in loaded) for size in ("encodedBodySize", "decodedBodySize"))
    assert 0 < packed < plain / 2, "the scripts did not come packed"
    told = {"scriptBytes": packed, "scriptFiles": len(loaded), "paintedMilliseconds": round(await page.run(PAINTED)), "scripts": loaded}
    (ROOT / ".build/test").mkdir(parents=True, exist_ok=True)
    (ROOT / ".build/test/first-page.json").write_text(json.dumps(told, indent=2) + "\n")
    print(f"\nfirst page: {packed / 1000:.1f} kB of JavaScript in {len(loaded)} files, painted after {told['paintedMilliseconds']} ms")
    assert packed < MOST_SCRIPT, loaded


async def talks(customer: Customer, consultant: ChromiumPage) -> None:
    """The free minutes with their warning and the way out, and on into what is paid for."""
    page, hands = customer.page, customer.hands
    first = dollars(price(20))
    await page.shows("charge-text", f"Free until 00:20, then {first} · {first} held in case the call goes on")
    await consultant.shows("charge-text", "Free for the customer until 00:20 · the time after it is secured")
    await consultant.click("chat-button")
    await consultant.type("chat-input", "Which type has the column?")
    await consultant.click("chat-send")
    await page.shows("chat-unread", "1")
    await page.shows("billing-warning", f"Then {first} is charged", 40)
    await page.ready("end-now-button")
    assert await consultant.text("end-now-button") is None
    await customer.glance("call-warning")
    await hands.press("chat-button")
    await page.shows("chat-messages", "Which type has the column?")
    assert await page.text("chat-unread") is None
    await hands.press("chat-button")
    await clock_reaches(page, 20)
    await page.shows("charge-text", f"Charged {first} so far")
    await page.shows("charge-text", f"{dollars(price(60))} a minute by the second")
    await page.shows("charge-text", f"{first} held for the time that follows")
    await consultant.shows("charge-text", f"Charged {first} so far")
    for one in (page, consultant):
        await one.shows("time-left", "paid for")
        assert await one.text("billing-warning") is None
    # More than the smallest amount that a card is charged for.
    await clock_reaches(page, 25)


async def clock_reaches(page: Page, seconds: int) -> None:
    async def shown() -> bool:
        return int(await attribute(page, "media-clock", "data-seconds") or 0) >= seconds
    await until(shown, seconds + 40, f"{seconds} s on the clock")


async def settles(bank: Bank, customer: Customer, consultant: ChromiumPage, session: str) -> int:
    """Both pages, the books, Stripe, the invoice and the receipt say the same; what was charged."""
    payer = customer.person
    await payer.sign_in()
    billing = await bank.settled(session, payer)
    charged = price(billing["billableSeconds"])
    assert price(20) < charged, billing
    await customer.page.shows("billing-summary", f"You paid {dollars(charged)}.", 30)
    await consultant.shows(
        "billing-summary", f"The customer paid {dollars(charged)}; {dollars(charged - fee(charged))} of it is yours, "
        f"{dollars(fee(charged))} is the platform's part.", 30)
    for page in (customer.page, consultant):
        await becomes(page, "billing", "data-state", "settled", 30)
        await page.shows("invoice", f"Total{dollars(charged)}", 30)
        await page.ready("invoice-pdf")
        await page.shows("receipt-sums", "counts")
        assert await page.run("() => document.querySelectorAll('[data-testid=slice]').length") > 0
        assert await page.run(
            "() => [...document.querySelectorAll('[data-testid=hold]')].map((one) => one.dataset.state)") == [
                hold["state"] for hold in billing["holds"]]
    # Full windows, and the part of the last one.
    *full, last = [hold["captured"]["amount"] for hold in billing["holds"] if hold["captured"]["amount"] > 0]
    assert full and set(full) == {price(20)} and 0 < last <= price(20) and sum(full) + last == charged, billing
    receipt = await bank.agrees(session, payer, charged)
    assert receipt["totals"]["billableSeconds"] == billing["billableSeconds"]
    return charged


async def story(bank: Bank, customer: Customer, consultant: ChromiumPage, payee: Person) -> None:
    page, hands = customer.page, customer.hands
    await sign_in(consultant, bank.town, payee)
    await become_available(consultant)
    await customer.goes_in()
    await customer.writes()
    await customer.checks(hears=isinstance(page, ChromiumPage))
    await customer.adds_card()
    session = await customer.asks(consultant)
    await media_rises([page, consultant], 2)
    # A reload in mid-call goes back into it.
    await page.goto(f"{bank.town.place.api}/sessions/{session}")
    await media_rises([page, consultant], 2)
    await recognises(page, "consultant")
    await talks(customer, consultant)
    if isinstance(page, ChromiumPage):
        assert isinstance(hands, Keyboard)
        await recognises(consultant, "customer")
        await consultant.click("screen-button")
        await becomes(page, "stage", "data-layout", "screen")
        await until(lambda: frames(page), 10, "frames of the screen")
        await customer.look("call-screen", whole=False)
        await consultant.click("screen-button")
        await becomes(page, "stage", "data-layout", "speaker")
        await shortcuts(customer, hands)
        for one in (page, consultant):
            assert await one.run("() => window.__alarms") == 0, "the page spoke of unpaid time, and all was paid"
    await hands.press("hangup-button")
    for one, why in ((page, "You ended the call."), (consultant, "The customer ended the call.")):
        await sees_the_end(one)
        await one.shows("ended-reason", why)
    charged = await settles(bank, customer, consultant, session)
    await customer.look("over")
    await customer.rates(4, "It was an index on the wrong type.")
    # Said once, and shown from then on.
    await page.goto(f"{bank.town.place.api}/sessions/{session}")
    await becomes(page, "rating-given", "data-stars", "4")
    assert await bank.town.place.number(f"SELECT count(*) FROM ratings WHERE session_id = '{session}' AND stars = 4") == 1
    await customer.looks_back(charged)
    await consultant.click("nav-earnings")
    await consultant.shows("totals", dollars(charged - fee(charged)))


async def frames(page: Page) -> bool:
    return await page.screen_frames() > 5


@pytest.mark.timeout(300)
async def test_a_customer_goes_from_the_first_page_to_the_invoice_by_keyboard_alone(bank: Bank, chromium):
    page, consultant = await chromium("customer", scripts=(ALARMS,)), await chromium("consultant", scripts=(ALARMS,))
    await page.tab.set_viewport_size({"width": 1280, "height": 800})
    gallery = Gallery("customer")

    await page.goto(bank.town.place.api + "/")
    await page.ready("register-link")
    await first_load(page)
    customer = Customer(Keyboard(page), bank, bank.town.person("customer", "Ada Walker"), page, gallery)
    await story(bank, customer, consultant, await bank.consultant(name="Grace Indexer"))
    for one in (page, consultant):
        assert_quiet(one, NOBODY, NOT_YET, OVER)


@pytest.mark.timeout(400)
async def test_a_customer_in_firefox_and_one_whose_network_is_cut_in_every_step_come_to_the_same_end(
    network: Network, chromium, firefox, tmp_path: Path,
):
    """Each in a marketplace of their own. The one with the cuts mostly waits, and the other uses that time."""
    async with open_bank(tmp_path / "bank") as bank, open_bank(
        tmp_path / "cut", CONSULT_BIND="0.0.0.0", CONSULT_RELAY_ADDRESSES=HUB4,
    ) as far:
        far.town.place.host = HUB4
        place = network.place("customer")
        page, consultant = await firefox("customer"), await chromium("consultant")
        customer = Customer(Clicks(page), bank, bank.town.person("customer", "Ada Walker"))
        await asyncio.gather(
            story(bank, customer, consultant, await bank.consultant(name="Grace Indexer")),
            cut_story(far, place, chromium, tmp_path))
