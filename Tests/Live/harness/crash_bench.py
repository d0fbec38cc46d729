"""What a session goes through while a process of the marketplace is killed: people, and what happens to them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .breakpoints import Breakpoints, Point
from .history import new_id
from .marketplace import Marketplace
from .money import RATE, Bank
from .people import Answer, Person
from .psql import Psql
from .stripe_sandbox import StripeSandbox
from .wait import until


async def revive(place: Marketplace) -> None:
    """Starts a process until it runs, as who supervises it does: on a busy machine its database may answer too late."""
    for attempt in range(5):
        try:
            await place.start()
            return
        except AssertionError:
            if attempt == 4 or place.process is None or place.process.poll() is None:
                raise


@dataclass
class Expected:
    """What a session must have come to, in minor units."""

    session: str
    captured: dict[int, int]
    """By window."""
    refunded: int = 0


@dataclass
class Bench:
    """One sidecar and all that it talks to, through proxies. One session at a time."""

    place: Marketplace
    sandbox: StripeSandbox
    points: Breakpoints
    sql: Psql
    bank: Bank
    customer: Person = field(init=False)
    consultant: Person = field(init=False)
    admin: Person = field(init=False)
    signed_in: float = field(init=False)

    async def sign_in(self) -> None:
        """Again, before the access tokens expire."""
        if time.monotonic() > self.signed_in + 500:
            for person in (self.customer, self.consultant, self.admin):
                await person.sign_in()
            self.signed_in = time.monotonic()

    async def people(self) -> None:
        self.customer, self.consultant = await self.bank.customer(), await self.bank.consultant()
        self.admin = await self.bank.town.resident("admin")
        self.signed_in = time.monotonic()

    async def one(self, statement: str) -> str:
        """The one value that a statement answers with; empty where there is none."""
        rows = await self.sql(statement)
        return rows[0][0] if rows else ""

    async def true(self, condition: str, what: str, timeout: float = 90) -> None:
        async def holds() -> bool:
            return await self.one(f"SELECT {condition}") == "t"

        await until(holds, timeout, what, every=0.05)

    async def insist(self, person: Person, method: str, path: str, body: Any = None, *statuses: int) -> Answer:
        """A request that is made again, under the same key, until a sidecar answers it."""
        headers = {"Idempotency-Key": new_id()} if method == "POST" else {}
        answers: list[Answer] = []

        async def answered() -> bool:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                answers.append(await person.client.request(method, path, body, headers=headers))
                return answers[-1].status in statuses
            return False

        await until(answered, 90, f"{method} {path}")
        return answers[-1]

    # What happens

    async def accept(self) -> str:
        """A question that is put to the consultant, and is accepted; the session."""
        question, request = new_id(), new_id()
        await self.sql(f"""
            INSERT INTO questions (id, customer_id, title, body, state, expires_at) VALUES (
                '{question}', '{self.customer.id}', 'Why?', 'Why so?', 'matching', now() + interval '1 hour');
            INSERT INTO requests (id, question_id, consultant_id, wave, score, rate_amount, rate_currency, expires_at)
                VALUES ('{request}', '{question}', '{self.consultant.id}', 1, 1, {RATE}, 'usd',
                    now() + interval '1 hour')""")
        answer = await self.insist(self.consultant, "POST", f"/requests/{request}/accept", None, 200)
        return answer.json["sessionId"]

    async def tell(self, session: str, kind: str, **payload: Any) -> None:
        """An event as the signaling core writes it, until it is handled."""
        id = new_id()
        content = json.dumps({"sessionId": session} | payload).replace("'", "''")
        await self.sql(f"""
            DO $$ BEGIN
                PERFORM pg_advisory_xact_lock(hashtextextended('sidecar session {session}', 0));
                INSERT INTO outbox_events (id, queue, key, kind, payload)
                    VALUES ('{id}', 'sidecar', 'session {session}', 'session.{kind}', '{content}');
                PERFORM pg_notify('outbox_sidecar', '');
            END $$""")
        await self.true(f"state <> 'pending' FROM outbox_events WHERE id = '{id}'", f"session.{kind} to be handled")

    async def join(self, session: str) -> None:
        for person in (self.customer, self.consultant):
            await self.tell(session, "joined", userId=person.id)
        await self.clock(session, 1)

    async def clock(self, session: str, seconds: int) -> None:
        await self.tell(session, "progress", mediaSeconds=seconds, running=True)

    async def end(self, session: str, seconds: int) -> None:
        """The customer hangs up, and the room says its last word."""
        await self.insist(self.customer, "POST", f"/sessions/{session}/end", None, 200, 404, 409)
        await self.tell(session, "room_ended", mediaSeconds=seconds, reason="ended")

    async def payment(self, session: str, window: int, state: str) -> None:
        await self.true(
            f"EXISTS (SELECT FROM payments WHERE session_id = '{session}' AND window_number = {window}"
            f" AND state = '{state}')",
            f"window {window} to be {state}")

    async def horizon(self, session: str, seconds: int) -> None:
        await self.true(
            f"(machine ->> 'horizon')::int = {seconds} FROM charges WHERE session_id = '{session}'",
            f"the horizon at {seconds} s")

    async def settled(self, session: str) -> None:
        """Nothing is on its way any more."""
        await self.true(f"""(SELECT state = 'settled' FROM charges WHERE session_id = '{session}')
            AND NOT EXISTS (SELECT FROM payment_requests WHERE state <> 'answered')
            AND NOT EXISTS (SELECT FROM outbox_events WHERE queue = 'sidecar' AND state = 'pending')
            AND NOT EXISTS (SELECT FROM stripe_events WHERE state = 'waiting')""", "everything to be settled")

    async def told(self, session: str) -> None:
        """Every event of Stripe's has arrived and was acted on, too."""
        def happened() -> list[str]:
            return [event.id for event in self.sandbox.sdk().v1.events.list({"limit": 60}).data]

        ids = ",".join(f"('{id}')" for id in await asyncio.to_thread(happened))
        await self.true(f"""NOT EXISTS (SELECT FROM (VALUES {ids}) AS happened (id) LEFT JOIN stripe_events USING (id)
            WHERE stripe_events.state IS DISTINCT FROM 'handled' AND stripe_events.state IS DISTINCT FROM 'ignored')""",
            "Stripe's events")
        await self.settled(session)


@dataclass
class Row:
    """A line of the table: where the process was killed, and what is wrong afterwards."""

    history: str
    point: Point
    seconds: float
    problems: list[str]
    charged: int = 0
