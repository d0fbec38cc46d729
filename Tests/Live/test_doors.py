"""Who may open a WebSocket at all: origins, connections per address, TLS."""

from __future__ import annotations

import asyncio
import json
import ssl
import urllib.request

import pytest
from harness.raw import RawSocket
from harness.server import openssl_certificate
from harness.wait import until
from harness.wire import Wire
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus


async def test_a_browser_must_come_from_our_own_pages(serve, wire):
    server = await serve(CONSULT_PUBLIC_URL="https://calls.example.org", CONSULT_ALLOWED_ORIGINS="https://partner.example.net")
    token = server.token("origin", "Ada")
    for origin in (None, server.base, "https://calls.example.org", "https://partner.example.net"):
        connection = await wire(server, origin=origin)
        assert (await connection.hello(token))["role"] == "customer", origin
    for origin in ("https://evil.example.com", "http://127.0.0.1.evil.example.com", "null", "https://calls.example.org.evil.example.com"):
        # Refused at the handshake, or closed at once: either way no message gets through.
        with pytest.raises((InvalidHandshake, ConnectionClosed, ConnectionError, OSError)) as refusal:
            connection = await Wire.open(server.websocket, origin=origin)
            await connection.hello(token)
        if isinstance(refusal.value, InvalidStatus):
            assert refusal.value.response.status_code == 403, origin


async def test_an_address_has_so_many_connections_and_no_more(serve, wire):
    server = await serve(CONSULT_CONNECTIONS_PER_ADDRESS=3)
    token = server.token("crowd", "Ada")
    held = [await wire(server) for _ in range(3)]
    assert (await held[2].hello(token))["role"] == "customer"
    assert await refused(server, token)
    await held[0].close()

    async def in_again() -> bool:
        return not await refused(server, token)

    await until(in_again, 5, "a place after one connection has gone")
    assert await held[1].hello(token)


async def refused(server, token: str) -> bool:
    """Turned away with 429 or 1013."""
    try:
        connection = await Wire.open(server.websocket)
    except InvalidStatus as answer:
        assert answer.response.status_code == 429
        return True
    try:
        await connection.hello(token)
        return False
    except (ConnectionError, ConnectionClosed):
        assert connection.close_code == 1013
        return True
    finally:
        await connection.close()


async def test_half_a_handshake_does_not_hold_a_place_for_ever(serve, wire):
    server = await serve(CONSULT_CONNECTIONS_PER_ADDRESS=4)
    idle = [await RawSocket.open(server) for _ in range(8)]
    try:
        for connection in idle:
            await connection.send(b"GET /ws HTTP/1.1\r\nHost: x\r\n")

        async def admitted() -> bool:
            return not await refused(server, server.token("idle", "Ada"))

        await until(admitted, 30, "a place while others only began", every=0.5)
    finally:
        for connection in idle:
            connection.close()


async def test_tls_serves_pages_and_websockets(serve, tmp_path):
    certificate, key = openssl_certificate(tmp_path)
    server = await serve(CONSULT_TLS_CERT=certificate, CONSULT_TLS_KEY=key)
    trust = ssl.create_default_context(cafile=str(certificate))
    trust.check_hostname = True
    connection = await Wire.open(server.websocket, tls=trust)
    token = server.token("tls", "Ada")
    assert (await connection.hello(token))["role"] == "customer"
    assert (await connection.join(token))["room"] == "tls"
    await connection.close()

    def configuration() -> dict:
        with urllib.request.urlopen(f"{server.base}/config.json", context=trust, timeout=5) as answer:
            return json.load(answer)

    assert (await asyncio.to_thread(configuration))["websocket"] == server.websocket
    # Plain text on the TLS port is no way in, and does not hurt.
    plain = await RawSocket.open(server)
    try:
        assert "101" not in await plain.websocket(server)
    finally:
        plain.close()


async def test_a_call_over_tls_through_the_web_client(serve, chromium, tmp_path):
    from harness.page import media_rises

    certificate, key = openssl_certificate(tmp_path)
    server = await serve(CONSULT_TLS_CERT=certificate, CONSULT_TLS_KEY=key)
    pages = [await chromium(party, insecure=True) for party in ("customer", "consultant")]
    for page in pages:
        await page.join(server.link(server.token("tls-call", page.party, page.party)))
    await media_rises(pages, 3)
