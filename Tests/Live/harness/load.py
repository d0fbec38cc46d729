"""Many requests a second whose acknowledged writes are remembered, and what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import aiohttp

from .history import new_id
from .people import Answer, Client, Town
from .postgres import query
from .tokens import read


@dataclass
class Writer:
    """Somebody signed in whose writes go one after the other."""

    client: Client
    id: str
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    acknowledged: int = 0
    """The last number that the server said it has written."""
    granted: bool = False
    consents: list[str] = field(default_factory=list)
    """When the consents were recorded that the server said it has written."""
    busy: bool = False


@dataclass
class Outcome:
    """One request: when it was sent and answered, and with what; no answer where the connection broke."""

    sent: float
    done: float
    kind: str
    answer: Answer | None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def clean(self) -> bool:
        """A success, or a refusal that says when to come again."""
        answer = self.answer
        if answer is None:
            return False
        return self.ok or (
            answer.status == 503 and answer.headers.get("content-type") == "application/problem+json"
            and answer.json["code"] == "unavailable" and int(answer.headers.get("retry-after", "0")) >= 1)

    def __str__(self) -> str:
        said = f"{self.answer.status} {self.answer.raw[:300]!r} {self.answer.headers}" if self.answer else self.reason
        return f"{self.kind}, sent {self.sent:.2f}, answered {self.done:.2f}: {said}"


async def writers(town: Town, count: int) -> list[Writer]:
    """Accounts with a sign-in each, put straight into the database, so that no password has to be hashed."""
    model = await town.resident()
    header, claims = read(model.client.token)
    town.place.signer.header = header
    made = []
    for _ in range(count):
        user, family = new_id(), new_id()
        client = town.client()
        client.token = town.place.signer.sign(claims | {
            name: value for name, value in {"sub": user, "family": family, "fam": family, "sid": family}.items() if name in claims})
        made.append((Writer(client, user), family))
    people = ",".join(f"('{writer.id}', 'writer-{writer.id}@example.test', 'Writer 0', 'customer', now())" for writer, _ in made)
    signs = ",".join(f"('{family}', '{writer.id}', now() + interval '1 day')" for writer, family in made)
    await town.place.query(
        f"INSERT INTO users (id, email, name, role, email_verified_at) VALUES {people};"
        f"INSERT INTO refresh_families (id, user_id, expires_at) VALUES {signs};")
    for writer, _ in made[:1]:
        (await writer.client.get("/me")).expect(200)
    return [writer for writer, _ in made]


class Load:
    """So many requests a second, half of them writes, until it is left; an async context manager."""

    def __init__(self, writers: list[Writer], rate: float = 200) -> None:
        self.writers = writers
        self.rate = rate
        self.outcomes: list[Outcome] = []
        self._running: set[asyncio.Task[None]] = set()
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._pump = asyncio.create_task(self._send())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._pump is not None
        self._pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pump
        if self._running:
            await asyncio.wait(self._running)

    async def _send(self) -> None:
        start = time.monotonic()
        turn = itertools.cycle(self.writers)
        for number in itertools.count():
            await asyncio.sleep(max(0.0, start + number / self.rate - time.monotonic()))
            writer = next(turn)
            kind = ("name", "read", "consent", "list")[number % 4]
            # Writes of one person go in order; while one is under way somebody else's turn comes.
            if kind in ("name", "consent"):
                for _ in self.writers:
                    if not writer.busy:
                        break
                    writer = next(turn)
                else:
                    kind = "read"
            task = asyncio.create_task(self._request(writer, kind))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _request(self, writer: Writer, kind: str) -> None:
        sent = time.monotonic()
        try:
            answer = await getattr(self, f"_{kind}")(writer)
            outcome = Outcome(sent, time.monotonic(), kind, answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            outcome = Outcome(sent, time.monotonic(), kind, None, repr(error))
        self.outcomes.append(outcome)

    async def _read(self, writer: Writer) -> Answer:
        return await writer.client.get("/me")

    async def _list(self, writer: Writer) -> Answer:
        return await writer.client.get("/consultants?limit=5")

    async def _name(self, writer: Writer) -> Answer:
        writer.busy = True
        try:
            number = next(writer.numbers)
            answer = await writer.client.patch("/me", {"name": f"Writer {number}"})
            if answer.status == 200:
                assert answer.json["name"] == f"Writer {number}", answer
                writer.acknowledged = number
            return answer
        finally:
            writer.busy = False

    async def _consent(self, writer: Writer) -> Answer:
        writer.busy = True
        try:
            writer.granted = not writer.granted
            answer = await writer.client.put("/me/consents", {
                "consents": [{"document": "marketing", "version": "2026-01", "granted": writer.granted}]})
            if answer.status == 200:
                choice = next(item for item in answer.json["consents"] if item["document"] == "marketing")
                assert choice["granted"] is writer.granted, answer
                writer.consents.append(choice["recordedAt"])
            return answer
        finally:
            writer.busy = False

    # What became of it

    def first_success(self, after: float) -> float | None:
        """When the first answer came that was a success, of the requests sent after a moment."""
        return min((outcome.done for outcome in self.outcomes if outcome.sent >= after and outcome.ok), default=None)

    def last_failure(self, after: float) -> float | None:
        """When the last request was sent, after a moment, that did not succeed."""
        return max((outcome.sent for outcome in self.outcomes if outcome.sent >= after and not outcome.ok), default=None)

    def successes(self, after: float) -> int:
        return sum(1 for outcome in self.outcomes if outcome.sent >= after and outcome.ok)

    def calm_for(self, seconds: float) -> bool:
        """Whether there was nothing but success for so long."""
        now = time.monotonic()
        failure = self.last_failure(0)
        return self.successes(now - seconds) > 0 and (failure is None or now - failure > seconds)

    @property
    def writes(self) -> int:
        """Acknowledged writes."""
        return sum(1 for outcome in self.outcomes if outcome.ok and outcome.kind in ("name", "consent"))

    @property
    def statuses(self) -> Counter[str]:
        return Counter(str(outcome.answer.status) if outcome.answer else outcome.reason for outcome in self.outcomes)


async def lost(url: str, writers: list[Writer]) -> list[str]:
    """The acknowledged writes that are not in the database."""
    missing = []
    names = {row[0]: int(row[1].split()[1]) for row in await query(url, "SELECT id, name FROM users WHERE name LIKE 'Writer %'")}
    for writer in writers:
        # Later ones may have been written whose answer was lost.
        if names.get(writer.id, -1) < writer.acknowledged:
            missing.append(f"{writer.id}: name {writer.acknowledged}, found {names.get(writer.id)}")
    said = ",".join(f"('{writer.id}'::uuid, '{moment}'::timestamptz)" for writer in writers for moment in writer.consents)
    if said:
        rows = await query(url, f"""
            SELECT user_id, moment FROM (VALUES {said}) AS said (user_id, moment) WHERE NOT EXISTS (
                SELECT FROM consents c WHERE c.user_id = said.user_id AND c.recorded_at = said.moment)""")
        missing += [f"{user}: consent of {moment}" for user, moment in rows]
    return missing
