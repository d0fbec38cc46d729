"""The links in mails, as a person follows them: on the sidecar's own page, and on the signaling core's, from which the API
is at another origin."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from harness.accessible import assert_accessible, assert_quiet
from harness.chromium import ChromiumPage
from harness.marketplace import open_town
from harness.people import Person, Town
from harness.wait import until

ANOTHER_PASSWORD = "nine lanterns by the sea"
DOORS = ["sidecar", "signaling"]


@pytest_asyncio.fixture
async def town(tmp_path: Path, nothing_left: None) -> AsyncIterator[Town]:
    """A marketplace that puts its mail into a folder."""
    async with open_town(tmp_path / "town", "embedded", mail=False) as made:
        yield made


def link_of(letter: str) -> str:
    found = re.search(r"https?://\S+#token=\S+", letter)
    assert found, f"no link in: {letter}"
    return found[0]


def at(town: Town, door: str, address: str) -> str:
    """The address, which is the sidecar's, at one of the two servers."""
    assert address.startswith(town.place.api + "/"), address
    return address if door == "sidecar" else address.replace(town.place.api, town.place.base)


async def location(page: ChromiumPage) -> str:
    return await page.run("() => location.href")


async def is_verified(town: Town, person: Person) -> bool:
    return await town.place.number(
        f"SELECT count(*) FROM users WHERE email = '{person.email}' AND email_verified_at IS NOT NULL") == 1


async def has_focus(page: ChromiumPage, selector: str) -> None:
    await until(lambda: page.run("selector => document.activeElement.matches(selector)", selector), 5, f"focus on {selector}")


@pytest.mark.parametrize("door", DOORS)
async def test_an_address_is_confirmed_by_one_click_and_not_by_opening_the_link(town: Town, chromium, door: str):
    ada = town.person(name="Ada Walker")
    (await ada.register()).expect(201)
    link = at(town, door, link_of(await town.mail(ada)))
    page = await chromium("customer")
    await page.goto(link)
    await page.ready("confirm-button")
    await has_focus(page, "h1")
    assert await location(page) == link.partition("#")[0], "the token stays in the address bar"
    await assert_accessible(page)
    assert not await is_verified(town, ada)

    await page.click("confirm-button")
    await page.shows("verified", "confirmed")
    await has_focus(page, "h1")
    assert await is_verified(town, ada)
    assert (await ada.sign_in())["user"]["emailVerified"] is True
    assert_quiet(page)

    # The link holds once. Put into the address bar of the same tab it loads nothing, and is read all the same.
    await page.goto(link)
    await page.click("confirm-button")
    await page.shows("dead-link", "does not hold any more")
    await has_focus(page, "h1")
    await assert_accessible(page)
    assert_quiet(page, "422")


@pytest.mark.parametrize("door", DOORS)
async def test_a_forgotten_password_is_replaced(town: Town, chromium, door: str):
    bob = town.person(name="Bob Keeper")
    (await bob.register()).expect(201)
    await town.mail(bob)
    page = await chromium("customer")

    # Asking for the link; an address without an account gets the same answer.
    reset = at(town, door, f"{town.place.api}/reset-password")
    said = []
    for address in ("nobody@example.test", bob.email):
        await page.goto(reset)
        await page.ready("email-input")
        await assert_accessible(page)
        await page.type("email-input", address)
        await page.click("send-button")
        await page.shows("reset-requested", "If there is an account")
        said.append(await page.text("reset-requested"))
    assert said[0] == said[1]

    link = at(town, door, link_of(await town.mail(bob)))
    await page.goto(link)
    await page.ready("password-input")
    assert await location(page) == reset, "the token stays in the address bar"

    # What is wrong is said at its field before anything is sent, and by the server where only it knows.
    for password, repeated, field, words in (
        ("short", "short", "password-input", "at least 8 characters"),
        (ANOTHER_PASSWORD, ANOTHER_PASSWORD + "x", "repeat-input", "not the same"),
        ("bob keeper", "bob keeper", "password-input", "else than your name"),
    ):
        await page.type("password-input", password)
        await page.type("repeat-input", repeated)
        await page.click("change-button")
        await page.shows("choose-password", words)
        await has_focus(page, f"[data-testid={field}][aria-invalid=true]")
    await assert_accessible(page)
    assert_quiet(page, "422")

    await page.type("password-input", ANOTHER_PASSWORD)
    await page.type("repeat-input", ANOTHER_PASSWORD)
    await page.click("change-button")
    await page.shows("password-changed", "Sign in with the new one")
    assert "was changed" in await town.mail(bob)

    (await bob.client.post("/auth/login", {"email": bob.email, "password": bob.password})).problem(401, "invalid_credentials")
    bob.password = ANOTHER_PASSWORD
    assert (await bob.sign_in())["user"]["emailVerified"] is True

    # A link that was used leads to a new one.
    await page.goto(link)
    await page.type("password-input", ANOTHER_PASSWORD)
    await page.type("repeat-input", ANOTHER_PASSWORD)
    await page.click("change-button")
    await page.shows("dead-link", "does not hold any more")
    await page.click("new-link-button")
    await page.ready("email-input")


@pytest.mark.parametrize("door", DOORS)
async def test_a_page_of_either_server_signs_in_and_stays_signed_in_by_cookie(town: Town, chromium, door: str):
    eve = await town.resident(name="Eve Visitor")
    page = await chromium("customer")
    await page.goto(at(town, door, f"{town.place.api}/reset-password"))
    await page.ready("email-input")
    statuses = await page.run(
        """async (email, password) => {
            const { api } = await (await fetch("/config.json")).json();
            const post = async (path, body) => (await fetch(api + path, {
                method: "POST", credentials: "include", body: body && JSON.stringify(body),
                headers: body ? { "Content-Type": "application/json" } : {},
            })).status;
            return [await post("/auth/login", { email, password }), await post("/auth/refresh"), await post("/auth/logout"),
                    await post("/auth/refresh")];
        }""", eve.email, eve.password)
    assert statuses == [200, 200, 204, 401]


async def test_too_many_clicks_and_a_lost_network_are_said_with_a_way_on(town: Town, chromium):
    page = await chromium("customer")
    await page.goto(f"{town.place.api}/verify-email#token=abc")
    await page.tab.route("**/auth/verify-email", lambda route: route.abort())
    await page.click("confirm-button")
    await page.shows("error", "could not be reached")
    await page.tab.unroute("**/auth/verify-email")
    await page.tab.route("**/auth/verify-email", lambda route: route.fulfill(
        status=429, headers={"Content-Type": "application/problem+json", "Retry-After": "30"},
        body='{"status": 429, "code": "rate_limited", "title": "Too Many Requests", "detail": "Too many requests."}'))
    await page.click("confirm-button")
    await page.shows("error", "in 30 seconds")
    await assert_accessible(page)
    await page.tab.unroute("**/auth/verify-email")
    await page.click("confirm-button")
    await page.shows("dead-link", "does not hold any more")


async def test_a_server_without_accounts_says_so(serve, chromium):
    server = await serve()
    page = await chromium("customer")
    await page.goto(f"{server.base}/verify-email#token=abc")
    await page.shows("no-accounts", "no accounts")
    await assert_accessible(page)
    await page.goto(f"{server.base}/reset-password")
    await page.shows("no-accounts", "no accounts")
