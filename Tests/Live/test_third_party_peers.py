"""Peers that are no browsers, joined through the plain WebSocket contract: aiortc and GStreamer."""

from __future__ import annotations

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
        await both_sides(ada, bob)
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


async def both_sides(answerer, offerer) -> None:
    """Offer and answer of a peer-to-peer call, side by side."""
    import asyncio

    await asyncio.gather(answerer.negotiate(), offerer.negotiate())
