"""The stories of those who do not ask, each told at the client's own pages with the real server, its database, its mail and the
stand-in for Stripe: a consultant from the first sign-in to the deleted account, by keyboard alone and with the network cut
while it rings; an operator who watches, and an administrator who acts. Every page is looked at, in the light and in the dark."""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import AsyncExitStack
from pathlib import Path

from harness.accessible import assert_quiet
from harness.chromium import ChromiumPage
from harness.gallery import Gallery
from harness.hands import Keyboard, value_of
from harness.line import Line
from harness.marketplace_page import attribute, becomes, path_of, sees_the_end
from harness.money import Bank, dollars, fee, open_bank, price
from harness.people import Person
from harness.wait import ticks, until

TITLE = "Why does PostgreSQL ignore my index?"
BODY = "A query over twenty million rows scans the whole table, although there is an index on the column."
NEW_PASSWORD = "four lanterns under the bridge"
OUTAGE = 10
# Requests that are refused as they must be: without a sign-in, with a wrong password, and where there is nothing yet.
REFUSED = ("401", "403", "404")
# What a browser shows and plays when it rings, without anybody there.
ATTENTION = """
window.__tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.__tones += 1; return start.apply(this, when); };
window.__notes = [];
let permission = "default";
window.Notification = class {
    static get permission() { return permission; }
    static async requestPermission() { permission = "granted"; return permission; }
    constructor(title, options) { this.text = `${title}: ${options.body}`; this.isOpen = true; window.__notes.push(this); }
    close() { this.isOpen = false; }
};
let isHidden = false;
Object.defineProperty(document, "visibilityState", { get: () => (isHidden ? "hidden" : "visible") });
window.__look = (away) => { isHidden = away; document.dispatchEvent(new Event("visibilitychange")); };
"""
EXPORT = {
    "Profile.csv": "First Name,Last Name,Headline,Summary\nGrace,Indexer,Database engineer,I mend slow queries.\n",
    "Skills.csv": "Name\nPostgreSQL\nQuery plans\n",
    "Positions.csv": "Company Name,Title,Description,Location,Started On,Finished On\nHarbour,Engineer,Indexes,,Jan 2019,\n",
}


async def cards(page: ChromiumPage) -> int:
    return await page.run("() => document.querySelectorAll('[data-testid=request-card]').length")


