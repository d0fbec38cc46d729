"""Who is let in: only who has a token of this server, in time, for this room."""

from __future__ import annotations

import json
import time

import pytest
from harness.tokens import Signer, claims, encode, guest, read


async def test_the_command_line_makes_the_tokens_that_the_contract_describes(server):
    header, body = read(server.token("shape", "Ada", "consultant", "p2p", "2h", unmetered=True))
    assert header["alg"] == "EdDSA" and header["kid"]
    assert (body["iss"], body["aud"], body["room"], body["name"], body["role"], body["mode"], body["unmetered"]) == (
        "consult", "room", "shape", "Ada", "consultant", "p2p", True)
    assert body["sub"] == guest("shape", "Ada") and body["jti"]
    assert body["exp"] - body["iat"] == 7200 and abs(body["iat"] - time.time()) < 30


async def test_the_same_name_is_the_same_person_and_another_name_is_not(server):
    one, two, other = (read(server.token("who", name))[1]["sub"] for name in ("Ada", "Ada", "Bob"))
    assert one == two != other


def unsigned(good: dict) -> str:
    return f"{encode(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{encode(json.dumps(good).encode())}."


def with_public_key_as_secret(server, good: dict) -> str:
    """Algorithm confusion: HMAC with what everybody may know."""
    import hashlib
    import hmac

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = server.signer._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    head = f"{encode(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())}.{encode(json.dumps(good).encode())}"
    return f"{head}.{encode(hmac.new(public, head.encode(), hashlib.sha256).digest())}"


BAD = {
    "expired": lambda server, good: server.signer.sign(good | {"iat": good["iat"] - 7200, "exp": good["iat"] - 3600}),
    "of another key": lambda server, good: Signer().sign(good),
    "unsigned": lambda server, good: unsigned(good),
    "signed with the public key": with_public_key_as_secret,
    "for another audience": lambda server, good: server.signer.sign(good | {"aud": "somebody-else"}),
    "of another issuer": lambda server, good: server.signer.sign(good | {"iss": "somebody-else"}),
    "without a room": lambda server, good: server.signer.sign({key: good[key] for key in good if key != "room"}),
    "with a role nobody has": lambda server, good: server.signer.sign(good | {"role": "root"}),
    "with the claims exchanged": lambda server, good: ".".join([
        server.signer.sign(good).split(".")[0], encode(json.dumps(good | {"name": "Eve"}).encode()),
        server.signer.sign(good).split(".")[2]]),
    "no token": lambda server, good: "nonsense",
    "empty": lambda server, good: "",
    "dots": lambda server, good: "..",
}


async def test_bad_tokens_are_refused_and_the_right_one_is_not(server, wire):
    header, _ = read(server.token("door", "Ada"))
    server.signer.header = header
    good = claims("door", "Ada")
    control = await wire(server)
    assert (await control.hello(server.signer.sign(good)))["userId"] == guest("door", "Ada")
    taken = {}
    for name, forge in BAD.items():
        token = forge(server, good)
        connection = await wire(server)
        refusal = await connection.refused("hello", {"token": token})
        if refusal.code not in (-32001, -32602):
            taken[f"hello, {name}"] = str(refusal)
        refusal = await control.refused("room.join", {"token": token})
        if refusal.code not in (-32001, -32002, -32602):
            taken[f"room.join, {name}"] = str(refusal)
        await connection.close()
    assert not taken, taken
    # One that is right in everything is still taken by the same connection.
    assert (await control.join(server.signer.sign(good)))["room"] == "door"


async def test_before_hello_nothing_is_answered_but_unauthenticated(server, wire):
    connection = await wire(server)
    refusal = await connection.refused("room.join", {"token": server.token("door", "Ada")})
    assert refusal.code == -32001


async def test_a_token_is_good_for_its_own_room_and_person_only(server, wire):
    connection = await wire(server)
    await connection.hello(server.token("mine", "Ada"))
    refusal = await connection.refused("room.join", {"token": server.token("mine", "Bob")})
    assert refusal.code in (-32001, -32002), refusal


async def test_a_token_that_expires_in_a_moment_is_refused_after_it(server, wire):
    token = server.token("short", "Ada", ttl="2s")
    connection = await wire(server)
    assert (await connection.hello(token))["userId"] == guest("short", "Ada")
    expiry = read(token)[1]["exp"]

    async def refused() -> bool:
        later = await wire(server)
        try:
            await later.hello(token)
            return False
        except Exception as error:  # noqa: BLE001
            return getattr(error, "code", None) == -32001

    from harness.wait import until

    # A verifier may allow some seconds of clock difference.
    await until(refused, expiry - time.time() + 15, "the refusal of an expired token", every=0.5)


@pytest.mark.parametrize("command", [["--name", "Ada"], ["--room", "r", "--name", "Ada", "--role", "king"],
                                     ["--room", "r", "--name", "Ada", "--ttl", "soon"]])
async def test_the_token_command_refuses_what_it_does_not_understand(server, command):
    from harness.server import wait_for_exit

    code, said = await wait_for_exit([server.executable, "token", *command], server.environment)
    assert code == 64 and said.strip(), (code, said)
