"""A customer's story, from the first page to the invoice, told once for every browser and every kind of hands."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from .chromium import ChromiumPage
from .gallery import Gallery
from .hands import Hands, Keyboard, value_of
from .marketplace_page import attribute, becomes, path_of
from .money import RATE, Bank, dollars, price
from .page import Page
from .people import Person
from .wait import until

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."
FIT = ("good", "fair")
"""What a network may be found to be here: the machine that carries the trial call may be busy with others."""
PRICE = f"${RATE // 100}/h, free under 20 seconds, then {dollars(price(20))}, then by the second"

@dataclass
class Customer:
    """Somebody who has never been here, at a page, with hands."""

    hands: Hands
    bank: Bank
    person: Person
    window: ChromiumPage | None = None
    gallery: Gallery | None = None
    """Where pictures of each page are kept, and each page is held to what pages are held to."""

    @property
    def page(self) -> Page:
        return self.hands.page

    async def look(self, name: str, whole: bool = True) -> None:
        if self.gallery is not None and self.window is not None:
            await self.gallery.look(self.window, name, whole)

    async def glance(self, name: str) -> None:
        """At what passes quickly."""
        if self.gallery is not None and self.window is not None:
            await self.gallery.glance(self.window, name)

    async def goes_in(self) -> None:
        """From the first page through the registration and the mail to the form for a question."""
        page, hands, person = self.page, self.hands, self.person
        await page.goto(self.bank.town.place.api + "/")
        await page.shows("available-now", PRICE)
        await self.look("first")
        await hands.press("register-link")
        await hands.write("name-input", person.name)
        await hands.write("email-input", person.email)
        # What was typed survives a reload; a password is kept nowhere.
        await page.goto(self.bank.town.place.api + "/register")
        await page.ready("email-input")
        assert await value_of(page, "email-input") == person.email
        await hands.write("password-input", person.password)
        await self.look("register")
        await hands.press("register-button")
        await page.shows("registered", "mailbox")
        await self.look("registered")
        found = re.search(r"https?://\S+#token=\S+", await self.bank.town.mail(person))
        assert found, "no link in the mail"
        await page.goto(found[0])
        await self.look("confirm")
        await hands.press("confirm-button")
        await page.shows("verified", "confirmed")
        await hands.press("sign-in-link")
        await self.signs_in()

    async def signs_in(self) -> None:
        page, hands = self.page, self.hands
        await page.ready("sign-in-button")
        await self.look("sign-in")
        await hands.write("email-input", self.person.email)
        await hands.write("password-input", self.person.password)
        await hands.press("sign-in-button")
        await page.shows("user-name", self.person.name)
        await becomes(page, "account-connection", "data-state", "open")

    async def writes(self) -> None:
        """A question with its tags, of which one is the customer's own; the price stands beside it."""
        page, hands = self.page, self.hands
        await page.ready("title-input")
        await hands.write("title-input", TITLE)
        await hands.write("body-input", BODY)
        await page.ready("tag")
        await hands.write("tag-input", "Indexes")
        await hands.press("tag-add")
        await page.shows("question-tags", "Indexes")
        await page.shows("price-note", "Asking costs nothing")
        await page.shows("available-now", PRICE)
        await self.look("ask")
        await hands.press("profile-button")
        await page.shows("consultant-profile", PRICE)
        await self.look("profile", whole=False)
        await hands.dismiss()
        await until(lambda: is_gone(page, "consultant-profile"), 5, "the end of the dialog")
        await page.goto(self.bank.town.place.api + "/ask")
        await page.ready("tag")
        assert await value_of(page, "title-input") == TITLE
        await page.shows("question-tags", "Indexes")

    async def checks(self, hears: bool) -> None:
        """Camera, microphone, speaker and network. Without a sound device in the machine a browser has no sound to judge."""
        page, hands = self.page, self.hands
        await hands.press("check-open")
        for point in ("camera", "network"):
            await until(lambda point=point: passes(page, point), 40, f"a good {point}; {await page.text('device-check')}")
        assert "works" in (await page.text("check-camera") or "")
        assert "direct way" in (await page.text("check-network") or "")
        await hands.press("check-play")
        if hears:
            await hands.press("check-heard")
            await until(lambda: passes(page, "microphone"), 20, "a microphone that is heard")
            assert await attribute(page, "check-all", "data-grade") in FIT
        await self.look("check")
        await hands.press("check-close")

    async def adds_card(self, card: str = "pm_card_visa") -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-payments")
        await hands.press("nav-payment-methods")
        await hands.press("add-card-button")
        await hands.choose(card)
        await self.look("card")
        await hands.press("store-card-button")
        await page.shows("card-news", "was added")

    async def asks(self, consultant: ChromiumPage) -> str:
        """Until both see and hear each other; the session. Whoever is asked is named with reasons, price and time."""
        page, hands = self.page, self.hands
        await hands.press("nav-ask")
        await page.ready("tag")
        began = time.monotonic()
        await hands.press("ask-button")
        await consultant.ready("accept-button")
        rang = time.monotonic() - began
        await page.ready("match-left")
        await page.shows("match-price", PRICE)
        await page.shows("question-message", "asked")
        await page.shows("question-next", "next best is asked")
        # The customer's own tag, and those that were suggested, although nobody waited for them this time.
        for tag in ("Indexes", "PostgreSQL"):
            await page.shows("question-tags", tag)
        await self.look("matching")
        await consultant.shows("request-title", TITLE)
        answered = time.monotonic()
        await consultant.click("accept-button")
        for one in (page, consultant):
            await one.receiving()
        connected = time.monotonic() - answered
        print(f"\nthe question rang after {rang:.2f} s; from the accept to sound and picture on both sides {connected:.2f} s")
        assert rang + connected < 15
        assert await path_of(page) == await path_of(consultant)
        return (await path_of(page)).rsplit("/", 1)[1]

    async def rates(self, stars: int, words: str) -> None:
        page, hands = self.page, self.hands
        await hands.choose(f"rating-{stars}")
        await hands.write("rating-comment", words)
        await hands.press("rating-send")
        await page.shows("rating-done", "Thank you")

    async def looks_back(self, charged: int) -> None:
        """The question, the call, the payment and the invoice are where they are looked for."""
        page, hands = self.page, self.hands
        for place, shown, words in (
            ("questions", "questions", "Accepted"), ("sessions", "sessions", TITLE),
            ("payments", "payments", f"{dollars(price(20))} was charged."), ("invoices", "invoices", dollars(charged)),
        ):
            await hands.press(f"nav-{place}")
            await page.shows(shown, words)
            await self.look(place)


