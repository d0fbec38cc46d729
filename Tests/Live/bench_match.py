"""What matching takes on this machine, with the load generator and PostgreSQL on it: see scripts/bench.

First, at a steady rate of questions that are read for their meaning, the time from a question to the first `request.created` on a
consultant's socket. It begins at the question's `createdAt`, which is before its commit, so the true value is a little better; it
ends when this program has read the message. Beside it stands what processor time a question took, by whom. Then the ranking among
many consultants, as the server itself measures it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import math
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from bench import machine
from harness.market import FIELDS, Somebody, accounts
from harness.marketplace import Marketplace
from harness.people import Town, new_session
from harness.postgres import PostgreSQL
from harness.wait import until
from harness.wire import Wire

SENTENCES = [
    "I have worked with {} for many years, mostly in small companies.", "Ask me about {} when it is urgent.",
    "My clients come when {} has become slow, expensive or both.", "I also teach {} to teams.",
    "Before that I maintained systems around {} for a bank.", "I like to look at the numbers first.",
]


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def histogram(text: str, name: str) -> list[tuple[float, int]]:
    """The cumulative buckets of a histogram in the text format of Prometheus."""
    buckets = []
    for line in text.splitlines():
        if line.startswith(f"{name}_bucket"):
            bound = line.split('le="', 1)[1].split('"', 1)[0]
            buckets.append((float("inf") if bound == "+Inf" else float(bound), int(float(line.rsplit(" ", 1)[1]))))
    return buckets


def bound(before: list[tuple[float, int]], after: list[tuple[float, int]], share: float) -> tuple[float, int]:
    """The upper bound of the bucket that this share of the new observations does not exceed, and how many there were."""
    counts = [(upper, now - then) for (upper, now), (_, then) in zip(after, before, strict=True)]
    total = counts[-1][1]
    return next(upper for upper, count in counts if count >= share * total), total


async def profiles(place: Marketplace, count: int) -> float:
    """So many consultants who seem to be there, put straight into the database, and the seconds a profile took to be embedded.

    The server itself works out what the first few hundred mean. The others are written like these, each text many times, and take
    over its vectors: ranking compares every one of them all the same.
    """
    chance = random.Random(5)
    own = min(count, 400)
    user = "('01900000-0000-7000-8000-' || lpad(to_hex({}), 12, '0'))::uuid"
    await place.query(f"""
        WITH made AS (
            INSERT INTO users (id, email, name, role, email_verified_at)
            SELECT {user.format("n")}, 'many-' || n || '@bench.example', 'Consultant ' || n, 'consultant', now()
            FROM generate_series(1, {count}) AS n RETURNING id)
        SELECT count(*) FROM made""")
    columns = "(user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency, availability, is_connected)"
    rows = []
    for number in range(1, own + 1):
        fields = chance.sample(FIELDS, 2)
        bio = " ".join(sentence.format(chance.choice(fields)) for sentence in chance.sample(SENTENCES, 4))
        rows.append(
            f"({user.format(number)}, '{fields[0]} and {fields[1]}, number {number}', '{bio}', "
            f"'[\"{fields[0]}\", \"{fields[1]}\"]', 12000, 'usd', 'available', true)")
    began = time.monotonic()
    await place.query(f"INSERT INTO consultant_profiles {columns} VALUES {','.join(rows)}")
    embedded = "SELECT count(*) FROM profile_vectors WHERE user_id::text LIKE '01900000-%'"

    async def read() -> bool:
        return await place.number(embedded) >= own

    await until(read, 600, f"the vectors of {own} profiles", every=0.1)
    took = (time.monotonic() - began) / own
    before = catalogued(place)
    await place.query(f"""
        WITH pairs AS (SELECT {user.format("n")} AS copy, {user.format(f"(n - 1) % {own} + 1")} AS original
                       FROM generate_series({own + 1}, {count}) AS n),
        made AS (
            INSERT INTO consultant_profiles {columns}
            SELECT copy, headline, bio, tags, hourly_rate_amount, hourly_rate_currency, availability, is_connected
            FROM pairs JOIN consultant_profiles ON user_id = original RETURNING user_id),
        meant AS (
            INSERT INTO profile_vectors (user_id, digest, model, vectors)
            SELECT copy, digest, model, vectors FROM pairs JOIN profile_vectors ON user_id = original
            WHERE copy IN (SELECT user_id FROM made) RETURNING 1)
        SELECT count(*) FROM meant""")

    async def known() -> bool:
        return catalogued(place) >= before + count - own

    await until(known, 600, f"{count} profiles in the catalogue", every=0.5)
    return took


def processor_time(database: PostgreSQL, place: Marketplace) -> dict[str, float]:
    """Seconds of processor time so far, of the server, of PostgreSQL with all its processes, and of this program."""
    assert place.process is not None and database.postmaster.pid is not None

    def spent(process: psutil.Process) -> float:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            return times.user + times.system + times.children_user + times.children_system
        return 0

    postmaster = psutil.Process(database.postmaster.pid)
    return {
        "consult": spent(psutil.Process(place.process.pid)),
        "PostgreSQL": sum(map(spent, [postmaster, *postmaster.children()])),
        "load generator": spent(psutil.Process()),
    }


def gauge(place: Marketplace, name: str) -> int:
    text = place.get(place.ops_port, "/metrics")[1]
    return next(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines() if line.startswith(f"{name} "))


def catalogued(place: Marketplace) -> int:
    """How many profiles the server can find."""
    return gauge(place, "consult_match_profiles")


LONG = " ".join(
    f"In step {step} the service answers more slowly than before, the queue grows, and we cannot see why the workers wait for locks "
    "although the processors are idle and the disks have little to do." for step in range(1, 13))


async def asked(place: Marketplace, customers: list[Somebody], questions: int, body: str, metric: str, what: str, goal: int) -> str:
    """Questions one after the other, and what the server itself measured meanwhile."""
    before = histogram(place.get(place.ops_port, "/metrics")[1], metric)
    for number in range(questions):
        one = customers[number % len(customers)]
        field = FIELDS[number % len(FIELDS)]
        answer = await one.client.post("/questions", {
            "title": f"Something about {field}", "body": body.format(field=field, number=number)})
        id = answer.expect(201)["id"]
        await one.client.delete(f"/questions/{id}")
    after = histogram(place.get(place.ops_port, "/metrics")[1], metric)
    (p50, total), (p99, _) = bound(before, after, 0.5), bound(before, after, 0.99)
    return f"| {what} | {total} | ≤ {p50 * 1000:g} | ≤ {p99 * 1000:g} | {goal} |"


async def delivery(
    place: Marketplace, database: PostgreSQL, customers: list[Somebody], experts: list[Somebody], rate: float, seconds: int,
) -> str:
    """Questions at a steady rate, and how soon the first request about each is on a socket. Whoever waits five seconds in vain
    counts as one who waits for ever."""
    arrived: dict[str, float] = {}
    posted: dict[str, float] = {}
    reached: dict[str, asyncio.Event] = {}
    refused = 0

    async def sit(one: Somebody) -> None:
        wire = await Wire.open(place.websocket, contract=None)
        await wire.hello(one.client.token or "")
        await wire.request("presence.set", {"available": True})
        while True:
            for note in wire.inbox:
                if note.method == "request.created":
                    question = note.params["question"]["id"]
                    arrived.setdefault(question, time.time() - (time.monotonic() - note.at))
                    reached.setdefault(question, asyncio.Event()).set()
            wire.inbox.clear()
            wire._arrived.clear()
            await wire._arrived.wait()

    async def ask(one: Somebody, number: int) -> None:
        nonlocal refused
        field = FIELDS[number % len(FIELDS)]
        answer = await one.client.post("/questions", {
            "title": f"{field} is slow", "body": f"Case {number}: what could be wrong with our {field}?"})
        if answer.status != 201:
            refused += 1
            return
        created = datetime.datetime.fromisoformat(answer.json["createdAt"]).timestamp()
        posted[answer.json["id"]] = created
        # Nobody answers: the question goes as soon as somebody knows of it, so that a desk is free for the next one.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reached.setdefault(answer.json["id"], asyncio.Event()).wait(), 5)
        await one.client.delete(f"/questions/{answer.json['id']}")

    desks = [asyncio.create_task(sit(one)) for one in experts]
    try:
        connected = "SELECT count(*) FROM consultant_profiles WHERE availability = 'available' AND is_connected"

        async def seated() -> bool:
            return await place.number(connected) >= len(experts)

        await until(seated, 60, "the consultants at their desks", every=0.5)
        unread, spent = gauge(place, "consult_match_unread_total"), processor_time(database, place)
        start = time.monotonic()
        running = []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            running.append(asyncio.create_task(ask(customers[number % len(customers)], number)))
        await asyncio.wait(running)
        took = time.monotonic() - start
        spent = {who: time - spent[who] for who, time in processor_time(database, place).items()}
        unread = gauge(place, "consult_match_unread_total") - unread
    finally:
        for desk in desks:
            desk.cancel()
    missing = len(posted) - len(arrived.keys() & posted.keys())
    times = [arrived.get(id, math.inf) - created for id, created in posted.items()]
    shares = ", ".join(f"{who} {time / len(running) * 1000:.1f}" for who, time in spent.items())
    print(
        f"{len(running) / took:.1f} questions/s to {len(experts)} sockets: {refused} refused, {missing} reached nobody within 5 s, "
        f"{unread} read by their words alone; processor time per question in ms: {shares}; "
        f"{sum(spent.values()) / took:.2f} of {os.cpu_count()} processors", file=sys.stderr)
    return (f"| question to socket at {rate:g}/s | {len(times)} | {quantile(times, 0.5) * 1000:.1f} | "
            f"{quantile(times, 0.99) * 1000:.1f} | 100 |")


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench match")
    parser.add_argument("--consultants", type=int, default=10_000, help="to rank among (10000)")
    parser.add_argument("--questions", type=int, default=500, help="to rank (500); 0: only the steady rate")
    parser.add_argument("--rate", type=float, default=50, help="questions/s (50)")
    parser.add_argument("--seconds", type=int, default=20, help="of the steady rate (20)")
    parser.add_argument("--desks", type=int, default=200, help="consultants with a socket (200)")
    options = parser.parse_args()
    print(f"{machine()}; the load generator and PostgreSQL share it", file=sys.stderr)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consult-bench-")))
        database = await stack.enter_async_context(PostgreSQL())
        place = Marketplace(
            folder / "server", ("serve",), CONSULT_DATABASE_URL=database.url(), CONSULT_REQUESTS_PER_MINUTE="0",
            CONSULT_LOG_LEVEL="warning")
        place.folder.mkdir()
        stack.callback(place.kill)
        code, said = await place.run("migrate", "up")
        if code != 0:
            raise SystemExit(said)
        await place.start()
        if not gauge(place, "consult_match_meaning"):
            raise SystemExit("the server has no sentence-embedding model: scripts/setup fetches it")
        session = await stack.enter_async_context(new_session())
        town = Town(place, session, None, database)
        customers = await accounts(town, "customer", 400)
        experts = await accounts(town, "consultant", options.desks)
        print("| what | measured | p50 ms | p99 ms | goal p99 ms |")
        print("|---|---|---|---|---|", flush=True)
        print(await delivery(place, database, customers, experts, options.rate, options.seconds), flush=True)
        if options.questions == 0:
            return 0
        took = await profiles(place, options.consultants)
        print(f"a profile took {took * 1000:.0f} ms to be read and embedded", file=sys.stderr)
        print(await asked(
            place, customers, options.questions, "Case {number}: it became slow after we changed how {field} is used.",
            "consult_match_ranking_seconds", f"ranking among {options.consultants}", 20), flush=True)
        print(await asked(
            place, customers, 100, "Case {number} with {field}. " + LONG,
            "consult_match_embedding_seconds", "meaning of a question of 300 words", 100), flush=True)
        await place.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
