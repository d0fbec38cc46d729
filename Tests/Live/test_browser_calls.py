"""Calls between browsers through the web client: media that is decoded, seen and heard, not just "connected"."""

from __future__ import annotations

import pytest
from harness.page import hears, media_rises, recognises

MODES = ["relay", "p2p"]


@pytest.mark.parametrize("mode", MODES)
async def test_chromium_and_chromium_see_and_hear_each_other_for_ten_seconds(serve, chromium, mode):
    server = await serve()
    customer, consultant = await chromium("customer"), await chromium("consultant")
    await customer.join(server.link(server.token("room-cc", "Ada", "customer", mode)))
    await consultant.join(server.link(server.token("room-cc", "Bob", "consultant", mode)))
    await media_rises([customer, consultant])
    # Each side has its own picture and its own tone: a crossed or looped-back stream would show.
    await recognises(customer, "consultant")
    await recognises(consultant, "customer")


@pytest.mark.parametrize("mode", MODES)
async def test_chromium_and_firefox_see_and_hear_each_other_for_ten_seconds(serve, chromium, firefox, mode):
    server = await serve()
    customer, consultant = await chromium("customer"), await firefox("consultant")
    await customer.join(server.link(server.token("room-cf", "Ada", "customer", mode)))
    await consultant.join(server.link(server.token("room-cf", "Bob", "consultant", mode)))
    await media_rises([customer, consultant])
    # Firefox sees Chromium's known picture; its own fake camera has none, but its tone is told apart.
    await recognises(consultant, "customer")
    await hears(customer, "consultant")
