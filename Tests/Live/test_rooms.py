"""Rooms have two seats, a memory, and a conversation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from harness.wait import until
from harness.wire import RPCError


async def seated(server, wire, room: str, name: str, role: str = "customer", mode: str = "relay"):
    token = server.token(room, name, role, mode)
    connection = await wire(server)
    await connection.hello(token)
    return connection, await connection.join(token)


async def test_a_third_user_is_refused_and_the_two_are_not_disturbed(server, wire):
    ada, first = await seated(server, wire, "full", "Ada")
    assert first["participants"] == [] or [p["name"] for p in first["participants"]] == ["Ada"]
    bob, second = await seated(server, wire, "full", "Bob", "consultant")
    assert "Ada" in [participant["name"] for participant in second["participants"]]
    assert second["slots"] == ["mic", "camera", "screen"] and second["mode"] == "relay"
    joined = await ada.expect("room.joined", timeout=5)
    assert joined.params["participant"]["name"] == "Bob" and not joined.params["rejoined"]

    token = server.token("full", "Cid")
    cid = await wire(server)
    await cid.hello(token)
    refusal = await cid.refused("room.join", {"token": token})
    assert (refusal.code, refusal.reason) == (-32004, "room_full")
    assert not [note for note in ada.seen("room.joined") if note.params["participant"]["name"] == "Cid"]
    assert await ada.request("ping") == {} and await bob.request("ping") == {}


async def test_a_seat_that_was_left_can_be_taken(server, wire):
    ada, _ = await seated(server, wire, "seat", "Ada")
    bob, _ = await seated(server, wire, "seat", "Bob", "consultant")
    await bob.request("room.leave")
    await ada.expect("room.left", timeout=5)
    _, room = await seated(server, wire, "seat", "Cid", "consultant")
    assert room["you"]["name"] == "Cid"


async def test_chat_reaches_the_other_side_once_and_in_order(server, wire):
    ada, _ = await seated(server, wire, "chat", "Ada")
    bob, _ = await seated(server, wire, "chat", "Bob", "consultant")
    odd = "Grüße, 世界 👋 <b>\u2028\"\\"
    first = await ada.request("chat.send", {"id": "m-1", "text": odd})
    again = await ada.request("chat.send", {"id": "m-1", "text": odd})
    assert first == again, "the same id has the same answer"
    second = await ada.request("chat.send", {"id": "m-2", "text": "x" * 4000})
    assert second["sequence"] > first["sequence"]
    await bob.expect("chat.message", lambda message: message["id"] == "m-2", timeout=5)
    got = bob.seen("chat.message")
    assert [note.params["id"] for note in got] == ["m-1", "m-2"]
    assert got[0].params["text"] == odd and got[0].params["name"] == "Ada"
    assert not ada.seen("chat.message"), "the sender has the answer instead"
    for bad in ("", "x" * 4001):
        assert (await ada.refused("chat.send", {"id": "m-3", "text": bad})).code == -32602


async def test_media_state_is_told_to_the_other_side(server, wire):
    ada, room = await seated(server, wire, "state", "Ada")
    bob, _ = await seated(server, wire, "state", "Bob", "consultant")
    await ada.tell("media.state", {"mic": True, "camera": False, "screen": True})
    told = await bob.expect("media.state", timeout=5)
    assert told.params == {"userId": room["you"]["userId"], "mic": True, "camera": False, "screen": True}


async def test_peer_to_peer_messages_need_the_peer(server, wire):
    ada, room = await seated(server, wire, "lonely", "Ada", mode="p2p")
    assert room["offerer"] is False
    refusal = await ada.refused("media.offer", {"sdp": OFFER})
    assert (refusal.code, refusal.reason) == (-32003, "peer_absent")
    bob, second = await seated(server, wire, "lonely", "Bob", "consultant", "p2p")
    assert second["offerer"] is True
    assert await bob.request("media.offer", {"sdp": OFFER}) == {}
    offer = await ada.expect("media.offer", timeout=5)
    assert offer.params == {"sdp": OFFER, "from": second["you"]["userId"]}, "delivered verbatim"


async def test_descriptions_that_cannot_be_are_refused_with_the_line(server, wire):
    for mode in ("relay", "p2p"):
        ada, _ = await seated(server, wire, f"bad-{mode}", "Ada", mode=mode)
        await seated(server, wire, f"bad-{mode}", "Bob", "consultant", mode)
        for sdp in ("", "nonsense", "v=0\r\n", OFFER.replace("a=fingerprint", "a=x-fingerprint"),
                    OFFER.replace("a=ice-pwd", "a=x-ice-pwd"), OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF x\r\n"):
            refusal = await ada.refused("media.offer", {"sdp": sdp})
            assert (refusal.code, refusal.reason) == (-32602, "invalid_description"), (mode, sdp[:40], str(refusal))
            assert refusal.data.get("reason"), "says why"


async def test_no_codec_in_common_is_said(server, wire):
    ada, _ = await seated(server, wire, "codec", "Ada")
    refusal = await ada.refused("media.offer", {"sdp": OFFER.replace("opus/48000/2", "speex/16000")})
    assert (refusal.code, refusal.reason) == (-32004, "no_common_codec")


OFFER = "\r\n".join([
    "v=0", "o=- 3 3 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=msid-semantic:WMS *",
    "m=audio 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=sendrecv", "a=mid:0", "a=rtcp-mux",
    "a=rtpmap:96 opus/48000/2", "a=ssrc:1001 cname:test", "a=ice-ufrag:test", "a=ice-pwd:testtesttesttesttesttest",
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:actpass", "",
])


async def test_a_full_server_says_so_and_has_room_again_later(serve, wire):
    server = await serve(CONSULT_MAX_ROOMS=2)
    ada, _ = await seated(server, wire, "one", "Ada")
    await seated(server, wire, "two", "Ada")
    token = server.token("three", "Ada")
    late = await wire(server)
    await late.hello(token)
    refusal = await late.refused("room.join", {"token": token})
    assert (refusal.code, refusal.reason) == (-32006, "server_full")
    # Somebody in a room that exists is not turned away.
    await seated(server, wire, "two", "Bob", "consultant")
    await ada.request("room.leave")

    async def admitted() -> bool:
        try:
            return (await late.join(token))["room"] == "three"
        except RPCError as error:
            assert error.reason == "server_full"
            return False

    await until(admitted, 10, "a place on the server")


async def test_who_joins_learns_of_stun_and_turn_with_credentials_that_expire(serve, wire):
    server = await serve(CONSULT_STUN_URLS="stun:127.0.0.1:9", CONSULT_TURN_URLS="turn:127.0.0.1:9?transport=udp",
                         CONSULT_TURN_SECRET="north")
    _, room = await seated(server, wire, "turn", "Ada", mode="p2p")
    servers = {url: entry for entry in room["iceServers"] for url in entry["urls"]}
    assert "stun:127.0.0.1:9" in servers
    turn = servers["turn:127.0.0.1:9?transport=udp"]
    # The username begins with the moment it expires; the credential is its HMAC under the shared secret.
    assert int(turn["username"].split(":")[0]) > time.time() + 60
    mac = hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(mac).decode()
