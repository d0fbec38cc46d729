"""Moderation at the client's own pages, by keyboard alone and with the real server: a customer reports a consultant, the
consultant reports what was written about them, and an administrator decides, lifts a suspension and looks after what Stripe
told. Every page is looked at, in the light and in the dark, on a wide and on a narrow screen."""

from __future__ import annotations

from pathlib import Path

from harness.accessible import assert_quiet
from harness.chromium import ChromiumPage
from harness.gallery import Gallery
from harness.hands import Keyboard
from harness.marketplace_page import attribute, becomes, path_of
from harness.money import Bank, open_bank
from harness.people import Person
from harness.wait import until

# Refused as they must be: without a sign-in, a suspended one, where there is no invoice yet, and to join a call that is over.
REFUSED = ("401", "403", "404", "409")
WORDS = "She shouted at me."
COMMENT = "A thief and a liar!"


class Somebody:
    """Somebody at a page of their own, with nothing but a keyboard."""

    def __init__(self, page: ChromiumPage, bank: Bank, person: Person, gallery: Gallery) -> None:
        self.page, self.bank, self.person, self.gallery = page, bank, person, gallery
        self.hands = Keyboard(page)

    async def look(self, name: str) -> None:
        await self.gallery.look(self.page, name)

    async def signs_in(self) -> None:
        await self.page.goto(f"{self.bank.town.place.api}/sign-in")
        await self.fills_in()
        await self.page.shows("user-name", self.person.name)

    async def fills_in(self) -> None:
        await self.hands.write("email-input", self.person.email)
        await self.hands.write("password-input", self.person.password)
        await self.hands.press("sign-in-button")

    async def goes_to_the_call(self, session: str) -> None:
        await self.page.goto(f"{self.bank.town.place.api}/sessions/{session}")
        await becomes(self.page, "session-over", "data-state", "completed")

    async def reports(self, kind: str, reason: str, words: str) -> None:
        """What is missing is said at its field, what was typed survives a reload, and what was sent is not sent again."""
        page, hands = self.page, self.hands
        await hands.press(f"report-{kind}-button")
        await hands.press("report-send")
        await until(lambda: self.says("Choose what fits best"), 5, "what is missing")
        await hands.choose(f"report-reason-{reason}")
        await hands.write("report-text", words)
        await self.look(f"report-{kind}")
        await page.tab.reload()
        await hands.press(f"report-{kind}-button")
        await page.ready("report-send")
        assert await page.run(f"() => document.querySelector('[data-testid=report-reason-{reason}]').checked")
        await hands.press("report-send")
        await page.shows(f"reported-{kind}", "You have reported")
        await page.tab.reload()
        await page.shows(f"reported-{kind}", "You have reported")

    async def says(self, words: str) -> bool:
        return words in (await self.page.page_text() or "")

    async def has_focus(self, testid: str) -> bool:
        return await self.page.run("id => document.activeElement?.dataset.testid === id", testid)


