"""A customer's network is cut for ten seconds in the middle of each thing they do: the page goes on by itself, nothing is done
twice, and nothing is lost. The browser is alone at the end of a cable, and everything goes through it: HTTP, WebSocket, media."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from .cable import pulled, silent
from .chromium import ChromiumPage
from .lab.calls import browser_at
from .lab.network import HUB4, Place
from .marketplace_page import (
    attribute, become_available, becomes, fill_in_sign_in, path_of, sees_the_end, sign_in, write_question,
)
from .money import Bank, dollars, price
from .page import media_rises
from .people import Person
from .wait import until

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."


async def count(bank: Bank, table: str, person: Person, column: str = "user_id") -> int:
    """How many rows are somebody's."""
    return await bank.town.place.number(
        f"SELECT count(*) FROM {table} WHERE {column} = (SELECT id FROM users WHERE email = '{person.email}')")


async def goes_on(page: ChromiumPage) -> None:
    """The page no longer says that anything is cut off."""
    await becomes(page, "account-connection", "data-state", "open", 40)


async def cut_story(bank: Bank, place: Place, chromium: Callable[..., Awaitable[ChromiumPage]], folder: Path) -> None:
    """A card, a question, its match, the call, its payment and the rating, each with a cut in it."""
    origin = f"http://{HUB4}:{bank.town.place.http_port}"
    ada, grace = await bank.customer(card=None, name="Ada Walker"), await bank.consultant(name="Grace Indexer")
    customer = await browser_at(
        place, chromium, bank.town.place, folder, "customer",
        arguments=(f"--unsafely-treat-insecure-origin-as-secure={origin}",))
    consultant = await chromium("consultant")
    await sign_in(consultant, bank.town, grace)
    await customer.goto(f"{origin}/sign-in")
    await fill_in_sign_in(customer, ada)

    await a_card_is_stored_once(bank, customer, ada, place)
    await a_question_is_posted_once(bank, customer, ada, place)
    session = await the_call_is_not_missed(bank, customer, consultant, ada, place)
    await the_call_goes_on(customer, consultant, place)
    await the_call_ends_and_is_paid_once(bank, customer, consultant, ada, session, place)
    await a_rating_counts_once(bank, customer, ada, place)


async def a_card_is_stored_once(bank: Bank, page: ChromiumPage, payer: Person, place: Place) -> None:
    await page.click("nav-payments")
    await page.click("nav-payment-methods")
    await page.click("add-card-button")
    await page.click("pm_card_visa")
    async with silent(place):
        await page.click("store-card-button")
    await page.shows("card-news", "was added", 40)
    assert await page.run("() => document.querySelectorAll('[data-testid=card]').length") == 1
    assert await count(bank, "payment_methods", payer) == 1


async def a_question_is_posted_once(bank: Bank, page: ChromiumPage, asker: Person, place: Place) -> None:
    await write_question(page, TITLE, BODY)
    async with pulled(place):
        await page.click("ask-button")
        await page.shows("stalled", "Nothing is lost, and nothing is done twice")
        assert await page.run("() => document.querySelector('[data-testid=title-input]').value") == TITLE
    await page.shows("question-state", "In line", 40)
    assert await count(bank, "questions", asker, "customer_id") == 1
    await goes_on(page)


async def the_call_is_not_missed(
    bank: Bank, customer: ChromiumPage, consultant: ChromiumPage, asker: Person, place: Place,
) -> str:
    """The consultant accepts while the customer is away, who goes to the call as soon as they are back."""
    async with pulled(place):
        await become_available(consultant)
        await consultant.click("accept-button")
        await consultant.ready("hangup-button")
        assert (await path_of(customer)).startswith("/questions/")
    for page in (customer, consultant):
        await page.receiving(60)
    assert await count(bank, "sessions", asker, "customer_id") == 1
    return (await path_of(customer)).rsplit("/", 1)[1]


async def the_call_goes_on(customer: ChromiumPage, consultant: ChromiumPage, place: Place) -> None:
    """Neither is thrown out, the clock stands still meanwhile, and what was said in the meantime is read."""
    await media_rises([customer, consultant], 2)
    before = int(await attribute(consultant, "media-clock", "data-seconds") or 0)
    await consultant.click("chat-button")
    async with silent(place):
        await consultant.type("chat-input", "Are you there?")
        await consultant.click("chat-send")
        await becomes(consultant, "media-clock", "data-running", "false", 8)
    await customer.shows("chat-unread", "1", 40)
    for page in (customer, consultant):
        await becomes(page, "connection-state", "data-state", "connected", 40)
    await media_rises([customer, consultant], 2)
    after = int(await attribute(consultant, "media-clock", "data-seconds") or 0)
    assert before <= after <= before + 14, (before, after)


async def the_call_ends_and_is_paid_once(
    bank: Bank, customer: ChromiumPage, consultant: ChromiumPage, payer: Person, session: str, place: Place,
) -> None:
    """The customer hangs up without a network, after the free time."""
    async def charged() -> bool:
        # More than the smallest amount that a card is charged for.
        return int(await attribute(customer, "media-clock", "data-seconds") or 0) >= 25
    await until(charged, 60, "a time that is paid for")
    async with pulled(place):
        await customer.click("hangup-button")
    for page in (customer, consultant):
        await sees_the_end(page)
    billing = await bank.settled(session, payer)
    paid = billing["charged"]["amount"]
    assert paid > price(20), billing
    await customer.shows("billing-summary", f"You paid {dollars(paid)}.", 40)
    await customer.shows("invoice", f"Total{dollars(paid)}", 40)
    await bank.agrees(session, payer, paid)


async def a_rating_counts_once(bank: Bank, page: ChromiumPage, rater: Person, place: Place) -> None:
    await page.click("rating-5")
    await page.type("rating-comment", "It was an index on the wrong type.")
    async with pulled(place):
        await page.click("rating-send")
        await page.ready("stalled")
    await page.shows("rating-done", "Thank you", 40)
    assert await count(bank, "ratings", rater, "customer_id") == 1
