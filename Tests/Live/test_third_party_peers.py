"""Peers that are no browsers, joined through the plain WebSocket contract: aiortc and GStreamer."""

from __future__ import annotations

import asyncio

import pytest
from harness.page import media_rises, recognises
from harness.peer import CM, GCM, media_both_ways
from harness.wait import until

SRTP = {"gcm": GCM, "cm": CM}


@pytest.mark.parametrize("mode", ["relay", "p2p"])
async def test_aiortc_and_aiortc_exchange_picture_and_tone(server, peer, mode):
    ada = peer(server, server.token("room-aa", "Ada", "customer", mode), "customer")
    bob = peer(server, server.token("room-aa", "Bob", "consultant", mode), "consultant")
    await ada.enter()
    if mode == "relay":
        await ada.negotiate()
        await bob.call()
    else:
        await bob.enter()
        assert bob.room["offerer"] and not ada.room["offerer"]
        await asyncio.gather(ada.negotiate(), bob.negotiate())
    await ada.connected()
    await media_both_ways(ada, bob)


@pytest.mark.parametrize("cipher", ["gcm", "cm"])
async def test_aiortc_and_chromium_exchange_picture_and_tone(server, peer, chromium, cipher):
    page = await chromium("consultant")
    await page.join(server.link(server.token("room-ac", "Bob", "consultant")))
    ada = peer(server, server.token("room-ac", "Ada"), "customer", srtp=SRTP[cipher])
    await ada.call()
    assert ada.srtp_profile == SRTP[cipher].openssl_profile
    await recognises(page, "customer")
    await until(lambda: ada.sink.shown() == "consultant", 20, "the browser's picture at aiortc")
    await until(lambda: ada.sink.heard() == "consultant", 20, "the browser's tone at aiortc")
    await media_rises([page], 3)


async def test_gstreamer_offers_and_exchanges_picture_and_tone_with_aiortc(server, peer, gstreamer):
    ada = peer(server, server.token("room-ga", "Ada"), "customer")
    await ada.call()
    side = gstreamer(server, server.token("room-ga", "Bob", "consultant"), "consultant")
    await side.call()
    await side.sees_and_hears("customer")
    await until(lambda: ada.sink.shown() == "consultant", 20, "GStreamer's picture at aiortc")
    await until(lambda: ada.sink.heard() == "consultant", 20, "GStreamer's tone at aiortc")
    before = dict(side.report), ada.sink.video_frames, ada.sink.audio_frames
    await asyncio.sleep(3)
    after = dict(side.report), ada.sink.video_frames, ada.sink.audio_frames
    assert after[0]["video"] - before[0]["video"] > 25 and after[0]["audio"] - before[0]["audio"] > 90
    assert after[1] - before[1] > 25 and after[2] - before[2] > 90
