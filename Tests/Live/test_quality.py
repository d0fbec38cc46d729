"""A call of which one side's way up is bad: both are told whose it is, operators see it, live and afterwards."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from harness import deployed
from harness.marketplace import open_town
from harness.people import Client, Town
from harness.wait import until
from test_receipts import accepted, call

LOSS = 0.3
DIRECTION = {"score", "audioScore", "videoScore", "bitrate", "loss", "lossAfterRecovery", "jitter", "roundTrip",
             "framesPerSecond", "freezes"}


@pytest_asyncio.fixture
async def town(tmp_path: Path, nothing_left: None) -> AsyncIterator[Town]:
    async with open_town(tmp_path / "town", "embedded", mail=False, CONSULT_RELAY="on") as made:
        yield made


def lose(peer: Any, share: float) -> None:
    """From now on a share of what the peer sends never leaves it; nothing of what is resent does either."""
    chance, send, first = random.Random(7), peer.transport._send_rtp, True

    async def lossy(data: bytes) -> None:
        nonlocal first
        media = not 192 <= data[1] <= 223
        if media and not first and chance.random() < share:
            return
        first = False
        await send(data)

    peer.transport._send_rtp = lossy


def full(status: dict[str, Any]) -> bool:
    """Whether all four directions are known."""
    return all(side and side["up"] and side["down"] for side in (status, status["theirs"]))


async def calls(client: Client, query: str = "") -> list[dict[str, Any]]:
    return (await client.get(f"/ops/calls{query}")).expect(200)["items"]


async def test_both_are_told_whose_connection_is_bad_and_operators_see_it(town):
    exposed = set(town.place.metrics())
    ann, cora, admin = await town.resident("customer"), await town.resident("consultant"), await town.resident("admin")
    session, wire = await accepted(town, ann, cora)
    assert await calls(admin.client, "?state=live") == [], "nobody is there yet"
    (await admin.client.get(f"/ops/calls/{session}")).problem(404, "not_found")
    customer, consultant = await call(town, session, ann, cora)
    lose(customer, LOSS)

    told = await customer.wire.expect("quality.status", lambda status: status["weak"] == "yours" and full(status), timeout=30)
    assert told.params["up"]["score"] < 3 and told.params["up"]["loss"] > 0.1, told.params
    assert told.params["down"]["loss"] < 0.05 and told.params["theirs"]["up"]["loss"] < 0.05, told.params
    told = await consultant.wire.expect("quality.status", lambda status: status["weak"] == "theirs" and full(status), timeout=10)
    assert told.params["theirs"]["up"]["score"] < 3 and told.params["up"]["score"] > 3, told.params

    async def seen() -> bool:
        found = await calls(admin.client, "?state=live")
        return bool(found) and bool(found[0]["customer"]["up"]) and bool(found[0]["consultant"]["down"])
    await until(seen, 30, "the call in the list of operators")
    live = (await calls(admin.client))[0]
    assert (live["id"], live["state"], live["mode"], live["endedAt"]) == (session, "live", "relay", None)
    assert live["customer"]["userId"] == ann.id and live["consultant"]["name"] == cora.name
    assert live["customer"]["connection"] == live["consultant"]["connection"] == "connected", live
    for side in ("customer", "consultant"):
        for way in ("up", "down"):
            assert set(live[side][way]) == DIRECTION, live
    assert live["customer"]["up"]["score"] < 3 < live["consultant"]["up"]["score"], live
    assert live["customer"]["up"]["loss"] > 0.1 > live["consultant"]["up"]["loss"], live
    assert live["consultant"]["up"]["framesPerSecond"] > 5 and live["seenAt"], live
    sofar = (await ann.client.get(f"/sessions/{session}/quality")).expect(200)
    assert sofar["weak"] == "customer" and sofar["text"] == "Your connection was weak.", sofar

    async def twice() -> bool:
        shown = (await admin.client.get(f"/ops/calls/{session}")).expect(200)
        return len([entry for entry in shown["timeline"] if entry["customer"]["up"]]) >= 2
    await until(twice, 30, "a second entry of the timeline")
    (await ann.client.post(f"/sessions/{session}/end")).expect(200)

    async def over() -> bool:
        return (await calls(admin.client, "?state=ended"))[0]["id"] == session
    await until(over, 20, "the call among those that are over")
    assert await calls(admin.client, "?state=live") == []
    shown = (await admin.client.get(f"/ops/calls/{session}")).expect(200)
    assert shown["endReason"] == "customer_left" and shown["endedAt"] and shown["mediaSeconds"] > 10, shown
    assert shown["customer"]["connection"] == shown["consultant"]["connection"] == "gone"
    times = [entry["at"] for entry in shown["timeline"]]
    assert times == sorted(set(times)) and all(entry["milliseconds"] <= 12_000 for entry in shown["timeline"]), shown
    media = [entry["mediaSeconds"] for entry in shown["timeline"]]
    assert media == sorted(media) and media[-1] <= shown["mediaSeconds"], shown
    seen_both = [entry for entry in shown["timeline"] if entry["customer"]["up"] and entry["consultant"]["up"]]
    assert min(entry["customer"]["up"]["score"] for entry in seen_both) < 3, shown
    assert all(entry["consultant"]["up"]["score"] > 3 for entry in seen_both), shown
    kept = (await cora.client.get(f"/sessions/{session}/quality")).expect(200)
    assert kept["weak"] == "customer" and kept["text"] == "The customer's connection was weak.", kept
    (await admin.client.get("/ops/calls?state=all")).problem(422, "invalid_content")

    figures = town.place.metrics()
    assert figures['consult_call_quality_score_bucket{direction="up",media="audio",le="3"}'] > 0
    assert figures['consult_call_loss_ratio_count{direction="up",recovery="before"}'] > 0
    wrong = {place: bad for place, expression in deployed.expressions().items() if (bad := deployed.unknown(expression, exposed))}
    assert not wrong, "what deploy/ names is there from the start"
    assert not any(deployed.unbalanced(expression) for expression in deployed.expressions().values())
    await asyncio.gather(customer.close(), consultant.close(), wire.close())
