"""From a question to a call, in browsers: what a customer and consultants see, hear and click, with nothing but their
accounts. Reached media is decoded media."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from harness.accessible import assert_accessible, assert_quiet
from harness.marketplace import open_town
from harness.marketplace_page import (
    become_available, fill_in_profile, hang_up, path_of, register, sees_the_end, sign_in, write_question,
)
from harness.page import media_rises, recognises
from harness.people import Town
from harness.wait import until

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."
# A page that is loaded without a sign-in asks for one, and is told that there is none.
NOBODY = "401"


@pytest_asyncio.fixture
async def town(tmp_path: Path, nothing_left: None) -> AsyncIterator[Town]:
    """A marketplace that puts its mail into a folder."""
    async with open_town(tmp_path / "town", "embedded", mail=False) as made:
        yield made


async def test_a_question_rings_is_accepted_and_becomes_a_call_that_is_rated(town: Town, chromium):
    customer, consultant = await chromium("customer"), await chromium("consultant")
    ada, grace = town.person("customer", "Ada Walker"), await town.resident("consultant", name="Grace Indexer")

    # A fresh consultant is told what is missing, says it, and becomes available.
    await sign_in(consultant, town, grace)
    assert await path_of(consultant) == "/desk"
    await consultant.shows("profile-incomplete", "hourly rate")
    await fill_in_profile(consultant, "PostgreSQL, from schema to replication", "PostgreSQL, SQL", "120")
    await become_available(consultant)
    await assert_accessible(consultant)

    # A customer registers, confirms, signs in and writes; a reload loses nothing.
    await register(customer, town, ada)
    assert await path_of(customer) == "/ask"
    await write_question(customer, TITLE, BODY)
    await customer.tab.reload()
    await customer.ready("tag")
    assert await customer.run("() => document.querySelector('[data-testid=title-input]').value") == TITLE
    await assert_accessible(customer)

    began = time.monotonic()
    await customer.click("ask-button")
    await consultant.ready("accept-button")
    rang = time.monotonic() - began
    await consultant.shows("request-title", TITLE)
    assert "question for you" in (await consultant.run("() => document.title")).lower()
    await customer.shows("matches", grace.name)
    await customer.shows("question-message", "asked")
    await assert_accessible(consultant)
    await assert_accessible(customer)

    answered = time.monotonic()
    await consultant.click("accept-button")
    for page in (customer, consultant):
        await page.receiving()
    connected = time.monotonic()
    print(f"\nthe question rang after {rang:.2f} s; from the accept to sound and picture on both sides "
          f"{connected - answered:.2f} s; question to call without the consultant's time {rang + connected - answered:.2f} s")
    assert rang + connected - answered < 15
    assert (await path_of(customer)).startswith("/sessions/")
    assert await path_of(customer) == await path_of(consultant)
    await media_rises([customer, consultant], 5)
    await recognises(customer, "consultant")
    await recognises(consultant, "customer")

    # A reload in mid-call goes back into it.
    await customer.tab.reload()
    await media_rises([customer, consultant], 2)

    await hang_up(customer)
    for page in (customer, consultant):
        print(f"{page.party} reads: {await sees_the_end(page)}")
        await assert_accessible(page)
    await customer.click("rating-5")
    await customer.type("rating-comment", "It was an index on the wrong type.")
    await customer.click("rating-send")
    await customer.shows("rating-done", "Thank you")
    assert await town.place.number(
        "SELECT count(*) FROM ratings WHERE stars = 5 AND created_at > now() - interval '5 minutes'") == 1

    # It is in both histories, and no second rating is taken.
    await customer.click("nav-sessions")
    await customer.shows("sessions", TITLE)
    await consultant.click("nav-sessions")
    await consultant.shows("sessions", ada.name)
    await customer.click("nav-questions")
    await customer.shows("questions", "Accepted")
    for page in (customer, consultant):
        assert_quiet(page, NOBODY)


async def test_of_two_who_ring_one_accepts_and_the_other_is_told(town: Town, chromium):
    customer, first, second = await chromium("customer"), await chromium("consultant"), await chromium("third")
    ada = await town.resident("customer", name="Ada Walker")
    consultants = [await town.resident("consultant", name=name) for name in ("Grace Indexer", "Linus Planner")]
    for page, person in zip((first, second), consultants, strict=True):
        await sign_in(page, town, person)
        await fill_in_profile(page, "PostgreSQL, from schema to replication", "PostgreSQL, SQL", "120")
        await become_available(page)
    await sign_in(customer, town, ada)
    await write_question(customer, TITLE, BODY)
    await customer.click("ask-button")
    for page in (first, second):
        await page.ready("accept-button", 40)

    await second.click("accept-button")
    await first.shows("departed", "faster")
    assert await first.run("() => document.querySelectorAll('[data-testid=request-card]').length") == 0
    assert await path_of(first) == "/desk"
    for page in (customer, second):
        await page.receiving()
    assert await path_of(customer) == await path_of(second)
    # The media clock of a call without a relay runs 2.5 s behind; before it has run there was no call.
    await media_rises([customer, second], 6)
    await hang_up(second)
    for page in (customer, second):
        await sees_the_end(page)


async def test_a_question_in_line_is_cancelled_and_one_of_two_tabs_takes_the_call(town: Town, chromium):
    customer, consultant = await chromium("customer"), await chromium("consultant")
    ada, grace = await town.resident("customer", name="Ada Walker"), await town.resident("consultant", name="Grace Indexer")
    await sign_in(customer, town, ada)
    await write_question(customer, TITLE, BODY)
    await customer.click("ask-button")
    await customer.shows("question-state", "In line")
    await customer.click("cancel-button")
    await customer.shows("question-state", "Cancelled")
    await customer.click("ask-again-button")
    await customer.ready("tag")
    await customer.click("ask-button")
    await customer.shows("question-state", "In line")

    # Whoever comes online is asked at once, in each of their tabs; answered in one, it is gone from the other.
    await sign_in(consultant, town, grace)
    await fill_in_profile(consultant, "PostgreSQL, from schema to replication", "PostgreSQL, SQL", "120")
    other = await consultant.tab.context.new_page()
    await other.goto(f"{town.place.api}/desk")
    await become_available(consultant)
    await consultant.ready("accept-button", 40)
    await other.get_by_test_id("request-card").wait_for()
    await consultant.click("accept-button")
    for page in (customer, consultant):
        await page.receiving()
    await other.get_by_test_id("request-card").wait_for(state="detached")
    assert await other.evaluate("location.pathname") == "/desk"
    await other.get_by_test_id("call-elsewhere").wait_for()
    await media_rises([customer, consultant], 6)
    await hang_up(consultant)
    await sees_the_end(customer)
