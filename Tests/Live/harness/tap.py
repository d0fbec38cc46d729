"""Counts what crosses an aiortc transport, packet by packet, after decryption."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from aiortc.rtp import is_rtcp


@dataclass(frozen=True, slots=True)
class Packet:
    at: float
    """Monotonic seconds."""
    ssrc: int
    payload_type: int
    sequence: int
    timestamp: int
    size: int


@dataclass
class Tap:
    """Listens on an RTCDtlsTransport."""

    received: list[Packet] = field(default_factory=list)
    sent: list[Packet] = field(default_factory=list)
    rtcp_received: int = 0
    swallow: bool = False
    """Count what arrives, but do not hand it on to the decoders."""

    def attach(self, transport: Any) -> Tap:
        take_rtp, take_rtcp, send = transport._handle_rtp_data, transport._handle_rtcp_data, transport._send_rtp

        async def on_rtp(data: bytes, arrival_time_ms: int) -> None:
            self.received.append(parse(data))
            if not self.swallow:
                await take_rtp(data, arrival_time_ms=arrival_time_ms)

        async def on_rtcp(data: bytes) -> None:
            self.rtcp_received += 1
            if not self.swallow:
                await take_rtcp(data)

        async def on_send(data: bytes) -> None:
            await send(data)
            if not is_rtcp(data):
                self.sent.append(parse(data))

        transport._handle_rtp_data, transport._handle_rtcp_data, transport._send_rtp = on_rtp, on_rtcp, on_send
        return self

    def since(self, start: float, end: float = float("inf")) -> list[Packet]:
        return [packet for packet in self.received if start <= packet.at <= end]

    @property
    def last_at(self) -> float:
        """When the last packet came; 0 where none did."""
        return self.received[-1].at if self.received else 0.0


def parse(data: bytes) -> Packet:
    return Packet(
        time.monotonic(), int.from_bytes(data[8:12]), data[1] & 0x7F, int.from_bytes(data[2:4]),
        int.from_bytes(data[4:8]), len(data))


def missing(packets: list[Packet], payload_types: set[int]) -> dict[int, list[int]]:
    """The sequence numbers that never came between the first and the last of each source; nothing but gaps."""
    gaps: dict[int, list[int]] = {}
    for ssrc in {packet.ssrc for packet in packets if packet.payload_type in payload_types}:
        numbers = unwrapped([packet.sequence for packet in packets if packet.ssrc == ssrc])
        lost = sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers))
        if lost:
            gaps[ssrc] = [number & 0xFFFF for number in lost]
    return gaps


def unwrapped(sequences: list[int]) -> list[int]:
    """16-bit sequence numbers continued past their wrap."""
    result: list[int] = []
    for sequence in sequences:
        if not result:
            result.append(sequence)
            continue
        step = (sequence - result[-1] + 0x8000) % 0x10000 - 0x8000
        result.append(result[-1] + step)
    return result
