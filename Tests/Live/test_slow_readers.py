"""A client that does not read must not cost the server its memory."""

from __future__ import annotations

import asyncio

from harness.raw import RawSocket
from harness.wait import until

MEBIBYTE = 2**20


async def test_a_client_that_does_not_read_is_closed_and_memory_stays(serve, wire):
    server = await serve()
    token = server.token("slow", "Sloth")
    sloth = await RawSocket.open(server, receive_buffer=4096)
    try:
        assert "101" in await sloth.websocket(server)
        await sloth.request("hello", {"token": token}, 1)
        await sloth.request("room.join", {"token": token}, 2)
        bob = await wire(server)
        other = server.token("slow", "Bob", "consultant")
        await bob.hello(other)
        room = await bob.join(other)
        assert "Sloth" in [participant["name"] for participant in room["participants"]]
        before = server.rss()
        connections = server.metrics()["consult_websocket_connections"]
        assert connections == 2

        text = "🦥" * 4000  # 16 kB on the wire
        sent = 0
        highest = before

        async def gone() -> bool:
            nonlocal sent, highest
            for _ in range(8):
                await bob.request("chat.send", {"id": f"m-{sent}", "text": text})
                sent += 1
            highest = max(highest, server.rss())
            return (await asyncio.to_thread(server.metrics))["consult_websocket_connections"] == 1

        # 40 messages a second stay below the rate limit.
        await until(gone, 60, "the end of the connection that does not read", every=0.2)
        assert highest - before < 32 * MEBIBYTE, f"{(highest - before) / MEBIBYTE:.0f} MiB more for one slow client"
        left = await sloth.until_closed()
        assert left, "what was in the socket's buffer can still be read"
        assert await bob.request("ping") == {}
    finally:
        sloth.close()
