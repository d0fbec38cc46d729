"""Accounts on the WebSocket: access tokens are taken there, and a sign-in that is ended has no connection seconds later."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from harness.marketplace import Marketplace
from harness.people import PASSWORD, Person, Town, new_session, token_of
from harness.postgres import PostgreSQL
from harness.wait import until
from harness.wire import RPCError, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNED_OUT = 4003
SECONDS = 5
ANOTHER_PASSWORD = "nine lanterns by the sea"


@contextlib.asynccontextmanager
async def connected(place: Marketplace, token: str) -> AsyncIterator[Wire]:
    """A connection that has said hello."""
    wire = await Wire.open(place.websocket)
    try:
        await wire.hello(token)
        yield wire
    finally:
        await wire.close()


async def refusal(place: Marketplace, token: str):
    """Why a token is not taken."""
    wire = await Wire.open(place.websocket)
    try:
        return await wire.refused("hello", {"token": token})
    finally:
        await wire.close()


@pytest.mark.both
async def test_hello_takes_an_access_token(town: Town):
    for role in ("customer", "consultant"):
        person = await town.resident(role)
        wire = await Wire.open(town.place.websocket)
        hello = await wire.hello(person.client.token)
        assert (hello["userId"], hello["role"]) == (person.id, role)
        assert await wire.request("ping") == {}
        await wire.close()
    forged = person.client.token[:-6] + ("AAAAAA" if person.client.token[-6:] != "AAAAAA" else "BBBBBB")
    assert (await refusal(town.place, forged)).code == -32001
    assert (await refusal(town.place, person.refresh_token)).code == -32001


async def signed_out(town: Town, person: Person) -> None:
    (await person.client.post("/auth/logout", {"refreshToken": person.refresh_token})).expect(204)


async def signed_out_everywhere(town: Town, person: Person) -> None:
    (await person.client.post("/auth/logout-everywhere")).expect(204)


async def erased(town: Town, person: Person) -> None:
    (await person.client.delete("/me", {"password": person.password})).expect(200)


async def reset(town: Town, person: Person) -> None:
    (await person.client.post("/auth/password-reset", {"email": person.email})).expect(202)
    token = token_of(await town.mail(person))
    (await person.client.post("/auth/password-reset/confirm", {"token": token, "password": ANOTHER_PASSWORD})).expect(204)


async def stolen(town: Town, person: Person) -> None:
    first = person.refresh_token
    (await person.client.post("/auth/refresh", {"refreshToken": first})).expect(200)
    await town.place.query(
        "UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE family_id IN "
        f"(SELECT id FROM refresh_families WHERE user_id = '{person.id}')")
    (await person.client.post("/auth/refresh", {"refreshToken": first})).problem(401, "refresh_token_invalid")


@pytest.mark.parametrize("end", [signed_out, signed_out_everywhere, erased, reset, stolen], ids=lambda end: end.__name__)
async def test_whoever_is_signed_out_is_dropped(town: Town, end):
    ada, bob = await town.resident(), await town.resident()
    async with connected(town.place, ada.client.token) as hers, connected(town.place, bob.client.token) as his:
        await end(town, ada)
        assert await hers.closed(timeout=SECONDS) == SIGNED_OUT
        assert await his.request("ping") == {}
    refused = await refusal(town.place, ada.client.token)
    assert (refused.code, refused.reason) == (-32001, "token_revoked")


async def test_another_device_of_the_same_person_stays(town: Town):
    ada = await town.resident()
    first = ada.client.token
    await ada.sign_in()
    async with connected(town.place, first) as old, connected(town.place, ada.client.token) as new:
        (await ada.client.post("/me/password", {"currentPassword": PASSWORD, "newPassword": ANOTHER_PASSWORD})).expect(204)
        assert await old.closed(timeout=SECONDS) == SIGNED_OUT
        assert await new.request("ping") == {}


# Availability


async def consultant(town: Town, tag: str) -> Person:
    person = await town.resident("consultant")
    (await person.client.put("/me/profile", {
        "headline": "Here", "tags": [tag], "hourlyRate": {"amount": 9000, "currency": "eur"}})).expect(200)
    return person


async def available(town: Town, tag: str) -> list[str]:
    return [item["id"] for item in (await town.client().get(f"/consultants?tag={tag}&available=true")).expect(200)["items"]]


async def test_a_consultant_says_on_the_websocket_whether_they_are_there(town: Town):
    ada, bob = await town.resident(), await consultant(town, "Weathervanes")
    async with connected(town.place, bob.client.token) as wire, connected(town.place, ada.client.token) as other:
        assert await wire.request("presence.set", {"available": True}) == {"available": True}

        async def is_there() -> bool:
            return await available(town, "Weathervanes") == [bob.id]

        await until(is_there, SECONDS, "the consultant among those who are available")
        assert (await other.refused("presence.set", {"available": True})).code == -32002
        await wire.request("presence.set", {"available": False})

        async def is_gone() -> bool:
            return await available(town, "Weathervanes") == []

        await until(is_gone, SECONDS, "nobody available")


@pytest.mark.parametrize("town", ["embedded"], indirect=True)
async def test_who_is_gone_for_a_minute_is_offline(town: Town, quick: bool):
    if quick:
        pytest.skip("--quick")
    bob = await consultant(town, "Barometers")
    (await bob.client.put("/me/availability", {"available": True})).expect(200)
    async with connected(town.place, bob.client.token):
        assert await available(town, "Barometers") == [bob.id]

    async def is_gone() -> bool:
        return await available(town, "Barometers") == []

    await until(is_gone, 75, "the consultant offline", every=0.5)
    assert (await bob.client.get("/me/profile")).expect(200)["availability"] == "offline"


# The halves apart


async def test_both_halves_apart_are_one_marketplace(tmp_path: Path):
    async with PostgreSQL() as database, new_session() as session:
        for name in ("api", "signal"):
            (tmp_path / name).mkdir()
        api = Marketplace(tmp_path / "api", ("api",), CONSULT_DATABASE_URL=database.url())
        signal = Marketplace(
            tmp_path / "signal", ("signal",), CONSULT_DATABASE_URL=database.url(), CONSULT_JWT_KEY=api.signer.setting,
            CONSULT_HTTP_PORT=api.http_port)
        assert (await api.run("migrate", "up"))[0] == 0
        try:
            await asyncio.gather(api.start(), signal.start())
            town = Town(api, session)
            ada, bob = await town.resident(), await town.resident()
            # Ended in one process, dropped by the other.
            async with connected(signal, ada.client.token) as wire:
                await signed_out_everywhere(town, ada)
                assert await wire.closed(timeout=SECONDS) == SIGNED_OUT
            # Ended while the other was away: it reads of it at its start, and drops who came in before it had.
            await signal.stop()
            await signed_out(town, bob)
            await signal.start()
            for person in (ada, bob):
                with contextlib.suppress(RPCError):
                    async with connected(signal, person.client.token) as wire:
                        assert await wire.closed(timeout=SECONDS) == SIGNED_OUT
                assert (await refusal(signal, person.client.token)).reason == "token_revoked"
            await ada.sign_in()
            async with connected(signal, ada.client.token) as wire:
                # The database goes away: whoever is there stays, and what ends meanwhile is told afterwards.
                await database.crash()
                assert await wire.request("ping") == {}
                await database.start()
                await until(api.is_ready, 10, "a sidecar that is ready")
                await signed_out_everywhere(town, ada)
                assert await wire.closed(timeout=2 * SECONDS) == SIGNED_OUT
            for place in (signal, api):
                await place.stop()
        finally:
            for place in (signal, api):
                place.kill()
