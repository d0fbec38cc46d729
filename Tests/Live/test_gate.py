"""The threshold: media really stops when no payment comes, and loses nothing when one does."""

from __future__ import annotations

import asyncio

from harness.calls import aiortc_call
from harness.tap import missing
from harness.wait import until
from harness.wire import Wire

THRESHOLD, GRACE, WARNING = 5, 2, 3
TERMS = {"CONSULT_BILLING_THRESHOLD": THRESHOLD, "CONSULT_BILLING_GRACE": GRACE, "CONSULT_BILLING_WARNING": WARNING}


async def test_media_stops_at_both_sides_after_threshold_and_grace(serve, peer):
    server = await serve(**TERMS)
    ada, bob = await aiortc_call(server, peer, "gate")
    await until(lambda: ada.tap.received and bob.tap.received, 10, "the first packet at both sides")
    flowing = max(ada.tap.received[0].at, bob.tap.received[0].at)

    grace = await ada.wire.expect("billing.status", lambda status: status["state"] == "grace", timeout=THRESHOLD + 10)
    assert grace.params["mediaSeconds"] == THRESHOLD
    assert THRESHOLD - 1 <= grace.at - flowing <= THRESHOLD + 2.5
    for side in (ada, bob):
        ended = await side.wire.expect("room.ended", timeout=GRACE + 5)
        assert ended.params["reason"] == "unpaid"
        assert await side.wire.closed() == 1000

    await asyncio.sleep(3)  # a window in which nothing more may arrive
    for side in (ada, bob):
        stopped = side.tap.last_at - grace.at
        assert GRACE - 0.5 <= stopped <= GRACE + 1, f"{side.party} got media until {stopped:.2f} s after the threshold"
        assert side.tap.sent[-1].at > side.tap.last_at - 0.2, f"{side.party} had stopped sending before: proves nothing"

    for side in (ada, bob):
        again = await Wire.open(server.websocket)
        await again.hello(side.token)
        refusal = await again.refused("room.join", {"token": side.token})
        assert (refusal.code, refusal.reason, refusal.data.get("reason")) == (-32004, "room_ended", "unpaid")
        await again.close()


async def test_not_one_packet_is_missing_when_the_horizon_moves_in_time(serve, peer):
    server = await serve(**TERMS)
    ada, bob = await aiortc_call(server, peer, "paid")
    await ada.wire.expect("billing.status", lambda status: status["mediaSeconds"] == THRESHOLD - 2, timeout=20)
    await server.extend("paid", 60)
    later = THRESHOLD + GRACE + 3
    last = await ada.wire.expect("billing.status", lambda status: status["mediaSeconds"] >= later, timeout=later + 10)
    assert (last.params["state"], last.params["horizonSeconds"]) == ("paid", 60)

    for near, far in ((ada, bob), (bob, ada)):
        assert missing(near.tap.received, near.media_types) == {}, f"{near.party} misses packets"
        # And as many as the other side sent, over the seconds around the threshold.
        first = near.wire.seen("billing.status")[0].at + 2
        received = [packet for packet in near.tap.since(first, last.at) if packet.payload_type in near.media_types]
        sent = [packet for packet in far.tap.sent if first <= packet.at <= last.at and packet.payload_type in far.media_types]
        assert len(sent) > 50 * (THRESHOLD - 2)
        assert abs(len(received) - len(sent)) <= 10, f"{len(sent)} sent, {len(received)} received"
        reasons = {note.params["reason"] for note in near.wire.seen("billing.warning")}
        assert "unpaid" not in reasons and not near.wire.seen("room.ended")


async def test_a_room_without_a_threshold_is_never_gated(serve, peer):
    server = await serve(**TERMS)
    ada, bob = await aiortc_call(server, peer, "free", unmetered=True)
    await until(lambda: ada.tap.received and bob.tap.received, 10, "the first packet at both sides")
    first = ada.room["billing"]
    assert (first["state"], first["thresholdSeconds"], first["horizonSeconds"]) == ("unmetered", None, None)
    window = THRESHOLD + GRACE + 2
    last = await ada.wire.expect("billing.status", lambda status: status["mediaSeconds"] >= window, timeout=window + 10)
    assert last.params["state"] == "unmetered"
    for side in (ada, bob):
        assert missing(side.tap.received, side.media_types) == {}
        assert not side.wire.seen("billing.warning") and not side.wire.seen("room.ended")


async def test_a_peer_to_peer_room_closes_at_the_threshold(serve, peer):
    server = await serve(**TERMS)
    ada, bob = await aiortc_call(server, peer, "gate-p2p", mode="p2p")
    for side in (ada, bob):
        side.report_stats()
    for side in (ada, bob):
        # Reports come every 2 s, so the clock may lag by that much.
        ended = await side.wire.expect("room.ended", timeout=THRESHOLD + GRACE + 10)
        assert ended.params["reason"] == "unpaid"
        seconds = [note.params["mediaSeconds"] for note in side.wire.seen("billing.status")]
        assert THRESHOLD <= max(seconds) <= THRESHOLD + GRACE, seconds
        assert await side.wire.closed() == 1000