class Consultant:
    """A consultant at a page, with nothing but a keyboard."""

    def __init__(self, page: ChromiumPage, bank: Bank, person: Person, address: str) -> None:
        self.page, self.bank, self.person, self.address = page, bank, person, address
        self.hands = Keyboard(page)
        self.gallery = Gallery("consultant")

    async def look(self, name: str) -> None:
        await self.gallery.look(self.page, name)

    async def signs_in(self) -> None:
        await self.hands.write("email-input", self.person.email)
        await self.hands.write("password-input", self.person.password)
        await self.hands.press("sign-in-button")
        await self.page.shows("user-name", self.person.name)
        await becomes(self.page, "account-connection", "data-state", "open")

    async def writes_a_profile(self, folder: Path) -> None:
        """From LinkedIn's export, after a look at it; what is typed besides survives a reload."""
        page, hands = self.page, self.hands
        await page.shows("profile-incomplete", "hourly rate")
        assert await page.run("() => document.querySelector('[data-testid=available-switch]').disabled")
        await self.look("desk-at-first")
        await hands.press("nav-profile")
        for name, text in EXPORT.items():
            (folder / name).write_text(text)
        async with page.tab.expect_file_chooser() as chooser:
            await hands.press("linkedin-button")
        await (await chooser.value).set_files([folder / name for name in EXPORT])
        await page.shows("linkedin-preview", "Database engineer")
        await page.shows("linkedin-preview", "Query plans")
        await self.look("linkedin")
        await hands.press("linkedin-take")
        await hands.write("rate-input", "720")
        await page.shows("seen", "$720.00 an hour")
        await page.tab.reload()
        await page.ready("headline-input")
        assert (await value_of(page, "headline-input"), await value_of(page, "rate-input")) == ("Database engineer", "720")
        await page.shows("saved", "Not saved yet")
        await self.look("profile")
        await hands.press("save-button")
        await page.shows("saved", "Saved. Go to your desk")
        profile = (await self.person.client.get("/me/profile")).expect(200)
        assert (profile["headline"], profile["tags"]) == ("Database engineer", ["PostgreSQL", "Query plans"]), profile
        assert profile["bio"].startswith("I mend slow queries.") and profile["hourlyRate"]["amount"] == 72_000, profile

    async def sets_up_payouts(self) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-earnings")
        await becomes(page, "payout-account", "data-state", "none")
        await self.look("earnings-at-first")
        await hands.press("set-up-payouts")
        await page.tab.wait_for_url("**/_sandbox/onboarding/*")
        await hands.press("sandbox-onboard")
        await page.tab.wait_for_url("**/earnings")
        await becomes(page, "payout-account", "data-state", "enabled", 30)

    async def becomes_available(self) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-desk")
        await hands.press("notify-button")
        await page.shows("notify-words", "notifies you")
        await hands.press("available-switch")
        await becomes(page, "availability", "data-state", "available")
        await page.shows("availability-words", "You are available")

    async def is_rung(self, customer: Person) -> str:
        """A question comes while nobody looks: sound, the tab's title, a notification. The question's id."""
        page = self.page
        await page.run("() => { window.__look(true); window.__tones = 0; }")
        content = {"title": TITLE, "body": BODY, "tags": ["PostgreSQL"], "budget": {"amount": 90_000, "currency": "usd"}}
        question = (await customer.client.post("/questions", content)).expect(201)
        await page.ready("accept-button", 30)
        await page.shows("request-title", TITLE)
        words = await page.text("request-card") or ""
        for part in (BODY, "PostgreSQL", "$720.00 an hour", "at most $900.00 an hour", "Why you"):
            assert part in words, words
        assert int(await attribute(page, "countdown", "data-seconds") or 0) > 0
        await until(lambda: page.run("() => document.title.startsWith('A question for you')"), 5, "the title")
        await until(lambda: page.run("() => window.__tones >= 4"), 10, "the ringing")
        assert await page.run("() => window.__notes.filter((one) => one.isOpen).map((one) => one.text)") == [f"A question for you: {TITLE}"]
        await page.run("() => window.__look(false)")
        return question["id"]

    async def is_quiet(self) -> None:
        page = self.page
        await until(lambda: page.run("() => !document.title.startsWith('A question')"), 5, "the title of a page that is quiet")
        assert await page.run("() => window.__notes.every((one) => !one.isOpen)"), "a notification stayed"
        tones = await page.run("() => window.__tones")
        async for _ in ticks(3):
            assert await page.run("() => window.__tones") == tones, "it rings on"

    async def loses_the_line_and_accepts(self, customer: Person, lines: list[Line]) -> str:
        """The network is away while it rings. The page comes back by itself, and what is accepted is accepted once."""
        page = self.page
        question = await self.is_rung(customer)
        for line in lines:
            await line.cut()
        await becomes(page, "account-connection", "data-state", "closed")
        async for _ in ticks(OUTAGE):
            assert await cards(page) == 1, "the question vanished with the network"
        for line in lines:
            line.mend()
        await becomes(page, "account-connection", "data-state", "open", 30)
        await page.ready("accept-button")
        assert await cards(page) == 1
        assert await page.run("() => window.__notes.length") == 1, "the same question was told twice"
        await self.hands.press("accept-button")
        await until(lambda: page.run("() => location.pathname.startsWith('/sessions/')"), 20, "the call's page")
        session = (await path_of(page)).rsplit("/", 1)[1]
        place = self.bank.town.place
        assert await place.query(f"SELECT id FROM sessions WHERE question_id = '{question}'") == [[session]]
        assert await place.number(
            f"SELECT count(*) FROM requests WHERE question_id = '{question}' AND consultant_id = '{self.person.id}'") == 1
        return session

    async def talks(self, session: str, customer: Person) -> None:
        """A call that is charged, and left by the keyboard."""
        page = self.page
        peers = await self.bank.call(session, customer)
        await page.receiving()
        await page.shows("charge-text", "Free for the customer until 00:20")
        await self.bank.reaches(peers[0], 24)
        await self.hands.press("hangup-button")
        await sees_the_end(page)
        await page.shows("ended-reason", "You ended the call.")
        billing = await self.bank.settled(session, customer)
        charged = price(billing["billableSeconds"])
        await page.shows("billing-summary", f"{dollars(charged - fee(charged))} of it is yours", 30)
        await page.ready("receipt-sums", 30)
        await self.look("call-over")
        await self.hands.press("nav-sessions")
        await page.shows("sessions", TITLE)
        await self.look("calls")
        await self.hands.press("nav-earnings")
        await page.shows("totals", dollars(charged - fee(charged)))
        await page.ready("weeks")
        await self.look("earnings")
        await self.hands.press("nav-desk")
        await page.shows("figure-acceptance", "1 of 2 requests")
        await page.shows("figure-completion", "1 of 1 calls")
        await page.shows("money-brief", dollars(charged - fee(charged)))
        await self.look("desk")

    async def looks_after_the_account(self) -> None:
        """The name, the password, consents, the export; out everywhere; and gone for good."""
        page, hands, person = self.page, self.hands, self.person
        await hands.press("user-name")
        await hands.write("name-input", "Grace B. Indexer")
        await hands.press("save-button")
        person.name = "Grace B. Indexer"
        await page.shows("user-name", person.name)
        await self.look("account")

        await hands.press("nav-security")
        for current, problem in (("not it at all", "This is not your password"), (person.password, None)):
            await hands.write("current-input", current)
            await hands.write("password-input", NEW_PASSWORD)
            await hands.write("repeat-input", NEW_PASSWORD)
            await hands.press("change-button")
            await page.shows("password-form", problem or "Everywhere else you are signed out")
        person.password = NEW_PASSWORD
        await page.shows("events", "The password was changed")
        await self.look("security")

        await hands.press("nav-privacy")
        await hands.press("consent-recording-switch")
        await becomes(page, "consent-recording", "data-granted", "true")
        await page.shows("consent-recording", "You agreed on")
        await self.look("privacy")
        async with page.tab.expect_download() as download:
            await hands.press("export-button")
        with zipfile.ZipFile(await (await download.value).path()) as archive:
            export = json.loads(archive.read("export.json"))
        assert export["account"]["email"] == person.email

        await hands.press("nav-security")
        await hands.press("everywhere-button")
        await hands.press("confirm-everywhere-button")
        await page.ready("sign-in-button")
        await self.signs_in()
        await hands.press("user-name")
        await hands.press("nav-privacy")
        await hands.press("delete-button")
        await hands.write("password-input", "not it at all")
        await hands.press("confirm-delete-button")
        await until(lambda: page.run("() => document.activeElement.dataset.testid === 'password-input'"), 5, "the focus on what is wrong")
        await hands.write("password-input", person.password)
        await hands.press("confirm-delete-button")
        await page.shows("farewell", "Your account is deleted")
        await page.shows("kept", "tax law")
        await self.look("farewell")
        (await person.client.post("/auth/login", {"email": person.email, "password": person.password})).problem(401, "invalid_credentials")


