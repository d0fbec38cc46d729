"""The media clock as both sides are told of it."""

from __future__ import annotations

import asyncio

from harness.calls import aiortc_call
from harness.wait import until

THRESHOLD, GRACE, WARNING = 6, 2, 3
TERMS = {"CONSULT_BILLING_THRESHOLD": THRESHOLD, "CONSULT_BILLING_GRACE": GRACE, "CONSULT_BILLING_WARNING": WARNING}


def seconds(wire, after: int = 0) -> list[int]:
    return [note.params["mediaSeconds"] for note in wire.seen("billing.status", after)]


def never_backwards(values: list[int]) -> bool:
    return all(left <= right for left, right in zip(values, values[1:], strict=False))


async def test_both_sides_hear_of_every_second_the_warning_the_grace_and_the_end(serve, peer):
    server = await serve(**TERMS)
    ada, bob = await aiortc_call(server, peer, "story")
    for side in (ada, bob):
        await side.wire.expect("room.ended", timeout=THRESHOLD + GRACE + 15)
        counted = seconds(side.wire)
        assert never_backwards(counted)
        # Media still passes in the grace period, and so the clock still counts.
        assert set(range(1, max(counted) + 1)) <= set(counted) and THRESHOLD <= max(counted) <= THRESHOLD + GRACE, counted

        states = [note.params["state"] for note in side.wire.seen("billing.status")]
        order = [state for index, state in enumerate(states) if index == 0 or states[index - 1] != state]
        assert order in (["free", "grace", "closed"], ["free", "grace"]), order
        for note in side.wire.seen("billing.status"):
            assert (note.params["thresholdSeconds"], note.params["horizonSeconds"], note.params["charged"]) == (
                THRESHOLD, THRESHOLD, None)

        warnings = side.wire.seen("billing.warning")
        assert [note.params["reason"] for note in warnings] == ["threshold", "unpaid"], warnings
        assert warnings[0].params["secondsLeft"] == WARNING
        assert 0 < warnings[1].params["secondsLeft"] <= GRACE
        # The first warning comes as the clock shows threshold − warning, the second at the threshold.
        for warning, at in ((warnings[0], THRESHOLD - WARNING), (warnings[1], THRESHOLD)):
            shown = next(note for note in side.wire.seen("billing.status") if note.params["mediaSeconds"] == at)
            assert abs(warning.at - shown.at) < 1, (warning, shown)


async def test_the_clock_stands_still_while_one_side_sends_nothing_and_goes_on_after(server, peer):
    ada, bob = await aiortc_call(server, peer, "pause")
    await bob.wire.expect("billing.status", lambda status: status["mediaSeconds"] >= 3 and status["running"], timeout=20)
    before = len(bob.wire.inbox)
    ada.pause()
    paused = await bob.wire.expect("billing.status", lambda status: not status["running"], timeout=6, after=before)
    stood = paused.params["mediaSeconds"]
    after = len(bob.wire.inbox)
    await asyncio.sleep(4)  # a window in which the clock must not move
    assert all(value == stood for value in seconds(bob.wire, after))

    after = len(bob.wire.inbox)
    ada.proceed()
    on = await bob.wire.expect("billing.status", lambda status: status["mediaSeconds"] > stood, timeout=8, after=after)
    assert on.params["mediaSeconds"] == stood + 1 and on.params["running"]
    await bob.wire.expect("billing.status", lambda status: status["mediaSeconds"] >= stood + 3, timeout=8)
    assert never_backwards(seconds(bob.wire)) and never_backwards(seconds(ada.wire))


async def test_the_clock_does_not_run_for_one_side_alone(server, peer):
    ada = peer(server, server.token("alone", "Ada"), "customer")
    await ada.call()
    await until(lambda: len(ada.tap.sent) > 50, 10, "packets sent")
    await asyncio.sleep(4)  # a window in which the clock must not move
    assert set(seconds(ada.wire)) <= {0}
    assert not any(note.params["running"] for note in ada.wire.seen("billing.status"))


async def test_an_observer_watches_and_may_not_take_part(server, peer, wire):
    ada, bob = await aiortc_call(server, peer, "watched")
    token = server.token("watched", "Olga", "observer")
    olga = await wire(server)
    assert (await olga.hello(token))["role"] == "observer"
    room = await olga.join(token)
    assert {participant["name"] for participant in room["participants"]} >= {"Ada", "Bob"}
    first = await olga.expect("billing.status", timeout=10)
    await olga.expect("billing.status", lambda status: status["mediaSeconds"] > first.params["mediaSeconds"] + 1, timeout=10)
    for method, params in (
        ("media.offer", {"sdp": ada.pc.localDescription.sdp}), ("chat.send", {"id": "o-1", "text": "hello"}),
    ):
        refusal = await olga.refused(method, params)
        assert (refusal.code, refusal.reason) == (-32002, "observer"), method
    await bob.wire.request("chat.send", {"id": "b-1", "text": "for everybody"})
    assert (await olga.expect("chat.message", timeout=5)).params["text"] == "for everybody"
    assert not any(note.params["text"] == "hello" for note in bob.wire.seen("chat.message"))
