"""What people report of each other through the running server: from the report to the decision, and what follows from it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from harness.history import new_id
from harness.money import open_bank
from harness.people import Person, Town
from harness.wait import until
from harness.wire import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNED_OUT = 4003
SECONDS = 5


async def consultant(town: Town, tag: str) -> Person:
    person = await town.resident("consultant")
    (await person.client.put("/me/profile", {
        "headline": "Here", "tags": [tag], "hourlyRate": {"amount": 9000, "currency": "eur"}})).expect(200)
    return person


async def held(town: Town, customer: Person, expert: Person) -> str:
    """A session of the two that took place."""
    question, session = new_id(), new_id()
    await town.place.query(
        "INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at) VALUES "
        f"('{question}', '{customer.id}', 'Why?', 'Because.', '[]', 'accepted', now());"
        "INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency, threshold_seconds,"
        f" started_at, ended_at, end_reason) VALUES ('{session}', '{question}', '{customer.id}', '{expert.id}', 's-{session}',"
        " 'completed', 9000, 'eur', 600, now(), now(), 'customer_left');")
    return session


async def queue(admin: Person, session: str, state: str = "open") -> list[dict]:
    """The reports about a session, as far as the first page goes."""
    items = (await admin.client.get(f"/admin/moderation?state={state}&limit=100")).expect(200)["items"]
    return [item for item in items if item["session"]["id"] == session]


async def test_a_comment_that_is_reported_and_hidden_is_no_longer_public(town: Town):
    ada, root, bob = await town.resident(), await town.resident("admin"), await consultant(town, "Hidden words")
    session = await held(town, ada, bob)
    (await ada.client.post(f"/sessions/{session}/rating", {"stars": 1, "comment": "A thief!"})).expect(201)
    public = f"/consultants/{bob.id}/ratings"
    assert (await town.client().get(public)).expect(200)["items"][0]["comment"] == "A thief!"
    body = {"kind": "comment", "reason": "abusive", "text": "I am none."}
    made = (await bob.client.post(f"/sessions/{session}/report", body, headers={"Idempotency-Key": "a"})).expect(201)
    replayed = await bob.client.post(f"/sessions/{session}/report", body, headers={"Idempotency-Key": "a"})
    assert replayed.expect(201) == made and replayed.headers["idempotency-replayed"] == "true"
    assert (await bob.client.post(f"/sessions/{session}/report", body)).expect(200) == made
    assert (await bob.client.get(f"/sessions/{session}")).expect(200)["reported"] == ["comment"]
    (await ada.client.post(f"/sessions/{session}/report", body)).problem(403, "forbidden")
    (await (await town.resident()).client.post(f"/sessions/{session}/report", body)).problem(404, "not_found")

    [item] = await queue(root, session)
    assert (item["kind"], item["text"], item["rating"]["comment"]) == ("comment", "I am none.", "A thief!")
    assert (item["reporter"]["id"], item["subject"]["id"]) == (bob.id, ada.id)
    decide = f"/admin/moderation/{item['id']}"
    (await bob.client.post(decide, {"decision": "dismiss"})).problem(403, "forbidden")
    (await root.client.post(decide, {"decision": "hide_comment", "note": "An insult."})).expect(200)
    (await root.client.post(decide, {"decision": "dismiss"})).problem(409, "already_decided")
    assert await queue(root, session) == []

    [rating] = (await town.client().get(public)).expect(200)["items"]
    assert (rating["stars"], rating["comment"]) == (1, None)
    assert (await town.client().get(f"/consultants/{bob.id}")).expect(200)["rating"]["count"] == 1
    assert (await bob.client.get(f"/sessions/{session}")).expect(200)["rating"] == {"stars": 1, "comment": None, "commentHidden": True}
    assert (await ada.client.get(f"/sessions/{session}")).expect(200)["rating"]["comment"] == "A thief!"
    told = await town.mail(ada)
    assert "no longer shown" in told and bob.name not in told


async def test_who_is_suspended_is_out_at_once_and_back_when_it_is_lifted(town: Town):
    ada, root, bob = await town.resident(), await town.resident("admin"), await consultant(town, "Suspensions")
    session = await held(town, ada, bob)
    (await bob.client.put("/me/availability", {"available": True})).expect(200)
    wire = await Wire.open(town.place.websocket)
    await wire.hello(bob.client.token or "")
    listed = "/consultants?tag=Suspensions"
    assert len((await town.client().get(listed)).expect(200)["items"]) == 1
    (await ada.client.post(f"/sessions/{session}/report", {"reason": "fraud"})).expect(201)
    [item] = await queue(root, session)
    decided = (await root.client.post(
        f"/admin/moderation/{item['id']}", {"decision": "suspend", "message": "You asked for money twice."})).expect(200)
    assert decided == {"id": item["id"], "state": "decided", "decision": "suspend"}
    [item] = await queue(root, session, "decided")
    assert item["ruling"]["message"] == "You asked for money twice." and item["subject"]["suspendedAt"]

    assert await wire.closed(timeout=SECONDS) == SIGNED_OUT
    (await bob.client.get("/me")).problem(401, "unauthenticated")
    (await bob.client.post("/auth/refresh", {"refreshToken": bob.refresh_token})).problem(401, "refresh_token_invalid")
    login = {"email": bob.email, "password": bob.password}
    (await bob.client.post("/auth/login", login)).problem(403, "account_suspended")
    (await bob.client.post("/auth/login", login | {"password": "not this one at all"})).problem(401, "invalid_credentials")
    assert (await town.client().get(listed)).expect(200)["items"] == []
    told = await town.mail(bob)
    assert "suspended" in told and "You asked for money twice." in told and ada.name not in told

    users = (await root.client.get(f"/admin/users?state=suspended&q={bob.id}")).expect(200)["items"]
    assert [(user["id"], user["state"]) for user in users] == [(bob.id, "suspended")]
    kinds = [event["kind"] for event in (await root.client.get(f"/admin/audit?user={bob.id}")).expect(200)["items"]]
    assert "suspended" in kinds and "sign_in_suspended" in kinds

    (await root.client.post(f"/admin/users/{bob.id}/reinstate", {"note": "He paid it back."})).expect(204)
    [back] = (await root.client.get(f"/admin/users?q={bob.id}")).expect(200)["items"]
    assert (back["state"], back["suspendedAt"]) == ("verified", None)
    (await root.client.post(f"/admin/users/{bob.id}/reinstate", {})).problem(409, "not_suspended")
    await bob.sign_in()
    (await bob.client.get("/me")).expect(200)
    assert len((await town.client().get(listed)).expect(200)["items"]) == 1
    assert "no longer suspended" in await town.mail(bob)


async def test_what_stripe_told_and_nobody_could_act_on_is_tried_again(town: Town):
    root = await town.resident("admin")
    identifier = f"evt_{new_id().replace('-', '')}"
    await town.place.query(
        "INSERT INTO stripe_events (id, type, object_kind, object_id, is_live, created_at, state, attempts, last_error) VALUES "
        f"('{identifier}', 'weather.changed', 'weather', 'w_1', false, now(), 'parked', 12, 'no answer')")
    parked = (await root.client.get("/ops/stripe-events?state=parked&limit=100")).expect(200)["items"]
    [event] = [one for one in parked if one["id"] == identifier]
    assert (event["type"], event["attempts"], event["lastError"], event["dueAt"]) == ("weather.changed", 12, "no answer", None)
    retry = f"/ops/stripe-events/{identifier}/retry"
    (await root.client.post(retry)).expect(204)

    async def settled() -> bool:
        items = (await root.client.get("/ops/stripe-events?state=ignored&limit=100")).expect(200)["items"]
        return identifier in [one["id"] for one in items]

    await until(settled, 20, "the event among those that are about something else")
    (await root.client.post(retry)).problem(404, "not_found")


async def test_a_call_that_runs_is_not_cut(tmp_path: Path, nothing_left):
    async with open_bank(tmp_path / "bank") as bank:
        ann, cora, root = await bank.customer(), await bank.consultant(), await bank.town.resident("admin")
        session = await bank.accepted(ann, cora)
        peers = await bank.call(session, ann, cora)
        await bank.reaches(peers[0], 2)
        (await cora.client.post(f"/sessions/{session}/report", {"reason": "abusive"})).expect(201)
        [item] = await queue(root, session)
        (await root.client.post(f"/admin/moderation/{item['id']}", {"decision": "suspend"})).expect(200)
        (await ann.client.get(f"/sessions/{session}")).problem(401, "unauthenticated")
        before = (await cora.client.get(f"/sessions/{session}")).expect(200)
        assert before["state"] == "active", before
        await asyncio.gather(*(bank.reaches(peer, before["mediaSeconds"] + 6) for peer in peers))
        (await cora.client.post(f"/sessions/{session}/end")).expect(200)
        over = (await cora.client.get(f"/sessions/{session}")).expect(200)
        assert (over["state"], over["endReason"]) == ("completed", "consultant_left"), over