async def test_a_consultant_by_keyboard_alone_from_the_first_sign_in_to_the_last(tmp_path: Path, nothing_left, chromium):
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line()) for _ in range(2)]
        bank = await stack.enter_async_context(open_bank(
            tmp_path / "bank", CONSULT_REQUEST_DEADLINE="45", CONSULT_PUBLIC_URL=lines[0].base,
            CONSULT_PUBLIC_WEBSOCKET_URL=f"{lines[1].base.replace('http', 'ws')}/ws"))
        lines[0].target, lines[1].target = bank.town.place.http_port, bank.town.place.signal_port
        first, second = await bank.customer(name="Ann Asker"), await bank.customer(name="Ben Buyer")
        person = await bank.town.resident("consultant", name="Grace Indexer")
        page = await chromium("consultant", scripts=(ATTENTION,))
        grace = Consultant(page, bank, person, lines[0].base)
        await page.goto(f"{lines[0].base}/sign-in")
        await grace.look("sign-in")
        await grace.signs_in()
        await grace.writes_a_profile(tmp_path)
        await grace.sets_up_payouts()
        await grace.becomes_available()
        question = await grace.is_rung(first)
        await grace.look("ringing")
        await grace.hands.press("decline-button")
        await until(lambda: _equals(cards(page), 0), 10, "the end of a declined question")
        await grace.is_quiet()
        (await first.client.delete(f"/questions/{question}")).expect(204)
        await page.run("() => { window.__notes = []; }")
        session = await grace.loses_the_line_and_accepts(second, lines)
        await grace.talks(session, second)
        await grace.looks_after_the_account()
        assert_quiet(page, *REFUSED, "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "WebSocket")


async def test_an_operator_watches_and_an_administrator_acts(tmp_path: Path, nothing_left, chromium):
    async with open_bank(
        tmp_path / "bank", CONSULT_BILLING_THRESHOLD="4", CONSULT_BILLING_WINDOW="4", CONSULT_BILLING_WARNING="1",
        CONSULT_BILLING_GRACE="3",
    ) as bank:
        customer, consultant = await bank.customer(name="Ann Asker"), await bank.consultant(name="Cora Indexer")
        session = await bank.accepted(customer, consultant)
        peers = await bank.call(session, customer, consultant)
        olive = await bank.town.resident("admin", name="Olive Ops")
        page = await chromium("customer")
        operator = Operator(page, bank, olive, Gallery("operator"))
        await operator.signs_in()
        await operator.watches_a_call(session)
        await bank.reaches(peers[0], 9)
        (await customer.client.post(f"/sessions/{session}/end")).expect(200)
        billing = await bank.settled(session, customer)
        await operator.sees_how_it_goes()
        await operator.tries_again_what_was_given_up()
        admin = Operator(page, bank, olive, Gallery("admin"))
        await admin.gives_money_back(session, billing["charged"]["amount"])
        await admin.finds_people(customer)
        assert_quiet(page, *REFUSED)


class Operator:
    """Somebody who looks after the marketplace, at a page."""

    def __init__(self, page: ChromiumPage, bank: Bank, person: Person, gallery: Gallery) -> None:
        self.page, self.bank, self.person, self.gallery = page, bank, person, gallery
        self.hands = Keyboard(page)

    async def look(self, name: str) -> None:
        await self.gallery.look(self.page, name)

    async def signs_in(self) -> None:
        await self.page.goto(f"{self.bank.town.place.api}/sign-in")
        await self.hands.write("email-input", self.person.email)
        await self.hands.write("password-input", self.person.password)
        await self.hands.press("sign-in-button")
        await self.page.shows("user-name", self.person.name)
        await until(lambda: _equals(path_of(self.page), "/ops"), 5, "where an administrator begins")

    async def watches_a_call(self, session: str) -> None:
        """Both directions of both sides, in numbers, while the call goes on; and the same from its beginning."""
        page, hands = self.page, self.hands
        await hands.press("nav-ops-calls")

        async def measured() -> bool:
            words = await page.run("id => document.querySelector(`[data-call='${id}']`)?.textContent ?? ''", session)
            return "Ann Asker and Cora Indexer" in words and len(re.findall(r"(?:sends|receives) [1-5]\.\d", words)) == 4
        await until(measured, 60, "four directions with their scores", every=0.5)
        await becomes(page, "side-customer", "data-connection", "connected")
        await self.look("calls")
        await hands.press("call-link")
        await becomes(page, "call-head", "data-state", "live")
        await page.ready("chart")
        rows = await page.run(
            "() => [...document.querySelectorAll('[data-testid=chart]')].map((one) => one.querySelectorAll('tbody tr').length)")
        assert len(rows) >= 4 and min(rows) >= 1, rows
        await self.look("call")
        # A page by its own address, as a colleague would send it.
        await page.tab.reload()
        await page.shows("timeline", "Bit rate")

    async def sees_how_it_goes(self) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-ops")
        assert await path_of(page) == "/ops"
        await becomes(page, "goal-question-to-call", "data-state", "reached")
        await becomes(page, "goal-completion", "data-state", "reached")
        assert await attribute(page, "bar-posted", "data-count") == "1"
        assert await attribute(page, "bar-completed", "data-count") == "1"
        await self.look("overview")
        await hands.press("days-30")
        assert await page.run("() => location.search") == "?days=30"
        await page.tab.reload()
        await becomes(page, "days-30", "aria-pressed", "true")

    async def tries_again_what_was_given_up(self) -> None:
        """An event that nobody took is there with its reason, and goes on its way again by one key."""
        page, hands, place = self.page, self.hands, self.bank.town.place
        await place.query(
            "INSERT INTO outbox_events (id, queue, key, kind, payload, state, attempts, last_error, settled_at) VALUES "
            "('01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f', 'sidecar', 'session of a test', 'nothing.known', '{}', 'parked', 10, "
            "'an event of unknown kind', clock_timestamp())")
        await hands.press("nav-ops-queue")
        await page.shows("parked", "an event of unknown kind")
        await page.shows("stuck", "No payment has failed.")
        await page.shows("reconciliation", "not compared yet")
        await self.look("queue")
        await hands.press("retry-button")
        await page.shows("retry-news", "nothing.known is tried again")
        await page.ready("nothing-parked")
        assert await place.number("SELECT count(*) FROM outbox_events WHERE state = 'parked'") == 0

    async def gives_money_back(self, session: str, charged: int) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-admin-payments")
        await hands.write("session-input", session)
        await hands.press("search-button")
        await page.shows("payments", "was charged")
        await self.look("payments")
        before = await self.bank.in_the_ledger(session)
        assert before.charged == charged
        await hands.press("refund-button")
        await hands.write("refund-amount", "0.20")
        await hands.write("refund-reason", "A word of kindness")
        await hands.press("refund-review")
        await page.ready("refund-confirm")
        await self.look("refund")
        await hands.press("refund-confirm")
        await page.shows("refund-news", "$0.20")

        async def booked() -> bool:
            return (await self.bank.in_the_ledger(session)).charged == charged - 20
        await until(booked, 30, "the refund in the ledger")

    async def finds_people(self, customer: Person) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-users")
        await page.shows("users", customer.email)
        await hands.write("user-input", customer.email[:12])
        await hands.press("search-button")

        async def alone() -> bool:
            return await page.run("() => [...document.querySelectorAll('[data-testid=user]')].map((one) => one.dataset.user)") == [customer.id]
        await until(alone, 20, "the one account with this address")
        await self.look("users")
        await hands.press("user-events")
        assert await page.run("() => location.search") == f"?user={customer.id}"
        await page.shows("events", "The e-mail address was confirmed")
        await self.look("audit")
        # What stands in the address is found again.
        await page.tab.reload()
        await page.shows("events", "The account was made")
        assert await value_of(page, "account-input") == customer.id


async def _equals(found, wanted) -> bool:
    return await found == wanted
