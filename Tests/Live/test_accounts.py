"""Who people are: registration, sign-in and everything around them, through HTTP; on a private database and on somebody else's."""

from __future__ import annotations

import asyncio
import re
import statistics
import time

import jwt
import pytest
from harness.people import Person, Town, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANOTHER_PASSWORD = "nine lanterns by the sea"


async def refresh(person: Person, token: str | None = None):
    return await person.client.post("/auth/refresh", {"refreshToken": token or person.refresh_token})


async def end_the_grace(town: Town, person: Person) -> None:
    """As if the used refresh tokens of somebody had been used longer ago than an answer can be lost."""
    await town.place.query(
        "UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE family_id IN "
        f"(SELECT id FROM refresh_families WHERE user_id = '{person.id}')")


@pytest.mark.both
async def test_the_whole_walk(town: Town):
    ada = town.person(name="Ada Walker")
    user = (await ada.register()).expect(201)["user"]
    assert (user["email"], user["name"], user["role"], user["emailVerified"]) == (ada.email, ada.name, "customer", False)

    # The mail went through a real mail server, and its link holds once.
    letter = await town.mail(ada)
    received = await town.sink.wait_for(ada.email)
    assert received.sender == "no-reply@consult.test" and not received.message.defects
    link = token_of(letter)
    (await ada.client.post("/auth/verify-email", {"token": link})).expect(204)
    (await ada.client.post("/auth/verify-email", {"token": link})).problem(422, "token_invalid")
    (await ada.client.post("/auth/verify-email", {"token": link[::-1]})).problem(422, "token_invalid")

    tokens = await ada.sign_in()
    assert tokens["user"]["emailVerified"] is True and tokens["user"]["id"] == user["id"] and tokens["expiresIn"] == 900
    assert (await ada.client.get("/me")).expect(200) == tokens["user"]

    # Rotation.
    first = ada.refresh_token
    second = (await refresh(ada)).expect(200)
    assert second["refreshToken"] != first and second["user"] == tokens["user"]
    ada.take(second)
    third = (await refresh(ada)).expect(200)
    ada.take(third)

    # Somebody who stole the first one comes with it later: the whole sign-in is ended.
    await end_the_grace(town, ada)
    (await refresh(ada, first)).problem(401, "refresh_token_invalid")
    (await refresh(ada, third["refreshToken"])).problem(401, "refresh_token_invalid")
    (await refresh(ada, first)).problem(401, "refresh_token_invalid")
    (await ada.client.get("/me")).problem(401, "unauthenticated")

    # Two devices, and a forgotten password: both have to sign in anew, with the new one.
    await ada.sign_in()
    other = town.client()
    elsewhere = (await other.post("/auth/login", {"email": ada.email, "password": ada.password})).expect(200)
    (await ada.client.post("/auth/password-reset", {"email": ada.email})).expect(202)
    link = token_of(await town.mail(ada))
    (await ada.client.post("/auth/verify-email", {"token": link})).problem(422, "token_invalid")
    (await ada.client.post("/auth/password-reset/confirm", {"token": link, "password": "short"})).problem(422, "invalid_content")
    (await ada.client.post("/auth/password-reset/confirm", {"token": link, "password": ANOTHER_PASSWORD})).expect(204)
    (await ada.client.post("/auth/password-reset/confirm", {"token": link, "password": ANOTHER_PASSWORD})).problem(
        422, "token_invalid")
    for token in (ada.refresh_token, elsewhere["refreshToken"]):
        (await refresh(ada, token)).problem(401, "refresh_token_invalid")
    for token in (ada.client.token, elsewhere["accessToken"]):
        (await other.get("/me", token=token)).problem(401, "unauthenticated")
    (await other.post("/auth/login", {"email": ada.email, "password": ada.password})).problem(401, "invalid_credentials")
    assert "changed" in await town.mail(ada)

    # The end.
    ada.password = ANOTHER_PASSWORD
    await ada.sign_in()
    (await ada.client.post("/auth/logout", {"refreshToken": ada.refresh_token})).expect(204)
    (await refresh(ada)).problem(401, "refresh_token_invalid")
    (await ada.client.get("/me")).problem(401, "unauthenticated")
    # Whoever has signed out already may do it again.
    (await ada.client.post("/auth/logout", {"refreshToken": ada.refresh_token})).expect(204)

    await ada.sign_in()
    kinds = [event["kind"] for event in (await ada.client.get("/me/security-events?limit=100")).expect(200)["items"]]
    assert {"registered", "email_verified", "signed_in", "refresh_reused", "password_reset_requested", "password_reset",
            "sign_in_failed", "signed_out"} <= set(kinds), kinds


async def test_two_refreshes_at_once_get_the_same_successor(town: Town):
    ada = await town.resident()
    answers = await asyncio.gather(*(refresh(ada) for _ in range(4)))
    assert len({answer.expect(200)["refreshToken"] for answer in answers}) == 1
    ada.take(answers[0].json)
    (await refresh(ada)).expect(200)
    assert await town.place.number(
        f"SELECT count(*) FROM security_events WHERE user_id = '{ada.id}' AND kind = 'refresh_reused'") == 0


