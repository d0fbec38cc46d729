"""The check of the network before a call: a room of one's own in which a page calls itself through the real relay, what the page says
of it over networks that carry it, bend it and block it, and that nothing is left of it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from harness.chromium import ChromiumPage
from harness.lab.calls import browser_at
from harness.lab.network import HUB4, Network, Place
from harness.marketplace_page import attribute, fill_in_sign_in, sign_in
from harness.money import Bank, open_bank
from harness.page import Page
from harness.peer import Peer
from harness.people import Person
from harness.wait import until
from harness.wire import RPCError, Wire

OPENED = """
window.__opened = [];
for (const name of ["RTCPeerConnection", "WebSocket", "AudioContext"]) {
    const Original = window[name];
    window[name] = class extends Original {
        constructor(...all) { super(...all); window.__opened.push([name, this]); }
    };
}
"""
"""Remembers whatever a page opens that has to be closed."""
STILL_OPEN = """() => window.__opened.filter(([name, one]) =>
    name === "RTCPeerConnection" ? one.connectionState !== "closed"
    : name === "WebSocket" ? one.readyState <= WebSocket.OPEN
    : one.state !== "closed").map(([name]) => name)"""


@pytest_asyncio.fixture
async def bank(tmp_path: Path, nothing_left: None) -> AsyncIterator[Bank]:
    async with open_bank(tmp_path / "bank") as made:
        yield made


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


async def rows(bank: Bank) -> dict[str, int]:
    """How much there is of whatever calls leave behind."""
    return {table: await bank.town.place.number(f"SELECT count(*) FROM {table}")
            for table in ("sessions", "payments", "call_samples", "media_records")}


async def begins(person: Person) -> dict[str, Any]:
    return (await person.client.post("/me/network-check")).expect(200)


async def test_a_check_is_a_room_of_ones_own_and_leaves_nothing(bank: Bank):
    ada, ben = await bank.customer(card=None), await bank.consultant()
    before = await rows(bank)
    check, other = await begins(ada), await begins(ben)
    near, far = claims(check["token"]), claims(check["returnToken"])
    assert check["room"].startswith("check-") and check["room"] != other["room"]
    assert near["room"] == far["room"] == check["room"] and near["sub"] == ada.id != far["sub"]
    assert check["url"] == bank.town.place.websocket
    for token in (near, far):
        assert "session" not in token and "unmetered" not in token
        assert token["exp"] - token["iat"] == check["expiresIn"] == 60

    # Both seats are taken by whoever asked; what comes from one arrives at the other, through the relay.
    peers = [await Peer(bank.town.place, check[name], role).enter()
             for name, role in (("token", "customer"), ("returnToken", "consultant"))]
    bank.peers += peers
    await asyncio.gather(*(peer.negotiate() for peer in peers))
    await asyncio.gather(*(peer.connected() for peer in peers))
    # Another one's token opens another room, whatever is asked for.
    wire = await Wire.open(bank.town.place.websocket)
    bank.wires.append(wire)
    await wire.hello(ben.client.token or "")
    with pytest.raises(RPCError) as refused:
        await wire.request("room.join", {"token": check["returnToken"]})
    assert refused.value.reason == "wrong_user"
    # Who would talk there free of charge is stopped: media from both sides counts, and nobody can pay for it.
    status = await peers[0].wire.expect("billing.status", lambda status: status["mediaSeconds"] >= 2, timeout=30)
    assert (status.params["state"], status.params["thresholdSeconds"], status.params["charged"]) == ("free", 30, None)

    for path in ("/sessions", "/payments"):
        assert (await ada.client.get(path)).expect(200)["items"] == []
    assert await rows(bank) == before


async def test_a_check_cannot_be_asked_for_all_the_time(tmp_path: Path, nothing_left: None):
    async with open_bank(tmp_path / "bank", CONSULT_REQUESTS_PER_MINUTE="100000") as bank:
        ada, ben = await bank.customer(card=None), await bank.customer(card=None)
        for _ in range(12):
            await begins(ada)
        (await ada.client.post("/me/network-check")).problem(429, "rate_limited")
        await begins(ben)


async def opens_check(page: Page) -> None:
    await page.click("check-open")


async def verdict(page: Page, timeout: float = 60) -> tuple[str, str]:
    """What the page says of the network when it has made up its mind."""
    await page.ready("check-network-again", timeout)
    return await attribute(page, "check-network", "data-grade") or "", await page.text("check-network") or ""


async def again(page: Page) -> tuple[str, str]:
    await page.click("check-network-again")
    await until(lambda: is_waiting(page), 10, "another test")
    return await verdict(page)


async def is_waiting(page: Page) -> bool:
    return await attribute(page, "check-network", "data-grade") == "waiting"


async def closes_all(page: Page) -> None:
    """Nothing stays open but this tab's connection to the marketplace."""
    async def is_closed() -> bool:
        return await page.run(STILL_OPEN) == ["WebSocket"]
    await until(is_closed, 10, "the end of all that a check opens")


