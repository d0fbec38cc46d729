"""A market with hundreds of people while its processes are killed: no question is forgotten, given away twice, or put to somebody
who is busy."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from harness.market import INVARIANTS, Market, accounts
from harness.marketplace import Marketplace
from harness.people import Town, new_session
from harness.postgres import PostgreSQL
from harness.wait import until


def size(request: pytest.FixtureRequest, quick: bool) -> tuple[int, int, float, int]:
    """Questions, consultants, questions a second, and how often each process is killed."""
    asked = request.config.getoption("--market")
    if asked:
        questions, consultants, rate, kills = asked.split("x")
        return int(questions), int(consultants), float(rate), int(kills)
    return (120, 30, 20, 1) if quick else (200, 40, 20, 1)


@pytest.mark.timeout(1500)
async def test_no_question_is_lost_or_given_away_twice(request: pytest.FixtureRequest, tmp_path: Path, quick: bool):
    questions, consultants, rate, kills = size(request, quick)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(PostgreSQL())
        settings = {
            "CONSULT_DATABASE_URL": database.url(), "CONSULT_REQUESTS_PER_MINUTE": "0", "CONSULT_REQUEST_DEADLINE": "2",
            "CONSULT_QUESTION_LIFETIME": "45", "CONSULT_JOIN_DEADLINE": "20", "CONSULT_LOG_LEVEL": "info",
        }
        sidecar = Marketplace(tmp_path / "api", ("api",), **settings)
        core = Marketplace(tmp_path / "signal", ("signal",), **settings | {"CONSULT_JWT_KEY": sidecar.signer.setting})
        halves = {"api": sidecar, "signal": core}
        for place in halves.values():
            place.folder.mkdir()
            stack.callback(place.kill)
        code, said = await sidecar.run("migrate", "up")
        assert code == 0, said
        for place in halves.values():
            await place.start()
        session = await stack.enter_async_context(new_session())
        town = Town(sidecar, session, None, database)
        experts = await accounts(town, "consultant", consultants)
        customers = await accounts(town, "customer", max(questions // 3, 40))

        market = Market(sidecar.api, core.websocket, seed=7)
        desks = [asyncio.create_task(market.consult(one)) for one in experts]
        stack.callback(lambda: [desk.cancel() for desk in desks])
        connected = "SELECT count(*) FROM consultant_profiles WHERE availability = 'available' AND is_connected"

        async def mostly_there() -> bool:
            return await sidecar.number(connected) >= consultants * 0.8

        await until(mostly_there, 60, "the consultants at their desks", every=0.5)
        began = time.monotonic()
        posting = asyncio.create_task(market.post_all(customers, questions, rate))
        stack.callback(posting.cancel)
        chance = random.Random(11)
        # Killed at moments spread over the whole of it; in a random order, one at a time.
        order = [name for name in halves for _ in range(kills)]
        chance.shuffle(order)
        for number, name in enumerate(order, 1):
            moment = began + questions / rate * number / (len(order) + 1) + chance.random()
            await asyncio.sleep(max(0.0, moment - time.monotonic()))
            halves[name].crash()
            await halves[name].start()
        await posting

        async def settled() -> bool:
            return await sidecar.number("SELECT count(*) FROM questions WHERE state IN ('open', 'matching')") == 0

        await until(settled, 150, "the end of every question", every=1)
        market.closing = True
        await asyncio.wait(desks, timeout=60)

        async def quiet() -> bool:
            return await sidecar.number(
                "SELECT (SELECT count(*) FROM sessions WHERE state IN ('pending', 'active'))"
                " + (SELECT count(*) FROM outbox_events WHERE state = 'pending')") == 0

        await until(quiet, 90, "the end of every session", every=1)
        seen = market.seen
        found = {what: await sidecar.number(query) for what, query in INVARIANTS.items()}
        assert not any(found.values()), found
        assert len(seen.posted) == questions
        kept = {row[0] for row in await sidecar.query("SELECT id FROM questions")}
        assert set(seen.posted) <= kept
        sessions = {row[0]: row[1] for row in await sidecar.query("SELECT request_id, id FROM sessions WHERE request_id IS NOT NULL")}
        for accepted, session_id in seen.accepted.items():
            assert sessions.get(accepted) == session_id, accepted
        states = dict(await sidecar.query("SELECT state, count(*) FROM questions GROUP BY state"))
        asked = await sidecar.number("SELECT count(*) FROM requests")
        answers = dict(await sidecar.query("SELECT state, count(*) FROM requests GROUP BY state"))
        # It was a market, and not a silence.
        assert len(seen.accepted) > questions / 3, (states, answers)
        arrived = sorted(seen.arrived)
        print(
            f"\n{questions} questions, {consultants} consultants, {len(order)} kills in {time.monotonic() - began:.0f} s: "
            f"questions {states}; {asked} requests {answers}; {len(seen.accepted)} accepts acknowledged, {seen.refused} refused, "
            f"{seen.outages} met an outage; first request after p50 {arrived[len(arrived) // 2] * 1000:.0f} ms, "
            f"p90 {arrived[len(arrived) * 9 // 10] * 1000:.0f} ms")
        for place in halves.values():
            await place.stop()