async def test_log_out_everywhere_ends_every_device(town: Town):
    ada = await town.resident()
    here, first = ada.client.token, ada.refresh_token
    await ada.sign_in()
    (await ada.client.post("/auth/logout-everywhere")).expect(204)
    for token in (here, ada.client.token):
        (await ada.client.get("/me", token=token)).problem(401, "unauthenticated")
    for token in (first, ada.refresh_token):
        (await refresh(ada, token)).problem(401, "refresh_token_invalid")


async def test_a_changed_password_ends_the_other_sign_ins_only(town: Town):
    ada = await town.resident()
    other = ada.client.token
    await ada.sign_in()
    (await ada.client.post("/me/password", {"currentPassword": "not it at all", "newPassword": ANOTHER_PASSWORD})).problem(
        403, "wrong_password")
    (await ada.client.post("/me/password", {"currentPassword": ada.password, "newPassword": ANOTHER_PASSWORD})).expect(204)
    (await ada.client.get("/me")).expect(200)
    (await ada.client.get("/me", token=other)).problem(401, "unauthenticated")
    (await ada.client.post("/auth/login", {"email": ada.email, "password": ada.password})).problem(401, "invalid_credentials")


async def test_a_browser_keeps_its_refresh_token_in_a_cookie_that_no_script_reads(town: Town):
    ada = await town.resident()
    browser = {"Origin": town.place.api, "Sec-Fetch-Site": "same-origin"}

    def cookie(answer) -> str:
        assert len(answer.cookies) == 1, answer.cookies
        value, *attributes = re.split(r";\s*", answer.cookies[0])
        assert {"HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"} <= set(attributes), attributes
        return value

    answer = await ada.client.post("/auth/login", {"email": ada.email, "password": ada.password}, headers=browser)
    assert "refreshToken" not in answer.expect(200)
    first = cookie(answer)
    assert len(first.split("=", 1)[1]) == 43
    answer = await ada.client.post("/auth/refresh", headers=browser | {"Cookie": f"theme=dark; {first}"})
    assert "refreshToken" not in answer.expect(200) and answer.headers["cache-control"] == "no-store"
    second = cookie(answer)
    assert second != first
    ada.client.token = answer.json["accessToken"]
    answer = await ada.client.post("/auth/logout", headers=browser | {"Cookie": second})
    answer.expect(204)
    assert cookie(answer).split("=", 1)[1] == "" and "Max-Age=0" in answer.cookies[0]
    (await ada.client.post("/auth/refresh", headers=browser | {"Cookie": second})).problem(401, "refresh_token_invalid")
    (await ada.client.get("/me")).problem(401, "unauthenticated")
    # Another site's page gets nothing, whatever its reader's browser would send along.
    answer = await ada.client.post(
        "/auth/refresh", headers={"Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site", "Cookie": second})
    assert 400 <= answer.status < 500 and "access-control-allow-origin" not in answer.headers, answer


async def test_the_published_keys_check_the_access_tokens(town: Town):
    ada = await town.resident()
    answer = await town.client().get("/.well-known/jwks.json")
    keys = jwt.PyJWKSet.from_dict(answer.expect(200))
    header = jwt.get_unverified_header(ada.client.token)
    claims = jwt.decode(
        ada.client.token, keys[header["kid"]].key, algorithms=["EdDSA"],
        audience=jwt.decode(ada.client.token, options={"verify_signature": False})["aud"])
    assert claims["sub"] == ada.id and claims["role"] == "customer" and claims["exp"] - claims["iat"] == 900
    assert ada.email not in str(claims) and ada.name not in str(claims)
    head, body, signature = ada.client.token.split(".")
    forged = ".".join([head, body, signature[:-6] + ("AAAAAA" if signature[-6:] != "AAAAAA" else "BBBBBB")])
    (await ada.client.get("/me", token=forged)).problem(401, "unauthenticated")


# Nobody learns who has an account


async def test_registering_a_known_address_answers_the_same_and_its_owner_gets_mail(town: Town):
    ada = await town.resident()
    stranger = town.person(name="Mallory")
    stranger.email = ada.email.upper()
    known = await stranger.register()
    fresh = await town.person().register()
    assert known.status == fresh.status == 201
    assert known.json.keys() == fresh.json.keys() and known.json["user"].keys() == fresh.json["user"].keys()
    assert known.headers.keys() == fresh.headers.keys()
    said = known.json["user"]
    assert said["id"] != ada.id and said["name"] == "Mallory" and said["emailVerified"] is False
    assert "account" in await town.mail(ada)
    assert (await ada.client.get("/me")).expect(200)["name"] == ada.name
    await ada.sign_in()


async def timed(request) -> tuple[float, object]:
    start = time.perf_counter()
    answer = await request
    return time.perf_counter() - start, answer


