"""A lost connection is not a lost call."""

from __future__ import annotations

import asyncio
import time

from harness.calls import aiortc_call
from harness.tap import missing
from harness.wait import until
from harness.wire import Wire


def texts(wire: Wire) -> list[str]:
    return [note.params["text"] for note in wire.seen("chat.message")]


async def test_a_cut_connection_resumes_the_same_participation_with_every_message_once(server, peer):
    ada, bob = await aiortc_call(server, peer, "cut")
    await ada.wire.expect("billing.status", lambda status: status["mediaSeconds"] >= 2, timeout=20)
    await bob.wire.request("chat.send", {"id": "b-0", "text": "before"})
    await ada.wire.expect("chat.message", lambda message: message["id"] == "b-0", timeout=5)
    known = await ada.wire.request("chat.send", {"id": "a-0", "text": "sent before the cut"})
    mark = len(bob.wire.inbox)
    cut_at = time.monotonic()
    await ada.wire.cut()

    sent = [f"b-{number}" for number in (1, 2, 3)]
    for identifier in sent:
        await bob.wire.request("chat.send", {"id": identifier, "text": f"while away {identifier}"})
    await asyncio.sleep(2)  # a window without signaling in which media must go on

    old = ada.wire
    ada.wire = await Wire.open(server.websocket)
    welcome = await ada.wire.hello(ada.token, resume=ada.resume, chatSequence=known["sequence"])
    assert welcome["resumed"] is True and welcome["userId"] == ada.user
    assert welcome["room"]["room"] == "cut" and welcome["room"]["billing"]["mediaSeconds"] >= 2
    assert welcome["resume"], "a connection that was resumed can be resumed again"

    for identifier in sent:
        await ada.wire.expect("chat.message", lambda message: message["id"] == identifier, timeout=5)
    # The client cannot know whether its last message arrived: it sends it again, and it still arrives once.
    await ada.wire.request("chat.send", {"id": "a-0", "text": "sent before the cut"})
    await ada.wire.request("chat.send", {"id": "a-1", "text": "after"})
    await bob.wire.expect("chat.message", lambda message: message["id"] == "a-1", timeout=5)
    await asyncio.sleep(2)  # a window after the resumption

    got = [note.params["id"] for wire in (old, ada.wire) for note in wire.seen("chat.message")]
    assert sorted(got) == sorted(["b-0", *sent]), got
    assert [note.params["id"] for note in bob.wire.seen("chat.message")] == ["a-0", "a-1"]
    assert not bob.wire.seen("room.left", mark) and not bob.wire.seen("room.joined", mark)

    for side in (ada, bob):
        assert missing(side.tap.received, side.media_types) == {}
        times = [packet.at for packet in side.tap.received if packet.at >= cut_at]
        assert max(right - left for left, right in zip(times, times[1:], strict=False)) < 1, f"media paused at {side.party}"
    counted = [note.params["mediaSeconds"] for note in bob.wire.seen("billing.status")]
    assert set(range(counted[0], counted[-1] + 1)) == set(counted), "the clock skipped or stood still"


async def test_a_resumption_replaces_a_connection_that_is_still_open(server, wire):
    token = server.token("twice", "Ada")
    first = await wire(server)
    resume = (await first.hello(token))["resume"]
    await first.join(token)
    second = await wire(server)
    assert (await second.hello(token, resume=resume))["resumed"] is True
    assert await first.closed() == 4001
    assert await second.request("ping") == {}
    await second.request("chat.send", {"id": "a-1", "text": "still in the room"})


async def test_a_second_tab_takes_over_and_the_first_is_told(server, wire):
    token = server.token("tabs", "Ada")
    first, other = await wire(server), await wire(server)
    await first.hello(token)
    await first.join(token)
    bob = server.token("tabs", "Bob", "consultant")
    await other.hello(bob)
    await other.join(bob)
    second = await wire(server)
    await second.hello(token)
    room = await second.join(token)
    assert room["you"]["name"] == "Ada"
    assert (await first.expect("room.ended", timeout=5)).params["reason"] == "replaced"
    assert await first.closed() == 4001
    again = await other.expect("room.joined", timeout=5)
    assert again.params["rejoined"] is True and again.params["participant"]["name"] == "Ada"
    assert not other.seen("room.left")


async def test_an_unknown_resume_is_no_error(server, wire):
    connection = await wire(server)
    welcome = await connection.hello(server.token("fresh", "Ada"), resume="never issued")
    assert welcome["resumed"] is False
    refusal = await connection.refused("chat.send", {"id": "a-1", "text": "nowhere"})
    assert refusal.reason == "not_in_room"


async def test_nobodys_resume_is_good_for_another_user(server, wire):
    ada, eve = server.token("mine", "Ada"), server.token("mine", "Eve")
    first = await wire(server)
    resume = (await first.hello(ada))["resume"]
    await first.join(ada)
    thief = await wire(server)
    assert (await thief.hello(eve, resume=resume))["resumed"] is False
    assert await first.request("ping") == {}


async def test_who_leaves_is_gone_at_once_and_messages_wait_for_who_joins_again(server, wire):
    ada, bob = server.token("again", "Ada"), server.token("again", "Bob", "consultant")
    first, other = await wire(server), await wire(server)
    await first.hello(ada)
    await first.join(ada)
    await other.hello(bob)
    await other.join(bob)
    await first.request("chat.send", {"id": "a-1", "text": "one"})
    await first.request("room.leave")
    left = await other.expect("room.left", timeout=5)
    assert left.params["reason"] == "left"
    await other.request("chat.send", {"id": "b-1", "text": "two"})
    second = await wire(server)
    await second.hello(ada)
    await second.join(ada)
    await until(lambda: len(texts(second)) >= 2, 5, "the room's messages")
    assert texts(second) == ["one", "two"]
