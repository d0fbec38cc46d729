"""Many participants on few processors: aiortc's ICE, DTLS and SRTP without its codecs. Each sends the same short sound
packet a few times a second, which is what the media clock needs; nobody decodes what arrives, it is counted."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time

from aiortc import RTCConfiguration, RTCPeerConnection

from .peer import Peer
from .server import Server
from .wire import Wire

_CLOCK = 48_000
_PAYLOAD = bytes(40)


class LightPeer(Peer):
    """One side of a call that sends when `Pump` tells it to."""

    def __init__(self, server: Server, token: str, party: str) -> None:
        super().__init__(server, token, party, tracks=[])
        self.tap.swallow = True
        self._sequence = 0
        self._payload_type = 0
        self._source = 0

    def _connection(self) -> RTCPeerConnection:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.addTransceiver("audio")
        return pc

    async def enter(self) -> LightPeer:
        """Joins without holding each message against the schemas, which the tests do."""
        self.wire = await Wire.open(self.server.websocket, contract=None)
        await self.wire.hello(self.token)
        self.room = await self.wire.join(self.token)
        return self

    async def connected(self, timeout: float = 60) -> None:
        await super().connected(timeout)
        self._payload_type = min(self.media_types)
        self._source = self.pc.getTransceivers()[0].sender._ssrc

    async def send(self, at: float) -> None:
        """A packet with the timestamp of a moment."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = bytes([0x80, self._payload_type]) + self._sequence.to_bytes(2)
        stamp = int(at * _CLOCK) & 0xFFFFFFFF
        with contextlib.suppress(ConnectionError):
            await self.transport._send_rtp(head + stamp.to_bytes(4) + self._source.to_bytes(4) + _PAYLOAD)


class Pump:
    """Lets peers send so many packets a second each, evenly spread, until it is stopped."""

    def __init__(self, peers: list[LightPeer], rate: float = 4) -> None:
        self._peers = peers
        self._step = 1 / rate / len(peers)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        # All begin at once: the clocks of all calls run from here.
        start = time.monotonic()
        for peer in self._peers:
            await peer.send(start)
        for number, peer in enumerate(itertools.cycle(self._peers), 1):
            at = start + number * self._step
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            await peer.send(at)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