class Administrator(Somebody):
    """Decides."""

    async def decides(self, decision: str, button: str, news: str, message: str = "", note: str = "") -> None:
        page, hands = self.page, self.hands
        await hands.press("decide-button")
        await hands.press("decide-send")
        await until(lambda: self.says("Choose what is to be done"), 5, "what is missing")
        await hands.choose(f"decision-{decision}")
        if message:
            await hands.write("decide-message", message)
        if note:
            await hands.write("decide-note", note)
        assert button in (await page.text("decide-send") or "")
        await self.look(f"decide-{decision}")
        await hands.press("decide-send")
        await page.shows("decided-news", news)
        # Whoever cannot see it is told, and goes on from there.
        await until(lambda: self.has_focus("decided-news"), 5, "the focus on what was done")

    async def looks_after_the_queue(self, session: str) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-moderation")
        assert await path_of(page) == "/admin/moderation"
        await page.shows("reports", WORDS)
        await page.shows("report-comment", COMMENT)
        await self.look("moderation")
        # Whoever has waited longest comes first: the customer's report.
        assert await attribute(page, "report-item", "data-kind") == "session"
        await self.decides(
            "suspend", "Suspend Cora Indexer", "Cora Indexer is suspended.", "Do not shout at people.", "The second time.")
        await becomes(page, "report-item", "data-kind", "comment")
        await self.decides("hide_comment", "Hide the comment", "The comment of Ann Asker is no longer shown.")
        await page.shows("empty", "Nothing is to be decided.")
        await self.look("moderation-empty")
        await hands.press("reports-decided")
        assert await page.run("() => location.search") == "?state=decided"
        await page.shows("reports", "They were told: Do not shout at people.")
        await page.shows("reports", "Note: The second time.")
        await self.look("moderation-decided")
        await page.tab.reload()
        await page.shows("reports", "Suspended by Olive Ops")

    async def lifts_the_suspension(self, person: Person) -> None:
        page, hands = self.page, self.hands
        await page.goto(f"{self.bank.town.place.api}/admin/users?state=suspended")
        await becomes(page, "user", "data-state", "suspended")
        await page.shows("users", "Suspended since")
        await self.look("users-suspended")
        await hands.press("reinstate-button")
        await hands.write("reinstate-note", "She apologised.")
        await self.look("reinstate")
        await hands.press("reinstate-send")
        await page.shows("users-news", f"{person.name} may sign in again.")
        await page.shows("empty", "Nobody fits")
        await hands.press("nav-moderation")
        await hands.press("reports-decided")
        await page.shows("reports", "Lifted by Olive Ops")

    async def tries_stripes_event_again(self) -> None:
        page, hands, place = self.page, self.hands, self.bank.town.place
        await place.query(
            "INSERT INTO stripe_events (id, type, object_kind, object_id, is_live, created_at, state, attempts, last_error) VALUES "
            "('evt_of_a_test', 'weather.changed', 'weather', 'w_1', false, now(), 'parked', 12, 'It did not answer.')")
        await hands.press("nav-ops-queue")
        await page.shows("stripe-events", "It did not answer.")
        await self.look("queue")
        await hands.press("stripe-retry-button")
        await page.shows("stripe-news", "weather.changed is tried again.")
        await page.shows("stripe-events", "Nothing was given up")

        async def acted_on() -> bool:
            return await place.number("SELECT count(*) FROM stripe_events WHERE id = 'evt_of_a_test' AND state = 'ignored'") == 1
        await until(acted_on, 20, "the event that is tried again")

    async def looks_at_disputes(self, session: str) -> None:
        page, hands = self.page, self.hands
        await hands.press("nav-disputes")
        assert await path_of(page) == "/admin/disputes"
        await page.shows("empty", "Nobody disputes a charge.")
        await self.look("disputes")
        await hands.press("nav-admin-payments")
        await hands.write("session-input", session)
        await hands.press("search-button")
        await hands.press("disputes-link")
        assert await page.run("() => location.pathname + location.search") == f"/admin/disputes?session={session}"
        await page.shows("empty", "Nobody disputes a charge of this session.")


async def test_what_is_reported_is_decided_and_takes_effect(tmp_path: Path, nothing_left, chromium):
    async with open_bank(tmp_path / "bank") as bank:
        ann_person, cora_person = await bank.customer(name="Ann Asker"), await bank.consultant(name="Cora Indexer")
        olive_person = await bank.town.resident("admin", name="Olive Ops")
        session = await bank.accepted(ann_person, cora_person)
        peers = await bank.call(session, ann_person, cora_person)
        await bank.reaches(peers[0], 2)
        (await ann_person.client.post(f"/sessions/{session}/end")).expect(200)
        (await ann_person.client.post(f"/sessions/{session}/rating", {"stars": 1, "comment": COMMENT})).expect(201)

        page = await chromium("customer")
        ann = Somebody(page, bank, ann_person, Gallery("moderation-customer"))
        await ann.signs_in()
        await ann.goes_to_the_call(session)
        await page.ready("report-session-button")
        await ann.look("call-over")
        await ann.reports("session", "abusive", WORDS)
        await ann.hands.press("sign-out-button")
        await page.ready("sign-in-link")

        cora = Somebody(page, bank, cora_person, Gallery("moderation-consultant"))
        await cora.signs_in()
        await cora.goes_to_the_call(session)
        await becomes(page, "rating-received", "data-stars", "1")
        await page.shows("rating-received", COMMENT)
        await cora.look("rating")
        await cora.reports("comment", "misleading", "I am neither.")
        await cora.hands.press("sign-out-button")
        await page.ready("sign-in-link")

        olive = Administrator(page, bank, olive_person, Gallery("moderation-admin"))
        await olive.signs_in()
        await olive.looks_after_the_queue(session)
        ratings = (await bank.town.client().get(f"/consultants/{cora_person.id}/ratings")).problem(404, "not_found")
        assert ratings["code"] == "not_found", "whoever is suspended is not listed"
        await olive.tries_stripes_event_again()
        await olive.looks_at_disputes(session)
        await olive.hands.press("sign-out-button")
        await page.ready("sign-in-link")

        await page.goto(f"{bank.town.place.api}/sign-in")
        await cora.fills_in()
        await page.shows("error", "This account is suspended")
        await cora.look("sign-in-suspended")
        await olive.signs_in()
        await olive.lifts_the_suspension(cora_person)
        await olive.hands.press("sign-out-button")
        await page.ready("sign-in-link")

        await cora.signs_in()
        await cora.goes_to_the_call(session)
        await page.shows("comment-hidden", "An administrator has hidden it.")
        await cora.look("comment-hidden")
        [rating] = (await bank.town.client().get(f"/consultants/{cora_person.id}/ratings")).expect(200)["items"]
        assert (rating["stars"], rating["comment"]) == (1, None)
        assert_quiet(page, *REFUSED)