async def is_gone(page: Page, testid: str) -> bool:
    return await page.text(testid) is None


async def passes(page: Page, point: str) -> bool:
    return await attribute(page, f"check-{point}", "data-grade") in (FIT if point == "network" else ("good",))


async def shortcuts(customer: Customer, keyboard: Keyboard) -> None:
    """The call's single keys: each does what the help says, and none of them while something is typed."""
    page, keys = customer.page, keyboard.keys

    async def becomes_after(key: str, testid: str, name: str, value: str) -> None:
        await keys.press(key)
        await becomes(page, testid, name, value, 10)

    await page.run("() => document.activeElement?.blur()")
    for key, button in (("m", "mute-button"), ("v", "camera-button")):
        await becomes_after(key, button, "data-on", "false")
        await becomes_after(key, button, "data-on", "true")
    await becomes_after("l", "stage", "data-layout", "side")
    await customer.look("call-side-by-side", whole=False)
    await becomes_after("l", "stage", "data-layout", "speaker")
    await keys.press("f")
    await until(lambda: page.run("() => document.fullscreenElement !== null"), 5, "full screen")
    await keys.press("f")
    await until(lambda: page.run("() => document.fullscreenElement === null"), 5, "the end of full screen")
    await keys.press("?")
    await until(lambda: page.run("() => document.querySelector('dialog[open] .keys') !== null"), 5, "the help")
    await customer.look("call-help", whole=False)
    await keys.press("Escape")
    await keys.press("c")
    await keyboard.write("chat-input", "m v")
    assert await attribute(page, "mute-button", "data-on") == "true", "a letter that was typed muted the microphone"
    await keys.press("Enter")
    await page.shows("chat-messages", "m v")
    await customer.look("call-chat", whole=False)
    await keys.press("Escape")
