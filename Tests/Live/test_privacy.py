"""A person's data in their hands, and gone."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from harness.history import past_session
from harness.people import Person, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
RATE = {"amount": 12000, "currency": "eur"}


async def export(person: Person) -> tuple[dict, str]:
    """What is in the export: as JSON and as text."""
    answer = await person.client.get("/me/export")
    assert answer.status == 200 and answer.headers["content-type"] == "application/zip", answer
    assert answer.headers["cache-control"] == "no-store" and "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.raw)) as archive:
        assert archive.testzip() is None and archive.namelist() == ["export.json"]
        text = archive.read("export.json").decode()
    return json.loads(text), text


async def consultant(town: Town, name: str) -> Person:
    person = await town.resident("consultant", name=name)
    (await person.client.put("/me/profile", {
        "headline": "Heliography", "bio": "About the sun", "tags": ["Heliographs"], "hourlyRate": RATE})).expect(200)
    return person


async def test_the_export_holds_the_person_and_nobody_else_and_no_secret(town: Town):
    ada, bob = await town.resident(name="Ada Exporting"), await consultant(town, "Bob Exporting")
    session = await past_session(town, ada, bob, "Where does the sun go", "He knew where")
    document, text = await export(ada)
    assert document["account"]["email"] == ada.email and document["account"]["name"] == ada.name
    for theirs in (session, "Where does the sun go in full", "He knew where", ada.client.address, "terms", "email_verified"):
        assert theirs in text, theirs
    # Of the other side there is what was shown anyway.
    assert "Bob Exporting" in text and bob.email not in text and bob.id not in text
    secrets = [value for row in await town.place.query(f"""
        SELECT password_hash FROM credentials WHERE user_id = '{ada.id}'
        UNION ALL SELECT encode(hash, 'hex') FROM email_tokens WHERE user_id = '{ada.id}'
        UNION ALL SELECT encode(t.hash, 'hex') FROM refresh_tokens t JOIN refresh_families f ON f.id = t.family_id
            WHERE f.user_id = '{ada.id}'""") for value in row]
    assert len(secrets) >= 3
    for secret in [*secrets, ada.password, ada.refresh_token, ada.client.token, "$2b$", "$2y$"]:
        assert secret not in text
    document, text = await export(bob)
    assert document["profile"]["headline"] == "Heliography" and session in text
    assert ada.email not in text and ada.id not in text


async def test_who_leaves_is_gone_and_what_is_kept_is_told(town: Town):
    ada, bob = await town.resident(name="Ada Leavington"), await consultant(town, "Bob Staying")
    (await ada.client.put("/me/consents", {
        "consents": [{"document": "marketing", "version": "2026-01", "granted": True}]})).expect(200)
    session = await past_session(town, ada, bob, "Is Leavington a word", "Says Leavington")
    second = (await town.client().post("/auth/login", {"email": ada.email, "password": ada.password})).expect(200)

    (await ada.client.delete("/me", {"password": "not the password"})).problem(403, "wrong_password")
    kept = (await ada.client.delete("/me", {"password": ada.password})).expect(200)["kept"]
    assert all(item["what"] and item["why"] and datetime.fromisoformat(item["until"]) > datetime.now(UTC) for item in kept), kept
    assert any("Tax law" in item["why"] for item in kept), kept

    for token in (ada.client.token, second["accessToken"]):
        (await ada.client.get("/me", token=token)).problem(401, "unauthenticated")
    for token in (ada.refresh_token, second["refreshToken"]):
        (await ada.client.post("/auth/refresh", {"refreshToken": token})).problem(401, "refresh_token_invalid")
    (await town.client().post("/auth/login", {"email": ada.email, "password": ada.password})).problem(401, "invalid_credentials")

    # The other side keeps their session, with nobody in it.
    document, text = await export(bob)
    assert session in text
    for word in (ada.email, "Leavington"):
        assert word not in text, word
    ratings = (await town.client().get(f"/consultants/{bob.id}/ratings")).expect(200)
    assert [rating["stars"] for rating in ratings["items"]] == [4] and "Leavington" not in str(ratings)
    assert (await town.client().get(f"/consultants/{bob.id}")).expect(200)["rating"] == {"average": 4, "count": 1}

    # Nothing anywhere in the database names them; the payment is there.
    assert await holders(town, [ada.email, "Leavington", ada.client.address]) == []
    assert await town.place.number(f"SELECT sum(captured_amount) FROM payments WHERE session_id = '{session}'") == 2000
    # And the address is free again.
    ada.name = "Ada Again"
    (await ada.register()).expect(201)
    await ada.sign_in()


async def test_a_consultant_who_leaves_is_no_longer_found(town: Town):
    ada, bob = await town.resident(), await consultant(town, "Bob Vanishing")
    await past_session(town, ada, bob)
    (await bob.client.delete("/me", {"password": bob.password})).expect(200)
    (await town.client().get(f"/consultants/{bob.id}")).problem(404, "not_found")
    assert (await town.client().get("/consultants?q=vanishing")).expect(200)["items"] == []
    _, text = await export(ada)
    assert bob.email not in text and "Vanishing" not in text
    assert await holders(town, [bob.email, "Vanishing", bob.client.address]) == []


async def test_nobody_leaves_in_the_middle_of_a_session(town: Town):
    ada, bob = await town.resident(), await consultant(town, "Bob Talking")
    session = await past_session(town, ada, bob)
    await town.place.query(
        f"UPDATE sessions SET state = 'active', ended_at = NULL, end_reason = NULL WHERE id = '{session}'")
    for person in (ada, bob):
        (await person.client.delete("/me", {"password": person.password})).problem(409, "session_live")
        (await person.client.get("/me")).expect(200)


async def holders(town: Town, words: list[str]) -> list[str]:
    """The tables with a row that holds one of the words in any column."""
    tables = [row[0] for row in await town.place.query(
        "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'")]
    matches = " OR ".join(f"t::text ILIKE '%{word}%'" for word in words)
    statement = " UNION ALL ".join(
        f"(SELECT '{table}: ' || left(t::text, 300) FROM {table} t WHERE {matches} LIMIT 3)" for table in tables)
    return [row[0] for row in await town.place.query(statement)]
