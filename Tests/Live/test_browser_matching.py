"""From a question to a call, in browsers, where more than one consultant or more than one tab is about it. Reached media is
decoded media. One customer's whole story is in `test_browser_customer`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from harness.marketplace import open_town
from harness.marketplace_page import (
    become_available, fill_in_profile, hang_up, path_of, sees_the_end, sign_in, write_question,
)
from harness.page import media_rises
from harness.people import Town

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."


@pytest_asyncio.fixture
async def town(tmp_path: Path, nothing_left: None) -> AsyncIterator[Town]:
    """A marketplace that puts its mail into a folder."""
    async with open_town(tmp_path / "town", "embedded", mail=False) as made:
        yield made


async def test_of_two_who_ring_one_accepts_and_the_other_is_told(town: Town, chromium):
    customer, first, second = await chromium("customer"), await chromium("consultant"), await chromium("third")
    ada = await town.resident("customer", name="Ada Walker")
    consultants = [await town.resident("consultant", name=name) for name in ("Grace Indexer", "Linus Planner")]
    for page, person in zip((first, second), consultants, strict=True):
        # Somebody new is told what is missing before anybody can ask them.
        await sign_in(page, town, person)
        await page.shows("profile-incomplete", "hourly rate")
        await fill_in_profile(page, "PostgreSQL, from schema to replication", "PostgreSQL, SQL", "120")
        await become_available(page)
    await sign_in(customer, town, ada)
    await write_question(customer, TITLE, BODY)
    await customer.click("ask-button")
    for page in (first, second):
        await page.ready("accept-button", 40)
        assert "question for you" in (await page.run("() => document.title")).lower()

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
    # A tab behind another one may be drawn once a second only.
    await consultant.tab.bring_to_front()
    await media_rises([customer, consultant], 6)
    await hang_up(consultant)
    await sees_the_end(customer)
