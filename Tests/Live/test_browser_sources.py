"""Sources that start, stop and are exchanged during a call: nothing is negotiated anew, nothing freezes."""

from __future__ import annotations

import asyncio

import pytest
from harness import picture
from harness.browser_calls import browser_call, receiver_track, unbroken
from harness.page import media_rises
from harness.wait import ticks, until

# A camera of its own: the known picture, drawn on a canvas.
CANVAS_CAMERA = """(cells, columns, rows) => {
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 240;
    const context = canvas.getContext("2d");
    let turn = 0;
    const draw = () => {
        cells.forEach(([red, green, blue], index) => {
            context.fillStyle = `rgb(${red} ${green} ${blue})`;
            context.fillRect((index % columns) * 320 / columns, Math.floor(index / columns) * 240 / rows, 320 / columns, 240 / rows);
        });
        turn += 1;
        context.fillStyle = turn % 2 ? "black" : "white";
        context.fillRect((turn * 8) % 304, 72, 16, 16);
    };
    draw();
    setInterval(draw, 66);
    const [track] = canvas.captureStream(15).getVideoTracks();
    const camera = window.__consult.engine.peerConnection.getTransceivers()[1];
    window.__before = camera.sender.track;
    return camera.sender.replaceTrack(track).then(() => track.id);
}"""


@pytest.mark.parametrize("mode", ["relay", "p2p"])
async def test_a_shared_screen_is_seen_while_it_is_shared_and_not_after(serve, chromium, mode):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "screen", mode)
    await media_rises([customer, consultant], 2)
    assert await consultant.screen_frames() == 0
    descriptions = await customer.run(DESCRIPTION)

    await customer.click("screen-button")

    async def seen() -> bool:
        return await consultant.screen_frames() > 0 and (await consultant.presented("remote-screen") or {}).get("frames", 0) > 0

    await until(seen, 20, "the shared screen at the other side", every=0.2)
    before = await consultant.screen_frames()
    async for _ in ticks(4, 2):
        now = await consultant.screen_frames()
        assert now > before, "the shared screen stands still"
        before = now
    # The camera goes on beside it.
    await media_rises([customer, consultant], 2)

    await customer.click("screen-button")

    async def stopped() -> bool:
        first = await consultant.screen_frames()
        await asyncio.sleep(1)
        return await consultant.screen_frames() == first

    await until(stopped, 10, "the end of the shared screen")
    before = await consultant.screen_frames()
    await media_rises([customer, consultant], 3)
    assert await consultant.screen_frames() == before, "frames of a screen that is no longer shared"
    assert await customer.run(DESCRIPTION) == descriptions, "sharing a screen negotiated anew"


DESCRIPTION = "() => window.__consult.engine.peerConnection.localDescription.sdp.match(/^o=.*$/m)[0]"


@pytest.mark.parametrize("mode", ["relay", "p2p"])
async def test_a_replaced_track_shows_without_a_freeze_on_the_same_receiver(serve, chromium, mode):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "replace", mode)
    await media_rises([customer, consultant], 2)
    track = await receiver_track(consultant)
    await consultant.presented()  # the longest pause counts from here

    await customer.run(CANVAS_CAMERA, picture.colours("canvas").tolist(), picture.COLUMNS, picture.ROWS)

    async def new_picture() -> bool:
        return await consultant.shown() == "canvas"

    await until(new_picture, 15, "the new track's picture", every=0.2)
    await unbroken(consultant, 4)
    assert await receiver_track(consultant) == track

    await customer.run("() => window.__consult.engine.peerConnection.getTransceivers()[1].sender.replaceTrack(window.__before)")

    async def old_picture() -> bool:
        return await consultant.shown() == "customer"

    await until(old_picture, 15, "the first track's picture again", every=0.2)
    await unbroken(consultant, 3)
    assert await receiver_track(consultant) == track


async def test_a_camera_that_was_off_comes_back_on_the_same_receiver(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "camera")
    await media_rises([customer, consultant], 2)
    track = await receiver_track(consultant)
    await customer.click("camera-button")

    async def dark() -> bool:
        first = (await consultant.counters())["decoded"]
        await asyncio.sleep(1)
        return (await consultant.counters())["decoded"] == first

    await until(dark, 10, "the end of the camera's frames")
    sound = (await consultant.counters())["energy"]
    await asyncio.sleep(1)
    assert (await consultant.counters())["energy"] > sound, "the voice went with the picture"

    await customer.click("camera-button")
    await until(lambda: _shows(consultant, "customer"), 10, "the camera's picture again", every=0.2)
    await media_rises([customer, consultant], 3)
    assert await receiver_track(consultant) == track


async def test_mute_silences_and_unmute_is_heard_again(serve, chromium):
    server = await serve()
    customer, consultant = await browser_call(server, chromium, "mute")
    await until(lambda: _hears(consultant, "customer"), 20, "the tone", every=0.2)
    await customer.click("mute-button")
    await until(lambda: _hears(consultant, None), 10, "silence", every=0.2)
    await customer.click("mute-button")
    await until(lambda: _hears(consultant, "customer"), 10, "the tone again", every=0.2)


async def _shows(page, party) -> bool:
    return await page.shown() == party


async def _hears(page, party) -> bool:
    return await page.heard() == party
