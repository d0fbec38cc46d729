"""HTTP and WebSocket by hand, for what no well-behaved client would send."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
from typing import Any

from .ports import LOOPBACK
from .server import Server


def frame(
    payload: bytes, opcode: int = 1, fin: bool = True, reserved: int = 0, masked: bool = True, length: int | None = None,
) -> bytes:
    """A WebSocket frame (RFC 6455 §5.2); `length` may lie."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode & 0x0F])
    flag = 0x80 if masked else 0
    if size < 126:
        head += bytes([flag | size])
    elif size < 65536:
        head += bytes([flag | 126]) + struct.pack("!H", size)
    else:
        head += bytes([flag | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))


def upgrade(server: Server, extra: str = "", path: str = "/ws") -> bytes:
    """The request that opens a WebSocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{server.signal_port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{extra}\r\n").encode()


class RawSocket:
    """A TCP connection to the server that only reads when told to."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    @classmethod
    async def open(cls, server: Server, receive_buffer: int | None = None) -> RawSocket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(connection, (LOOPBACK, server.signal_port)), 10)
        return cls(connection)

    async def send(self, data: bytes, timeout: float = 10) -> None:
        await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self.connection, data), timeout)

    async def receive(self, size: int = 65536, timeout: float = 10) -> bytes:
        """What there is; empty at the end."""
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.connection, size), timeout)
        except ConnectionError:
            return b""

    async def until_closed(self, timeout: float = 10) -> bytes:
        """Everything up to the end."""
        data = b""

        async def drain() -> None:
            nonlocal data
            while part := await self.receive(timeout=timeout):
                data += part

        await asyncio.wait_for(drain(), timeout)
        return data

    async def websocket(self, server: Server, extra: str = "") -> str:
        """Upgrades; the answer's head."""
        await self.send(upgrade(server, extra))
        return await self.head()

    async def head(self) -> str:
        """The head of an HTTP answer, byte by byte, so that nothing after it is taken."""
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            part = await self.receive(1)
            if not part:
                break
            data += part
        return data.decode(errors="replace")

    async def request(self, method: str, params: dict[str, Any], identifier: Any = 1) -> None:
        message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
        await self.send(frame(json.dumps(message).encode()))

    def close(self) -> None:
        self.connection.close()


async def http(server: Server, target: str, method: str = "GET", extra: str = "", port: int | None = None) -> tuple[int, str, bytes]:
    """Status, head and body of one request whose target is sent as it stands."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port or server.signal_port)
    try:
        writer.write((f"{method} {target} HTTP/1.1\r\nHost: {LOOPBACK}:{server.signal_port}\r\nConnection: close\r\n{extra}\r\n")
                     .encode("latin-1"))
        try:
            answer = await asyncio.wait_for(reader.read(-1), 10)
        except ConnectionError:
            answer = b""
        head, _, body = answer.partition(b"\r\n\r\n")
        status = head.split(b" ", 2)[1:2]
        return int(status[0]) if status and status[0].isdigit() else 0, head.decode(errors="replace"), body
    finally:
        writer.close()
