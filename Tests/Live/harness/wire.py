"""A JSON-RPC client of the WebSocket contract that holds every message of the server against the published schemas."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .schema import Contract
from .wait import until


class RPCError(Exception):
    """An error answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(json.dumps(error))
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: dict[str, Any] = error.get("data") or {}

    @property
    def reason(self) -> str | None:
        return self.data.get("code")


@dataclass(frozen=True)
class Notification:
    method: str
    params: dict[str, Any]
    at: float
    """Monotonic seconds."""


class Wire:
    """One WebSocket connection."""

    def __init__(self, connection: ClientConnection, contract: Contract | None) -> None:
        self.connection = connection
        self.contract = contract
        self.inbox: list[Notification] = []
        self.stray: list[dict[str, Any]] = []
        """Error answers that belong to no request (parse errors)."""
        self._ids = itertools.count(1)
        self._pending: dict[Any, tuple[str, asyncio.Future[Any]]] = {}
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, url: str, contract: Contract | None = Contract.published, origin: str | None = None,
        tls: ssl.SSLContext | None = None, **options: Any,
    ) -> Wire:
        connection = await connect(
            url, origin=origin, ssl=tls, max_size=2**20, open_timeout=15, close_timeout=5, ping_interval=None,
            proxy=None, compression=options.pop("compression", None), **options)
        return cls(connection, contract() if callable(contract) else contract)

    # Talking

    async def request(self, method: str, params: dict[str, Any] | None = None, timeout: float = 15) -> Any:
        """The result; an error answer is raised."""
        identifier = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[identifier] = (method, answer)
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": identifier, "method": method}
        if params is not None:
            message["params"] = params
        try:
            await self.connection.send(json.dumps(message))
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            raise AssertionError(f"no answer to {method} within {timeout:g} s") from None
        finally:
            self._pending.pop(identifier, None)

    async def refused(self, method: str, params: dict[str, Any] | None = None) -> RPCError:
        """The error that answers a request which must not succeed."""
        try:
            result = await self.request(method, params)
        except RPCError as error:
            return error
        raise AssertionError(f"{method} was accepted: {result!r}")

    async def tell(self, method: str, params: dict[str, Any] | None = None) -> None:
        """A notification."""
        await self.connection.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params or {}}))

    async def hello(self, token: str, **more: Any) -> dict[str, Any]:
        return await self.request("hello", {"token": token, **more})

    async def join(self, token: str) -> dict[str, Any]:
        return await self.request("room.join", {"token": token})

    # Listening

    def seen(self, method: str, after: int = 0) -> list[Notification]:
        return [note for note in self.inbox[after:] if note.method == method]

    async def expect(
        self, method: str, where: Callable[[dict[str, Any]], bool] = lambda _: True, timeout: float = 15, after: int = 0
    ) -> Notification:
        """The first notification of this kind, come already (from `after` on) or still to come."""
        deadline = time.monotonic() + timeout
        while True:
            for note in self.inbox[after:]:
                if note.method == method and where(note.params):
                    return note
            after = len(self.inbox)
            self._arrived.clear()
            left = deadline - time.monotonic()
            if left <= 0 or self._reader.done():
                came = [f"{note.method} {json.dumps(note.params)[:160]}" for note in self.inbox[-12:]]
                ended = f"; closed {self.close_code} {self.close_reason!r}" if self._reader.done() else ""
                raise AssertionError(f"no {method} within {timeout:g} s{ended}; the last that came: {came}")
            waiter = asyncio.create_task(self._arrived.wait())
            await asyncio.wait({waiter, self._reader}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()

    async def _read(self) -> None:
        try:
            async for text in self.connection:
                self._take(text)
        except ConnectionClosed:
            pass
        finally:
            for method, answer in self._pending.values():
                if not answer.done():
                    answer.set_exception(
                        ConnectionError(f"closed {self.close_code} {self.close_reason!r} before the answer to {method}"))
                    answer.exception()
            self._arrived.set()

    def _take(self, text: str | bytes) -> None:
        if not isinstance(text, str):
            if self.contract:
                self.contract.violations.append("a binary frame from the server")
            return
        message = json.loads(text)
        if "method" in message:
            if self.contract:
                self.contract.check_notification(message)
            self.inbox.append(Notification(message["method"], message.get("params") or {}, time.monotonic()))
            self._arrived.set()
            return
        method, answer = self._pending.get(message.get("id"), (None, None))
        if self.contract:
            self.contract.check_answer(method, message)
        if answer is None:
            self.stray.append(message)
            self._arrived.set()
        elif not answer.done():
            if "error" in message:
                answer.set_exception(RPCError(message["error"]))
            else:
                answer.set_result(message["result"])

    # Ending

    @property
    def close_code(self) -> int | None:
        return self.connection.close_code

    @property
    def close_reason(self) -> str | None:
        return self.connection.close_reason

    async def closed(self, timeout: float = 15) -> int:
        """The close code, once the server has closed."""
        await until(self._reader.done, timeout, "the server closing the WebSocket")
        assert self.close_code is not None
        return self.close_code

    async def close(self) -> None:
        """A polite end. Idempotent."""
        await self.connection.close()
        await asyncio.wait({self._reader})

    async def cut(self) -> None:
        """Ends the TCP connection with a reset: no close frame, as when a network goes away."""
        raw = self.connection.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.transport.abort()
        await asyncio.wait({self._reader})
