"""Many customers and consultants at once on a running marketplace, who answer, race, vanish and come back, while its processes
are killed. What they saw is remembered, and what the database says in the end is held against it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field

import aiohttp

from .history import new_id
from .people import Client, Town
from .tokens import read
from .wire import RPCError, Wire

FIELDS = ["PostgreSQL", "React", "Kubernetes", "Tax law", "Gardening", "Stripe", "WebRTC", "Python", "Usability", "Security"]


@dataclass
class Seen:
    """What those who take part saw."""

    posted: dict[str, float] = field(default_factory=dict)
    """When each question was acknowledged, by its id."""
    committed: dict[str, float] = field(default_factory=dict)
    arrived: list[float] = field(default_factory=list)
    """Seconds from the question's acknowledgement to the first request on a consultant's socket."""
    accepted: dict[str, str] = field(default_factory=dict)
    """The session of each request whose accept was acknowledged."""
    refused: int = 0
    asked: int = 0
    withdrawn: int = 0
    ended: int = 0
    outages: int = 0
    """Requests and connections that met a process which was gone."""


@dataclass
class Somebody:
    """An account with its sign-in, put straight into the database."""

    client: Client
    id: str
    role: str


async def accounts(town: Town, role: str, count: int) -> list[Somebody]:
    """Accounts with a sign-in each, so that no password has to be hashed."""
    model = await town.resident(role)
    header, claims = read(model.client.token or "")
    town.place.signer.header = header
    made = []
    for _ in range(count):
        user, family = new_id(), new_id()
        client = town.client()
        client.token = town.place.signer.sign(claims | {
            name: value for name, value in {
                "sub": user, "family": family, "fam": family, "sid": family, "exp": int(time.time()) + 7200,
            }.items() if name in claims})
        made.append((Somebody(client, user, role), family))
    people = ",".join(
        f"('{one.id}', '{role}-{one.id}@example.test', '{role.title()} {index}', '{role}', now())"
        for index, (one, _) in enumerate(made))
    signs = ",".join(f"('{family}', '{one.id}', now() + interval '1 day')" for one, family in made)
    await town.place.query(
        f"INSERT INTO users (id, email, name, role, email_verified_at) VALUES {people};"
        f"INSERT INTO refresh_families (id, user_id, expires_at) VALUES {signs};")
    if role == "consultant":
        rows = ",".join(
            f"('{one.id}', 'Knows {FIELDS[index % len(FIELDS)]}', 'Years of {FIELDS[index % len(FIELDS)]} and "
            f"{FIELDS[(index * 7 + 3) % len(FIELDS)]}.', "
            f"'[\"{FIELDS[index % len(FIELDS)]}\", \"{FIELDS[(index * 7 + 3) % len(FIELDS)]}\"]', {6000 + 100 * (index % 50)}, 'usd')"
            for index, (one, _) in enumerate(made))
        await town.place.query(
            "INSERT INTO consultant_profiles (user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency) "
            f"VALUES {rows}")
    return [one for one, _ in made]


class Market:
    """Customers and consultants who do what people do."""

    def __init__(self, api: str, websocket: str, seed: int, seen: Seen | None = None) -> None:
        self.api = api
        self.websocket = websocket
        self.random = random.Random(seed)
        self.seen = seen or Seen()
        self.customers: dict[str, Somebody] = {}
        self.closing = False

    # Consultants

    async def consult(self, one: Somebody) -> None:
        """A consultant: connected and available most of the time, until the market closes."""
        chance = random.Random(one.id)
        while not self.closing:
            try:
                wire = await Wire.open(self.websocket, contract=None)
            except (OSError, TimeoutError, Exception):
                self.seen.outages += 1
                await asyncio.sleep(0.2 + chance.random() * 0.3)
                continue
            try:
                await wire.hello(one.client.token or "")
                await wire.request("presence.set", {"available": True})
                await self.serve(one, wire, chance)
            except (RPCError, ConnectionError, AssertionError, OSError, Exception):
                self.seen.outages += 1
                await asyncio.sleep(0.1 + chance.random() * 0.2)
            finally:
                with contextlib.suppress(Exception):
                    await (wire.cut() if chance.random() < 0.5 else wire.close())

    async def serve(self, one: Somebody, wire: Wire, chance: random.Random) -> None:
        """Answers what comes, until it is time to flap."""
        until = time.monotonic() + 3 + chance.expovariate(1 / 15)
        done = 0
        answers: set[asyncio.Task[None]] = set()
        try:
            while not self.closing and time.monotonic() < until and not wire._reader.done():
                for note in wire.inbox[done:]:
                    done += 1
                    if note.method == "request.created":
                        self.seen.asked += 1
                        question = note.params["question"]["id"]
                        committed = self.seen.committed.pop(question, None)
                        if committed is not None:
                            self.seen.arrived.append(max(0.0, note.at - committed))
                        task = asyncio.create_task(self.answer(one, wire, note.params["requestId"], chance))
                        answers.add(task)
                        task.add_done_callback(answers.discard)
                    elif note.method == "request.withdrawn":
                        self.seen.withdrawn += 1
                wire._arrived.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wire._arrived.wait(), 0.5)
        finally:
            if answers:
                await asyncio.wait(answers)

    async def answer(self, one: Somebody, wire: Wire, request: str, chance: random.Random) -> None:
        """Accepts, declines, or says nothing; by socket or by REST, sometimes twice at once."""
        await asyncio.sleep(chance.random() * 0.3)
        kind = chance.random()
        if kind < 0.15:
            return
        with contextlib.suppress(ConnectionError, AssertionError, OSError, aiohttp.ClientError, TimeoutError):
            if kind < 0.35:
                await (wire.request("request.decline", {"requestId": request}) if chance.random() < 0.5
                       else one.client.post(f"/requests/{request}/decline", {}))
                return
            attempts = [self.accept(one, wire, request, by_socket=chance.random() < 0.5)]
            if chance.random() < 0.1:
                attempts.append(self.accept(one, wire, request, by_socket=chance.random() < 0.5))
            sessions = {session for session in await asyncio.gather(*attempts) if session}
            assert len(sessions) <= 1, f"one request became {sessions}"
            for session in sessions:
                self.seen.accepted[request] = session
                await asyncio.sleep(chance.random() * 0.4)
                # Mostly the customer calls it off, and the question is over; else it is handed out again.
                await self.end(one if chance.random() < 0.2 else await self.customer(one, session), session)

    async def accept(self, one: Somebody, wire: Wire, request: str, by_socket: bool) -> str | None:
        try:
            if by_socket:
                return (await wire.request("request.accept", {"requestId": request}))["sessionId"]
            answer = await one.client.post(f"/requests/{request}/accept")
            if answer.status == 200:
                return answer.json["sessionId"]
        except RPCError as refusal:
            if refusal.reason not in ("request_closed", "not_found"):
                self.seen.outages += 1
                return None
        self.seen.refused += 1
        return None

    async def customer(self, one: Somebody, session: str) -> Somebody:
        """The other side of a consultant's session."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                answer = await one.client.get(f"/sessions/{session}")
                if answer.status == 200:
                    return self.customers[answer.json["customerId"]]
            await asyncio.sleep(0.2)

    async def end(self, one: Somebody, session: str) -> None:
        """Ends a session, as often as it takes: whoever has one is busy."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                answer = await one.client.post(f"/sessions/{session}/end")
                if answer.status == 200:
                    self.seen.ended += 1
                    return
                if answer.status in (404, 409):
                    return
            await asyncio.sleep(0.2)

    # Customers

    async def ask(self, one: Somebody, number: int) -> None:
        """Posts a question, again with the same key until it is acknowledged; cancels a few."""
        field_ = FIELDS[number % len(FIELDS)]
        content = {"title": f"A question about {field_}", "body": f"Number {number}: something with {field_} is odd.",
                   "tags": [field_]}
        headers = {"Idempotency-Key": f"question-{number}"}
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                answer = await one.client.post("/questions", content, headers=headers)
                if answer.status == 201:
                    break
                assert answer.status in (429, 503), (answer.status, answer.raw[:300])
            self.seen.outages += 1
            await asyncio.sleep(0.3)
        id = answer.json["id"]
        now = time.monotonic()
        self.seen.posted[id] = now
        self.seen.committed.setdefault(id, now)
        if number % 40 == 0:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await one.client.delete(f"/questions/{id}")

    async def post_all(self, customers: list[Somebody], count: int, rate: float) -> None:
        """So many questions at so many a second, each customer's one after the other."""
        start = time.monotonic()
        self.customers = {one.id: one for one in customers}
        running: set[asyncio.Task[None]] = set()
        for number in range(count):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            task = asyncio.create_task(self.ask(customers[number % len(customers)], number))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running)