async def leaves_the_relay(bank: Bank) -> None:
    async def is_empty() -> bool:
        return (await asyncio.to_thread(bank.town.place.metrics))["consult_participants"] == 0
    await until(is_empty, 15, "empty rooms")


async def test_the_page_calls_itself_and_says_what_a_call_would_be_like(bank: Bank, chromium):
    ada = await bank.customer(card=None)
    page: ChromiumPage = await chromium("customer", scripts=(OPENED,))
    await sign_in(page, bank.town, ada)
    await opens_check(page)
    grade, words = await verdict(page)
    print(f"\nwithout an obstacle: {words}")
    assert grade in ("good", "fair"), words
    assert "direct way" in words and "Sent" in words and "received" in words
    # Whoever leaves in the middle of a test leaves nothing open, neither in the page nor at the server.
    await page.click("check-network-again")
    await page.shows("check-network", "Trying a call")
    await page.click("nav-questions")
    await closes_all(page)
    await leaves_the_relay(bank)


async def test_a_consultant_in_firefox_is_told_the_same(bank: Bank, firefox):
    grace = await bank.consultant()
    page = await firefox("consultant")
    await page.goto(f"{bank.town.place.api}/sign-in")
    await fill_in_sign_in(page, grace)
    await opens_check(page)
    grade, words = await verdict(page)
    print(f"\nin Firefox: {words}")
    assert grade in ("good", "fair"), words
    assert "direct way" in words and "received" in words


async def test_a_server_without_a_relay_is_asked_and_the_page_says_that_this_is_all(tmp_path: Path, nothing_left: None, chromium):
    async with open_bank(tmp_path / "bank", CONSULT_RELAY="off") as bank:
        ada = await bank.customer(card=None)
        page: ChromiumPage = await chromium("customer", scripts=(OPENED,))
        await sign_in(page, bank.town, ada)
        await opens_check(page)
        grade, words = await verdict(page)
        assert grade in ("good", "fair") and "server answers within" in words, words
        assert "Only the way to the server was measured: calls here go straight" in words
        await page.click("check-close")
        await closes_all(page)


@pytest.mark.timeout(300)
async def test_networks_that_lose_narrow_and_block_are_told_apart(network: Network, tmp_path: Path, chromium):
    async with open_bank(tmp_path / "far", CONSULT_BIND="0.0.0.0", CONSULT_RELAY_ADDRESSES=HUB4) as bank:
        server = bank.town.place
        server.host = HUB4
        origin = f"http://{HUB4}:{server.http_port}"
        ada = await bank.customer(card=None)
        place: Place = network.place("customer")
        page = await browser_at(
            place, chromium, server, tmp_path, "customer", scripts=(OPENED,),
            arguments=(f"--unsafely-treat-insecure-origin-as-secure={origin}",))
        await page.goto(f"{origin}/sign-in")
        await fill_in_sign_in(page, ada)

        # Web pages and nothing else: the firewall of many an office.
        web = (f"tcp dport {server.http_port}", f"tcp dport {server.signal_port}")
        place.only(*web)
        await opens_check(page)
        grade, words = await verdict(page)
        assert grade == "bad", words
        assert "Calls cannot get through your network" in words and "another network" in words
        await page.shows("check-all", "needs your attention")

        # No UDP.
        place.only(*web, f"tcp dport {server.settings['CONSULT_RELAY_PORTS']}")
        grade, words = await again(page)
        print(f"\nwithout UDP: {words}")
        assert grade in ("good", "fair") and "blocks the fast way (UDP)" in words, words

        place.only(*web, "meta l4proto udp")
        place.lose(up=30)
        grade, words = await again(page)
        print(f"30 % lost on the way up: {words}")
        assert grade == "bad" and "too weak for a call" in words, words
        place.lose()

        place.limit(down=120)
        grade, words = await again(page)
        print(f"120 kbit/s on the way down: {words}")
        assert grade in ("fair", "bad") and ("hardly video" in words or "too weak" in words), words
        await page.click("check-close")
        await closes_all(page)