async def test_an_unknown_and_a_known_address_are_refused_alike_and_as_fast(town: Town, quick: bool):
    ada = await town.resident()
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    bodies = set()
    for number in range(5 if quick else 10):
        for kind, address in (("known", ada.email), ("unknown", f"nobody{number}@example.test")):
            seconds, answer = await timed(
                town.client().post("/auth/login", {"email": address, "password": "certainly not it"}))
            problem = answer.problem(401, "invalid_credentials")
            problem.pop("requestId")
            bodies.add((str(sorted(problem.items())), tuple(sorted(answer.headers.keys()))))
            times[kind].append(seconds)
    assert len(bodies) == 1, bodies
    known, unknown = (statistics.median(values) for values in times.values())
    assert 0.6 < known / unknown < 1.67, times


async def test_a_forgotten_password_answers_alike_and_as_fast_for_everybody(town: Town):
    ada = await town.resident()
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(4):
        for kind, address in (("known", ada.email), ("unknown", f"nobody{number}@example.test")):
            seconds, answer = await timed(town.client().post("/auth/password-reset", {"email": address}))
            assert answer.expect(202) is None
            times[kind].append(seconds)
    known, unknown = (statistics.median(values) for values in times.values())
    assert 0.6 < known / unknown < 1.67, times


# Guessing


async def test_guessing_slows_down_the_guesser_and_nobody_else(town: Town):
    ada = await town.resident()
    guesser = town.client()
    wrong = {"email": ada.email, "password": "one more guess here"}
    refusals = await asyncio.gather(*(guesser.post("/auth/login", wrong) for _ in range(5)))
    for refusal in refusals:
        refusal.problem(401, "invalid_credentials")
    for _ in range(2):
        (await guesser.post("/auth/login", wrong)).problem(429, "sign_in_delayed")
    # Not even with the right one, or guessing would go on behind the delay.
    (await guesser.post("/auth/login", wrong | {"password": ada.password})).problem(429, "sign_in_delayed")
    # Its owner signs in, where they are known and where they are not, and the guesser signs in elsewhere.
    await ada.sign_in()
    (await town.client().post("/auth/login", {"email": ada.email, "password": ada.password})).expect(200)
    bob = town.person()
    (await bob.register()).expect(201)
    (await guesser.post("/auth/login", {"email": bob.email, "password": bob.password})).expect(200)


async def test_too_many_requests_from_one_address_are_refused_and_others_are_not(town: Town):
    hasty = town.client()
    answers = [await hasty.post("/auth/refresh", {"refreshToken": "x"}) for _ in range(125)]
    statuses = [answer.status for answer in answers]
    assert statuses[:100] == [401] * 100 and statuses[-1] == 429, statuses
    answers[-1].problem(429, "rate_limited")
    (await town.client().post("/auth/refresh", {"refreshToken": "x"})).problem(401, "refresh_token_invalid")


# Content


@pytest.mark.parametrize(("change", "pointer"), [
    ({"email": "nobody"}, "/email"), ({"email": "a b@example.test"}, "/email"), ({"password": "short"}, "/password"),
    ({"password": "password123"}, "/password"), ({"name": ""}, "/name"), ({"name": "two\nlines"}, "/name"),
    ({"name": "x" * 500}, "/name"), ({"role": "admin"}, "/role"), ({"role": "king"}, "/role"),
])
async def test_a_registration_that_cannot_be_says_what_is_wrong(town: Town, change, pointer):
    person = town.person()
    problem = (await person.client.post("/auth/register", person.registration | change)).problem(422, "invalid_content")
    assert pointer in {error["pointer"] for error in problem["errors"]}, problem


async def test_an_idempotency_key_registers_once(town: Town):
    ada = town.person()
    key = {"Idempotency-Key": f"register-{ada.email}"}
    answers = await asyncio.gather(*(ada.register(headers=key) for _ in range(3)))
    assert {answer.status for answer in answers} == {201} and len({answer.raw for answer in answers}) == 1
    again = await ada.register(headers=key)
    assert again.raw == answers[0].raw and again.headers.get("idempotency-replayed") == "true"
    other = await ada.client.post("/auth/register", ada.registration | {"name": "Somebody Else"}, headers=key)
    other.problem(422, "idempotency_key_reused")
    await town.verify(ada)
    assert await town.place.number(f"SELECT count(*) FROM users WHERE email = '{ada.email}'") == 1
    # One mail, and none to an owner who registered "again".
    assert await town.place.number(f"SELECT count(*) FROM mail_outbox WHERE recipient = '{ada.email}'") == 1
    (await ada.register(headers={"Idempotency-Key": "x" * 300})).problem(400, "invalid_idempotency_key")


async def test_a_name_is_changed_and_nothing_else(town: Town):
    ada = await town.resident()
    changed = (await ada.client.patch("/me", {"name": "Ada Łódź-Øster 🌊", "role": "admin", "email": "x@y.test"})).json
    me = (await ada.client.get("/me")).expect(200)
    assert me["email"] == ada.email and me["role"] == "customer"
    assert changed.get("name", me["name"]) == me["name"]
    (await ada.client.patch("/me", {"name": "  "})).problem(422, "invalid_content")