# What must hold in the end. Each query counts what must not be.
INVARIANTS = {
    "a question with two sessions at once": """
        SELECT count(*) FROM sessions AS one JOIN sessions AS other
            ON one.question_id = other.question_id AND one.id < other.id
            AND other.created_at < coalesce(one.ended_at, now())""",
    "a consultant in two sessions at once": """
        SELECT count(*) FROM sessions AS one JOIN sessions AS other
            ON one.consultant_id = other.consultant_id AND one.id < other.id
            AND other.created_at < coalesce(one.ended_at, now())""",
    "an accepted question without the session of its request": """
        SELECT count(*) FROM questions WHERE state = 'accepted' AND NOT EXISTS (
            SELECT FROM requests JOIN sessions ON sessions.request_id = requests.id
            WHERE requests.question_id = questions.id AND requests.state = 'accepted')""",
    "a consultant asked while busy": """
        SELECT count(*) FROM requests JOIN sessions USING (consultant_id)
            WHERE requests.created_at > sessions.created_at
            AND requests.created_at < coalesce(sessions.ended_at, now())""",
    "a request that waits for an answer to a question that is over": """
        SELECT count(*) FROM requests JOIN questions ON questions.id = question_id
            WHERE requests.state = 'pending' AND questions.state NOT IN ('open', 'matching')""",
    "more than three asked at once": """
        SELECT count(*) FROM (SELECT question_id FROM requests WHERE state = 'pending'
            GROUP BY question_id HAVING count(*) > 3) AS crowds""",
    "somebody asked twice about the same after an answer": """
        SELECT count(*) FROM requests AS one JOIN requests AS other
            ON one.question_id = other.question_id AND one.consultant_id = other.consultant_id
            AND one.created_at < other.created_at AND one.state IN ('declined', 'expired')""",
    "a busy consultant without a session": """
        SELECT count(*) FROM consultant_profiles WHERE availability = 'busy' AND NOT EXISTS (
            SELECT FROM sessions WHERE consultant_id = user_id AND state IN ('pending', 'active'))""",
    "a session whose consultant is not busy": """
        SELECT count(*) FROM sessions JOIN consultant_profiles ON user_id = consultant_id
            WHERE state IN ('pending', 'active') AND availability <> 'busy'""",
    "a parked event": "SELECT count(*) FROM outbox_events WHERE state = 'parked'",
}
