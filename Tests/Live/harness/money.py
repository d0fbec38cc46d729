"""A marketplace that charges: the server, the stand-in for Stripe as a process of its own, people with cards and payouts, calls
between them, and what each side of the money says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .marketplace import Marketplace
from .peer import Peer
from .people import Person, Town, new_session
from .stripe_sandbox import SECRET, StripeSandbox
from .wait import until
from .wire import Wire

RATE = 72_000
"""720.00 an hour: a second costs 0.20."""


def price(seconds: int) -> int:
    """What so many seconds cost: half up, as the product computes it."""
    return (RATE * seconds * 2 + 3600) // 7200


def fee(charged: int) -> int:
    """The platform's part of it: 15 %, half up."""
    return (charged * 1500 * 2 + 10_000) // 20_000


def dollars(amount: int) -> str:
    """An amount in cents as the pages show it."""
    return f"${amount // 100}.{amount % 100:02}"


@dataclass
class Figures:
    """Money in minor units."""

    charged: int
    fee: int


@dataclass
class Bank:
    """A town whose calls are charged."""

    town: Town
    sandbox: StripeSandbox
    peers: list[Peer] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    # People

    async def customer(self, card: str | None = "pm_card_visa", **options: Any) -> Person:
        person = await self.town.resident("customer", **options)
        if card is not None:
            await self.add(person, card)
        return person

    async def add(self, person: Person, card: str) -> str:
        """Stores a card and pays with it from now on."""
        stored = (await person.client.post("/me/payment-methods", {"paymentMethodId": card})).expect(201)
        (await person.client.patch(f"/me/payment-methods/{stored['id']}", {"isDefault": True})).expect(200)
        return stored["id"]

    async def consultant(self, **options: Any) -> Person:
        person = await self.town.resident("consultant", **options)
        (await person.client.post("/me/payout-account", {})).expect(200)
        (await person.client.put("/me/profile", {
            "headline": "PostgreSQL", "bio": "Plans and indexes.", "tags": ["PostgreSQL"],
            "hourlyRate": {"amount": RATE, "currency": "usd"}})).expect(200)

        async def payable() -> bool:
            return (await person.client.get("/me/payout-account")).expect(200)["state"] == "enabled"

        await until(payable, 20, "the payout account")
        return person

    # Sessions

    async def accepted(self, customer: Person, consultant: Person) -> str:
        """From a question to a session."""
        wire = await Wire.open(self.town.place.websocket)
        self.wires.append(wire)
        await wire.hello(consultant.client.token or "")
        await wire.request("presence.set", {"available": True})
        (await customer.client.post("/questions", {
            "title": "Why does PostgreSQL ignore my index?", "body": "A query scans the whole table.",
            "tags": ["PostgreSQL"]})).expect(201)
        asked = await wire.expect("request.created", timeout=30)
        answer = await consultant.client.post(f"/requests/{asked.params['requestId']}/accept")
        return answer.expect(200)["sessionId"]

    async def call(self, session: str, *people: Person) -> list[Peer]:
        peers = []
        for person in people:
            token = (await person.client.post(f"/sessions/{session}/join")).expect(200)["token"]
            peers.append(await Peer(self.town.place, token, person.role).enter())
        self.peers += peers
        await asyncio.gather(*(peer.negotiate() for peer in peers))
        await asyncio.gather(*(peer.connected() for peer in peers))
        return peers

    async def reaches(self, peer: Peer, seconds: int) -> None:
        """Until the media clock shows so many seconds."""
        await peer.wire.expect(
            "billing.status", lambda status: status["mediaSeconds"] >= seconds, timeout=seconds + 40)

    async def billing(self, session: str, person: Person) -> dict[str, Any]:
        return (await person.client.get(f"/sessions/{session}")).expect(200)["billing"]

    async def settled(self, session: str, person: Person, timeout: float = 30) -> dict[str, Any]:
        async def is_settled() -> bool:
            return (await self.billing(session, person))["state"] == "settled"

        await until(is_settled, timeout, "the session's money to be decided")
        return await self.billing(session, person)

    # What each side says

    def at_stripe(self, session: str) -> Figures:
        """By the official SDK."""
        client = self.sandbox.sdk()
        figures = Figures(0, 0)
        for intent in client.v1.payment_intents.list({"limit": 100}).auto_paging_iter():
            if intent.metadata["session"] != session:
                continue
            assert intent.status in ("succeeded", "canceled", "requires_payment_method"), intent.status
            if intent.status != "succeeded":
                continue
            charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["application_fee"]})
            figures.charged += charge.amount_captured - charge.amount_refunded
            figures.fee += charge.application_fee.amount - charge.application_fee.amount_refunded
        return figures

    async def in_the_ledger(self, session: str) -> Figures:
        rows = await self.town.place.query(f"""
            SELECT coalesce(sum(amount) FILTER (WHERE ledger_accounts.kind = 'stripe'), 0),
                -coalesce(sum(amount) FILTER (WHERE ledger_accounts.kind = 'platform_fee'), 0)
            FROM ledger_entries JOIN ledger_transactions ON transaction_id = ledger_transactions.id
                JOIN ledger_accounts ON ledger_accounts.id = account_id WHERE session_id = '{session}'""")
        return Figures(int(rows[0][0]), int(rows[0][1]))

    async def books_in_order(self) -> None:
        place = self.town.place
        private = "postgresql://consult@/consult?host={}&port=5432"
        url = place.settings.get("CONSULT_DATABASE_URL") or private.format(place.postmaster.socket_folder)
        code, said = await place.run("ledger", "check", CONSULT_DATABASE_URL=url)
        assert code == 0, said

    async def agrees(self, session: str, customer: Person, charged: int) -> dict[str, Any]:
        """Whether the session, the ledger, Stripe, the invoice and the receipt say the same to the cent; the receipt."""
        expected = Figures(charged, fee(charged))
        billing = await self.settled(session, customer)
        assert (billing["charged"]["amount"], billing["fee"]["amount"]) == (expected.charged, expected.fee), billing
        assert await self.in_the_ledger(session) == expected
        assert await asyncio.to_thread(self.at_stripe, session) == expected
        await self.books_in_order()

        async def receipt_names_the_payments() -> bool:
            receipt = await customer.client.get(f"/sessions/{session}/receipt")
            return receipt.status == 200 and sum(
                payment["captured"]["amount"] - payment["refunded"]["amount"] for payment in receipt.json["payments"]) == charged

        await until(receipt_names_the_payments, 20, "the receipt with its payments")
        receipt = (await customer.client.get(f"/sessions/{session}/receipt")).expect(200)
        invoice = await customer.client.get(f"/sessions/{session}/invoice")
        if charged == 0:
            invoice.problem(404, "invoice_not_found")
        else:
            content = invoice.expect(200)
            assert content["total"] == {"amount": charged, "currency": "usd"} and receipt["invoice"] == content["number"], content
            assert sum(line["amount"]["amount"] for line in content["lines"]) == charged
        return receipt


