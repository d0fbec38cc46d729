"""What the signaling core does with messages it did not ask for, or with too many."""

from __future__ import annotations

import asyncio
import json
import socket
import time

from harness.wire import RPCError
from websockets.exceptions import ConnectionClosed


async def greeted(server, wire, name: str = "Ada", room: str = "words"):
    connection = await wire(server)
    await connection.hello(server.token(room, name))
    return connection


async def test_silence_instead_of_hello_is_closed_within_ten_seconds(server, wire):
    connection = await wire(server)
    start = time.monotonic()
    assert await connection.closed(timeout=15) == 1008
    assert 8 <= time.monotonic() - start <= 13
    assert connection.close_reason == "hello timeout"


async def test_nonsense_gets_errors_and_then_the_door(server, wire):
    connection = await greeted(server, wire)
    await connection.connection.send("this is no JSON")
    await until_stray(connection, 1)
    assert connection.stray[0]["error"]["code"] == -32700 and connection.stray[0]["id"] is None
    # A few mistakes are forgiven…
    assert await connection.request("ping") == {}
    for _ in range(15):
        await connection.connection.send("{]")
    # … a habit is not.
    assert await connection.closed() == 1008


async def test_a_flood_of_nonsense_still_hears_why_it_is_cut_off(server, wire):
    connection = await greeted(server, wire)
    # In one piece: who still writes after the server has closed loses what it has said last, and that is nobody's fault.
    raw = connection.connection.transport.get_extra_info("socket")
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    for _ in range(400):
        await connection.connection.send("{]")
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
    assert await connection.closed() == 1008
    assert connection.stray[0]["error"]["code"] == -32700


async def test_nonsense_before_hello_is_forgiven_less_often(server, wire):
    connection = await wire(server)
    for _ in range(4):
        try:
            await connection.connection.send("nonsense")
        except Exception:  # noqa: BLE001  it may be closed before the fourth
            break
    assert await connection.closed() == 1008


async def test_errors_say_what_is_wrong(server, wire):
    connection = await greeted(server, wire)
    cases = [
        ("no.such.method", {}, -32601), ("recording.consent", {"granted": True}, -32601),
        ("presence.set", {"available": True}, -32006),
        ("room.join", {}, -32602), ("chat.send", {"id": "m-1", "text": "x"}, -32004), ("media.offer", {"sdp": "v=0"}, -32004),
    ]
    for method, params, code in cases:
        refusal = await connection.refused(method, params)
        assert refusal.code == code, (method, str(refusal))
        assert refusal.reason and refusal.reason == refusal.reason.lower(), "data.code names the reason"


async def test_requests_that_are_no_json_rpc_are_answered_as_such(server, wire):
    connection = await greeted(server, wire)
    wrong = [[], 5, "x", {"jsonrpc": "1.0", "id": 7, "method": "ping"}, {"jsonrpc": "2.0", "id": 8},
             {"jsonrpc": "2.0", "id": 9, "method": 5}]
    for number, message in enumerate(wrong):
        await connection.connection.send(json.dumps(message))
        await until_stray(connection, number + 1)
        assert connection.stray[-1]["error"]["code"] in (-32600, -32602), (message, connection.stray[-1])
    assert await connection.request("ping") == {}


async def test_sixty_four_kibibytes_pass_and_one_byte_more_does_not(server, wire):
    connection = await greeted(server, wire)
    frame = {"jsonrpc": "2.0", "id": "big", "method": "ping", "params": {"padding": ""}}
    room = 65536 - len(json.dumps(frame))
    frame["params"]["padding"] = "x" * room
    text = json.dumps(frame)
    assert len(text) == 65536
    await connection.connection.send(text)
    await until_stray(connection, 1)
    assert connection.stray[0] == {"jsonrpc": "2.0", "id": "big", "result": {}}
    await connection.connection.send(text.replace("x", "xx", 1))
    assert await connection.closed() == 1009


async def test_binary_frames_are_not_spoken_here(server, wire):
    connection = await greeted(server, wire)
    await connection.connection.send(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}')
    assert await connection.closed() == 1003


async def test_a_burst_of_a_hundred_passes_and_a_flood_is_cut_off(server, wire):
    connection = await greeted(server, wire)
    answers = await asyncio.gather(*(connection.request("ping") for _ in range(90)))
    assert answers == [{}] * 90

    # One after the other, so that nothing is on its way when the connection is closed.
    refusals = []
    try:
        for _ in range(3000):
            try:
                await connection.request("ping")
            except RPCError as refusal:
                refusals.append((refusal.code, refusal.reason))
    except (ConnectionError, ConnectionClosed):
        pass
    assert set(refusals) == {(-32005, "rate_limited")}
    assert await connection.closed() == 1008


async def test_a_flood_of_one_does_not_slow_the_other(server, wire):
    flooder, calm = await greeted(server, wire, "Eve", "flood"), await greeted(server, wire, "Ada", "calm")
    stop = asyncio.Event()

    async def flood() -> None:
        while not stop.is_set() and flooder.close_code is None:
            try:
                await asyncio.gather(*(flooder.tell("ping") for _ in range(50)))
            except Exception:  # noqa: BLE001  closed, as it should be
                return

    task = asyncio.create_task(flood())
    try:
        for _ in range(20):
            start = time.monotonic()
            assert await calm.request("ping") == {}
            assert time.monotonic() - start < 1
    finally:
        stop.set()
        await task


async def until_stray(connection, count: int) -> None:
    from harness.wait import until

    await until(lambda: len(connection.stray) >= count, 5, f"{count} answers without a request")
