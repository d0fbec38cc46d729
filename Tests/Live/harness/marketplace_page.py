"""The client's pages behind the sign-in, as a customer and a consultant use them. The call among them has no token in its
address: it is reached by asking and by accepting."""

from __future__ import annotations

from .chromium import ChromiumPage
from .page import Page
from .people import Person, Town
from .wait import until


async def attribute(page: Page, testid: str, name: str) -> str | None:
    return await page.run(
        "(id, name) => document.querySelector(`[data-testid=\"${id}\"]`)?.getAttribute(name) ?? null", testid, name)


async def becomes(page: Page, testid: str, name: str, value: str, timeout: float = 20) -> None:
    """Waits until an element's attribute has this value."""
    async def has() -> bool:
        return await attribute(page, testid, name) == value
    await until(has, timeout, f"{name}={value} of {testid}; the page says {await page.page_text()!r}")


async def path_of(page: Page) -> str:
    return await page.run("() => location.pathname")


async def sign_in(page: ChromiumPage, town: Town, person: Person) -> None:
    await page.goto(f"{town.place.api}/sign-in")
    await fill_in_sign_in(page, person)


async def fill_in_sign_in(page: ChromiumPage, person: Person) -> None:
    await page.type("email-input", person.email)
    await page.type("password-input", person.password)
    await page.click("sign-in-button")
    await page.shows("user-name", person.name)
    await becomes(page, "account-connection", "data-state", "open")


async def fill_in_profile(page: ChromiumPage, headline: str, tags: str, rate: str) -> None:
    """Writes what a consultant must say before anybody can ask them, and goes back to the desk."""
    await page.click("nav-profile")
    await page.type("headline-input", headline)
    await page.type("tag-input", tags)
    await page.type("rate-input", rate)
    await page.click("save-button")
    await page.shows("saved", "Saved")
    await page.click("nav-desk")


async def become_available(page: ChromiumPage) -> None:
    await page.click("available-switch")
    await becomes(page, "availability", "data-state", "available")


async def add_card(page: ChromiumPage, card: str) -> None:
    """Stores one of the test cards of the stand-in for Stripe, on the page for it."""
    await page.click("nav-payments")
    await page.click("nav-payment-methods")
    await page.click("add-card-button")
    await page.click(card)
    await page.click("store-card-button")
    await page.shows("card-news", "was added")


async def write_question(page: ChromiumPage, title: str, body: str) -> None:
    """Fills the form, and waits for the tags that are suggested."""
    await page.click("nav-ask")
    await page.type("title-input", title)
    await page.type("body-input", body)
    await page.ready("tag")


async def hang_up(page: Page) -> None:
    await page.click("hangup-button")


async def sees_the_end(page: Page, state: str = "completed") -> str:
    """The words in which the page tells that the call is over."""
    await becomes(page, "session-over", "data-state", state)
    words = (await page.text("ended-reason")) or ""
    assert len(words.split()) >= 2, f"no words for the end: {words!r}"
    return words
