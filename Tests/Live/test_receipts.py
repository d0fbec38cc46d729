"""A real call's receipt: it verifies without the server, agrees with what the peers sent, and cannot be altered."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from harness.marketplace import open_town
from harness.peer import Peer
from harness.people import Person, Town
from harness.wait import until
from harness.wire import Wire

SECONDS = 14


@pytest_asyncio.fixture
async def town(tmp_path: Path, nothing_left: None) -> AsyncIterator[Town]:
    async with open_town(tmp_path / "town", "embedded", mail=False, CONSULT_RELAY="on") as made:
        yield made


async def accepted(town: Town, customer: Person, consultant: Person) -> tuple[str, Wire]:
    """A question's way to a session; its id, and the consultant's connection."""
    (await consultant.client.put("/me/profile", {
        "headline": "PostgreSQL", "bio": "Plans and indexes.", "tags": ["PostgreSQL"],
        "hourlyRate": {"amount": 12000, "currency": "usd"}})).expect(200)
    wire = await Wire.open(town.place.websocket)
    await wire.hello(consultant.client.token or "")
    await wire.request("presence.set", {"available": True})
    (await customer.client.post("/questions", {
        "title": "Why does PostgreSQL ignore my index?", "body": "A query scans the whole table.",
        "tags": ["PostgreSQL"]})).expect(201)
    asked = await wire.expect("request.created", timeout=30)
    answer = await consultant.client.post(f"/requests/{asked.params['requestId']}/accept")
    return answer.expect(200)["sessionId"], wire


async def call(town: Town, session: str, *people: Person) -> list[Peer]:
    peers = []
    for person in people:
        token = (await person.client.post(f"/sessions/{session}/join")).expect(200)["token"]
        peers.append(await Peer(town.place, token, person.role).enter())
    await asyncio.gather(*(peer.negotiate() for peer in peers))
    await asyncio.gather(*(peer.connected() for peer in peers))
    return peers


def sent(peer: Peer) -> list[int]:
    """The sizes of the media packets that a peer has sent."""
    return [packet.size for packet in peer.tap.sent if packet.payload_type in peer.media_types]


async def still(peer: Peer) -> None:
    """Until nothing more leaves."""
    count = -1

    def settled() -> bool:
        nonlocal count
        count, before = len(peer.tap.sent), count
        return count == before

    peer.pause()
    await until(settled, 10, "the last packet")


async def test_a_calls_receipt_is_genuine_agrees_with_what_was_sent_and_cannot_be_altered(town, tmp_path):
    ann = await town.resident("customer", name="Ann Asker")
    cora = await town.resident("consultant", name="Cora Indexer")
    stranger = await town.resident("customer", name="Eve Else")
    session, wire = await accepted(town, ann, cora)
    customer, consultant = await call(town, session, ann, cora)
    (await ann.client.get(f"/sessions/{session}/receipt")).problem(404, "receipt_not_found")
    reached = await customer.wire.expect(
        "billing.status", lambda status: status["mediaSeconds"] >= SECONDS, timeout=SECONDS + 30)
    for peer in (customer, consultant):
        await still(peer)
    counts = [(len(sent(peer)), sum(sent(peer))) for peer in (customer, consultant)]
    # What is on its way arrives.
    await until(lambda: len(consultant.tap.received) >= counts[0][0] * 0.9, 10, "the customer's packets")
    clock = [note.params["mediaSeconds"] for note in customer.wire.seen("billing.status")][-1]
    (await ann.client.post(f"/sessions/{session}/end")).expect(200)

    async def sealed() -> bool:
        return (await ann.client.get(f"/sessions/{session}/receipt")).status == 200

    await until(sealed, 20, "the receipt")
    answer = await ann.client.get(f"/sessions/{session}/receipt")
    receipt = answer.expect(200)
    assert (await cora.client.get(f"/sessions/{session}/receipt")).expect(200) == receipt
    (await stranger.client.get(f"/sessions/{session}/receipt")).problem(404, "not_found")

    # The records and the clock.
    records, totals = receipt["records"], receipt["totals"]
    assert [record["number"] for record in records] == list(range(1, len(records) + 1)) and len(records) == 2
    assert {record["source"] for record in records} == {"relay"}
    shown = (await ann.client.get(f"/sessions/{session}")).expect(200)["mediaSeconds"]
    assert reached.params["mediaSeconds"] <= clock <= totals["mediaSeconds"] == shown <= clock + 2
    assert totals["billableSeconds"] == totals["mediaSeconds"]
    assert (receipt["session"], receipt["terms"]["customer"], receipt["terms"]["consultant"]) == (session, ann.id, cora.id)

    # What the peers sent, packet by packet: first ones may come before the path is ready at the other end.
    for (packets, size), side in zip(counts, ("fromCustomer", "fromConsultant"), strict=True):
        flow = totals[side]
        print(f"{side}: {packets} packets of {size} bytes sent, {flow} counted")
        assert packets * 0.99 <= flow["packets"] <= packets and flow["lost"] == 0, (packets, flow)
        assert size * 0.8 <= flow["bytes"] < size
        assert all(300 < record[side]["score"] <= 500 for record in records)

    await forgeries(town, receipt, answer.raw, tmp_path)
    await wire.close()
    for peer in (customer, consultant):
        await peer.close()


async def forgeries(town: Town, receipt: dict[str, Any], raw: bytes, folder: Path) -> None:
    """What `consult receipt verify` says of the receipt, and of what somebody made of it."""
    keys = folder / "jwks.json"
    published = (await town.client().get("/.well-known/jwks.json")).expect(200)
    keys.write_text(json.dumps(published))
    path = folder / "receipt.json"

    async def verify(content: bytes | dict[str, Any], *options: str) -> tuple[int, str]:
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=1).encode())
        return await town.place.run("receipt", "verify", str(path), *(options or ("--keys", str(keys))))

    async def rules(content: dict[str, Any]) -> list[tuple[str, str]]:
        code, said = await verify(content, "--keys", str(keys), "--json")
        found = json.loads(said)
        assert code == 1 and not found["genuine"], said
        return [(finding["rule"], finding["place"]) for finding in found["findings"]]

    code, said = await verify(raw)
    assert code == 0 and "genuine: signed at" in said, said
    [key] = published["keys"]
    for options in ([], ["--key", key["x"]]):
        code, said = await verify(receipt, *(options or ["--keys", str(keys)]))
        assert code == 0, said

    def altered(change: Any) -> dict[str, Any]:
        forged = json.loads(raw)
        change(forged)
        return forged

    def more(forged: dict[str, Any]) -> None:
        forged["records"][0]["fromCustomer"]["packets"] += 1

    def cheaper(forged: dict[str, Any]) -> None:
        forged["terms"]["rate"]["amount"] = 1

    assert await rules(altered(more)) == [("record_altered", "record 1"), ("totals", "totals.fromCustomer.packets")]
    assert ("record_missing", "record 1") in await rules(altered(lambda forged: forged["records"].pop(0)))
    assert ("record_missing", "record 2") in await rules(altered(lambda forged: forged["records"].pop()))
    assert ("record_reordered", "record 1") in await rules(altered(lambda forged: forged["records"].reverse()))
    assert await rules(altered(cheaper)) == [("record_altered", "record 1"), ("signature", "signature")]
    code, said = await verify(altered(more))
    assert code == 1 and "record 1 is not the one" in said and "not genuine" in said, said

    # Whoever makes everything anew has another key.
    forged = altered(more)
    forged["totals"]["fromCustomer"]["packets"] += 1
    resign(forged, Ed25519PrivateKey.generate())
    assert await rules(forged) == [("signature", "signature")]
    forged["keyId"] = "another"
    assert await rules(forged) == [("key_unknown", "keyId")]

    # By hand, as docs/receipts.md says.
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=="))
    assert chained(receipt) == receipt["head"]
    public.verify(base64.urlsafe_b64decode(receipt["signature"] + "=="), signed(receipt))

    for content, options, expected in (
        (b"no json", ["--keys", str(keys)], 66), (raw, ["--keys", str(folder / "missing")], 66),
        (raw, ["--key", "nonsense"], 64), (raw, ["--keys"], 64),
    ):
        code, said = await verify(content, *options)
        assert code == expected, (options, code, said)
    assert (await town.place.run("receipt", "verify", str(folder / "missing"), "--keys", str(keys)))[0] == 66


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chained(receipt: dict[str, Any]) -> str:
    """The head of the chain of a receipt's records, whose hashes are made anew."""
    head = hashlib.sha256(canonical(receipt["terms"])).digest()
    for record in receipt["records"]:
        head = hashlib.sha256(head + canonical({name: value for name, value in record.items() if name != "hash"})).digest()
        record["hash"] = head.hex()
    return head.hex()


def signed(receipt: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in receipt.items() if name not in ("records", "signature")})


def resign(receipt: dict[str, Any], key: Ed25519PrivateKey) -> None:
    receipt["head"] = chained(receipt)
    receipt["signature"] = base64.urlsafe_b64encode(key.sign(signed(receipt))).decode().rstrip("=")