@asynccontextmanager
async def open_bank(folder: Path, **settings: Any) -> AsyncIterator[Bank]:
    """A server whose calls are free for 20 s and then charged for 20 s at a time, on the relay."""
    defaults = {
        "CONSULT_RELAY": "on", "CONSULT_BILLING_THRESHOLD": "20", "CONSULT_BILLING_WINDOW": "20",
        "CONSULT_BILLING_WARNING": "5", "CONSULT_BILLING_GRACE": "6",
    }
    async with AsyncExitStack() as stack:
        place = Marketplace(folder, **defaults | settings)
        sandbox = StripeSandbox(folder, "--webhook-url", f"{place.api}/api/v1/webhooks/stripe", "--webhook-secret", SECRET)
        place.environment |= {
            "CONSULT_STRIPE_SECRET_KEY": "sk_test_live", "CONSULT_STRIPE_API_BASE": sandbox.base,
            "CONSULT_STRIPE_WEBHOOK_SECRET": SECRET}
        folder.mkdir(parents=True, exist_ok=True)
        stack.callback(sandbox.kill)
        await sandbox.start()
        stack.callback(place.kill)
        await place.start()
        session = await stack.enter_async_context(new_session())
        bank = Bank(Town(place, session), sandbox)
        try:
            yield bank
        finally:
            for peer in bank.peers:
                await peer.close()
            for wire in bank.wires:
                await wire.close()
        await place.stop()
        await sandbox.stop()
