"""What matching takes on this machine, with the load generator and PostgreSQL on it: see scripts/bench.

First the ranking among many consultants, as the server itself measures it; then, at a steady rate of questions, the time from a
question to the first `request.created` on a consultant's socket. That one begins before the question is committed, so the true
value is a little better.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

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


async def profiles(place: Marketplace, count: int) -> None:
    """So many consultants with profiles of their own who seem to be there, put straight into the database."""
    chance = random.Random(5)
    await place.query(f"""
        WITH made AS (
            INSERT INTO users (id, email, name, role, email_verified_at)
            SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'many-' || n || '@bench.example',
                'Consultant ' || n, 'consultant', now() FROM generate_series(1, {count}) AS n RETURNING id)
        SELECT count(*) FROM made""")
    for start in range(0, count, 500):
        rows = []
        for number in range(start + 1, min(start + 500, count) + 1):
            fields = chance.sample(FIELDS, 2)
            bio = " ".join(sentence.format(chance.choice(fields)) for sentence in chance.sample(SENTENCES, 4))
            rows.append(
                f"('01900000-0000-7000-8000-{number:012x}', '{fields[0]} and {fields[1]}, number {number}', '{bio}', "
                f"'[\"{fields[0]}\", \"{fields[1]}\"]', 12000, 'usd', 'available', true)")
        await place.query(
            "INSERT INTO consultant_profiles (user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency, availability, "
            f"is_connected) VALUES {','.join(rows)}")


async def ranking(place: Marketplace, customers: list[Somebody], count: int, questions: int) -> str:
    """Questions one after the other, ranked among everybody."""
    await profiles(place, count)
    # Every profile is embedded before it counts.
    ready = "SELECT count(*) FROM profile_vectors WHERE user_id::text LIKE '01900000-%'"
    began = time.monotonic()

    async def indexed() -> bool:
        return await place.number(ready) >= count

    await until(indexed, 3600, f"the vectors of {count} profiles", every=2)
    print(f"{count} profiles were read and embedded in {time.monotonic() - began:.0f} s", file=sys.stderr)
    name = "consult_match_ranking_seconds"
    before = histogram(place.get(place.ops_port, "/metrics")[1].decode(), name)
    for number in range(questions):
        one = customers[number % len(customers)]
        field = FIELDS[number % len(FIELDS)]
        answer = await one.client.post("/questions", {
            "title": f"Something about {field}", "body": f"Case {number}: it became slow after we changed how {field} is used."})
        id = answer.expect(201)["id"]
        await one.client.delete(f"/questions/{id}")
    after = histogram(place.get(place.ops_port, "/metrics")[1].decode(), name)
    (p50, total), (p99, _) = bound(before, after, 0.5), bound(before, after, 0.99)
    return f"| ranking among {count} | {total} | ≤ {p50 * 1000:g} | ≤ {p99 * 1000:g} | 20 |"


async def delivery(place: Marketplace, customers: list[Somebody], experts: list[Somebody], rate: float, seconds: int) -> str:
    """Questions at a steady rate, and how soon the first request about each is on a socket."""
    arrived: dict[str, float] = {}
    posted: dict[str, float] = {}

    async def sit(one: Somebody) -> None:
        wire = await Wire.open(place.websocket, contract=None)
        await wire.hello(one.client.token or "")
        await wire.request("presence.set", {"available": True})
        done = 0
        while True:
            for note in wire.inbox[done:]:
                done += 1
                if note.method == "request.created":
                    arrived.setdefault(note.params["question"]["id"], time.time() - (time.monotonic() - note.at))
                    await wire.tell("request.decline", {"requestId": note.params["requestId"]})
            wire._arrived.clear()
            await wire._arrived.wait()

    async def ask(one: Somebody, number: int) -> None:
        field = FIELDS[number % len(FIELDS)]
        answer = await one.client.post("/questions", {
            "title": f"{field} is slow", "body": f"Case {number}: what could be wrong with our {field}?"})
        if answer.status != 201:
            return
        created = datetime.datetime.fromisoformat(answer.json["createdAt"]).timestamp()
        posted[answer.json["id"]] = created
        await asyncio.sleep(2)
        await one.client.delete(f"/questions/{answer.json['id']}")

    desks = [asyncio.create_task(sit(one)) for one in experts]
    try:
        connected = "SELECT count(*) FROM consultant_profiles WHERE availability = 'available' AND is_connected"

        async def seated() -> bool:
            return await place.number(connected) >= len(experts)

        await until(seated, 60, "the consultants at their desks", every=0.5)
        start = time.monotonic()
        running = []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            running.append(asyncio.create_task(ask(customers[number % len(customers)], number)))
        await asyncio.wait(running)
    finally:
        for desk in desks:
            desk.cancel()
    times = [arrived[id] - created for id, created in posted.items() if id in arrived]
    missing = len(posted) - len(times)
    note = f" ({missing} reached nobody)" if missing else ""
    return (f"| question to socket at {rate:g}/s{note} | {len(times)} | {quantile(times, 0.5) * 1000:.1f} | "
            f"{quantile(times, 0.99) * 1000:.1f} | 100 |")


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench match")
    parser.add_argument("--consultants", type=int, default=10_000, help="to rank among (10000)")
    parser.add_argument("--questions", type=int, default=500, help="to rank (500)")
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
        session = await stack.enter_async_context(new_session())
        town = Town(place, session, None, database)
        customers = await accounts(town, "customer", 400)
        experts = await accounts(town, "consultant", options.desks)
        print("| what | measured | p50 ms | p99 ms | goal p99 ms |")
        print("|---|---|---|---|---|", flush=True)
        print(await delivery(place, customers, experts, options.rate, options.seconds), flush=True)
        print(await ranking(place, customers, options.consultants, options.questions), flush=True)
        await place.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
