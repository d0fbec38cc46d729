"""Mutations from one seeded source: session descriptions, JSON-RPC messages, WebSocket frames, RTP and RTCP."""

from __future__ import annotations

import copy
import json
import random
import struct
from collections.abc import Callable
from typing import Any

from .raw import frame

_NUMBERS = ["0", "-1", "1", "65535", "65536", "4294967295", "4294967296", "9223372036854775807", "99999999999999999999999",
            "00000001", "1e9", "0x10", "٣"]
_TEXTS = ["", " ", "\u0000", "\n", "\r\n", "a" * 3000, "%s%n%x", "../../..", "💥" * 50, "\ufeff", ":", "=", ";", "/", "\u202e"]


class Mutator:
    """Everything it makes follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    # Text

    def text(self, text: str) -> str:
        """One to four small changes of characters."""
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(text) + 1)
            match self.random.randrange(6):
                case 0:
                    text = text[:at] + text[at + self.random.randint(1, 8):]
                case 1:
                    text = text[:at] + chr(self.random.choice([0, 9, 10, 13, 32, 61, 127, 0xE9, 0x1F4A5])) + text[at:]
                case 2:
                    end = at + self.random.randint(1, 40)
                    text = text[:end] + text[at:end] * self.random.randint(1, 3) + text[end:]
                case 3:
                    text = text[:at] + self.random.choice(_TEXTS) + text[at:]
                case 4:
                    text = text[:at] + self.random.choice(_NUMBERS) + text[at + 1:]
                case _:
                    other = self.random.randrange(len(text) + 1)
                    text = text[:at] + text[other:other + self.random.randint(1, 30)] + text[at:]
        return text

    def description(self, sdp: str) -> str:
        """Changes lines, words and characters of a session description."""
        lines = sdp.split("\r\n")
        for _ in range(self.random.choice([1, 1, 1, 2, 3, 5])):
            at = self.random.randrange(len(lines))
            match self.random.randrange(10):
                case 0:
                    del lines[at]
                    lines = lines or [""]
                case 1:
                    lines.insert(at, lines[self.random.randrange(len(lines))])
                case 2:
                    other = self.random.randrange(len(lines))
                    lines[at], lines[other] = lines[other], lines[at]
                case 3:
                    lines[at] = self.text(lines[at])
                case 4:
                    lines[at] = self.number(lines[at])
                case 5:
                    words = lines[at].split(" ")
                    self.random.shuffle(words)
                    lines[at] = " ".join(words)
                case 6:
                    lines = lines[:at] or [""]
                case 7:
                    lines[at:at] = [lines[at]] * self.random.choice([2, 20, 200])
                case 8:
                    # A whole m-section again, or gone.
                    starts = [index for index, line in enumerate(lines) if line.startswith("m=")]
                    if starts:
                        begin = self.random.choice(starts)
                        end = next((start for start in starts if start > begin), len(lines))
                        if self.random.random() < 0.5:
                            lines[end:end] = lines[begin:end] * self.random.choice([1, 3, 40])
                        else:
                            del lines[begin:end]
                            lines = lines or [""]
                case _:
                    lines[at] = lines[at] + self.random.choice(_TEXTS)
        separator = "\r\n" if self.random.random() < 0.9 else self.random.choice(["\n", "\r", "\r\n\r\n", "\u2028"])
        return separator.join(lines)

    def number(self, line: str) -> str:
        """One number of a line becomes an awkward one."""
        digits = [index for index, letter in enumerate(line) if letter.isdigit()]
        if not digits:
            return self.text(line)
        begin = self.random.choice(digits)
        end = begin
        while end < len(line) and line[end].isdigit():
            end += 1
        return line[:begin] + self.random.choice(_NUMBERS) + line[end:]

    # Messages

    def message(self, message: dict[str, Any]) -> str:
        """A JSON-RPC message with wrong values, wrong shapes or wrong syntax."""
        changed: Any = copy.deepcopy(message)
        for _ in range(self.random.randint(1, 3)):
            changed = self._value(changed)
        text = json.dumps(changed, ensure_ascii=self.random.random() < 0.5)
        match self.random.randrange(8):
            case 0 | 1:
                text = self.text(text)
            case 2:
                text = text[: self.random.randrange(len(text) + 1)]
            case 3:
                text = "[" * self.random.choice([10, 1000, 20000]) + text
            case 4:
                text = json.dumps([changed] * self.random.randint(0, 50))
            case _:
                pass
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict) and value and self.random.random() < 0.85:
            key = self.random.choice(list(value))
            match self.random.randrange(7):
                case 0:
                    del value[key]
                case 1:
                    value[self.random.choice(_TEXTS) or "x"] = value[key]
                case _:
                    value[key] = self._value(value[key])
            return value
        if isinstance(value, str) and value and self.random.random() < 0.6:
            return self.text(value)
        return self.random.choice([
            None, True, False, 0, -1, 1e308, 2**53, 2**64, -(2**63) - 1, 0.1, "", "x" * 5000, [], {}, [[]] * 20, {"": {}},
            *_TEXTS])

    def frames(self, text: str) -> bytes:
        """The message in frames that lie, tear, hurry or stop."""
        payload = text.encode("utf-8", "surrogatepass")
        choice = self.random.randrange(14)
        cut = self.random.randrange(len(payload) + 1)
        match choice:
            case 0:
                return frame(payload, masked=False)
            case 1:
                return frame(payload, reserved=self.random.randint(1, 7))
            case 2:
                return frame(payload, opcode=self.random.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]))
            case 3:
                return frame(payload, length=self.random.choice([2**16, 2**31, 2**63, 2**64 - 1, len(payload) + 1]))
            case 4:
                return frame(payload[:cut], fin=False) + frame(payload[cut:], opcode=0)
            case 5:
                return frame(payload[:cut], fin=False) + frame(b"now", opcode=9) + frame(payload[cut:], opcode=0)
            case 6:
                return frame(payload, opcode=0)
            case 7:
                return frame(payload, fin=False) + frame(payload)
            case 8:
                return frame(b"p" * self.random.choice([126, 1000]), opcode=9)
            case 9:
                return b"".join(frame(b"x", opcode=9) for _ in range(200))
            case 10:
                reason = self.random.choice([b"", b"\x03", b"\0\0", b"\x03\xe8" + b"\xff" * 10, b"\x0f\xff", b"\x03\xe8" + b"y" * 200])
                return frame(reason, opcode=8)
            case 11:
                return b"".join(frame(payload[at:at + 1], opcode=1 if at == 0 else 0, fin=at == len(payload[:300]) - 1)
                                for at in range(len(payload[:300])))
            case 12:
                return frame(b"\xff\xfe\xfd" + payload)
            case _:
                return self.bytes(frame(payload))

    def bytes(self, data: bytes, most: int = 6) -> bytes:
        """Some bytes changed, some missing, some more."""
        changed = bytearray(data)
        for _ in range(self.random.randint(1, most)):
            if not changed:
                break
            at = self.random.randrange(len(changed))
            match self.random.randrange(8):
                case 0:
                    del changed[at:]
                case 1:
                    changed[at:at] = self.random.randbytes(self.random.randint(1, 8))
                case 2:
                    changed[at] = self.random.choice((0, 1, 0x7F, 0x80, 0xFF))
                case _:
                    changed[at] ^= 1 << self.random.randrange(8)
        return bytes(changed)


class Packets:
    """RTP and RTCP for one established path: decent headers with indecent contents, and the reverse.

    Sources keep their sequence numbers in order, so that what is inside gets past the replay check.
    """

    def __init__(self, seed: int, rtp: list[bytes], rtcp: list[bytes], others: list[int]) -> None:
        self.random = random.Random(seed)
        self.mutator = Mutator(seed + 1)
        self.rtp = rtp
        self.rtcp = rtcp or [b"\x80\xc9\x00\x01\x00\x00\x00\x01"]
        self.ssrcs = sorted({int.from_bytes(packet[8:12]) for packet in rtp})
        self.media = others or self.ssrcs
        self.next = {ssrc: max(int.from_bytes(packet[2:4]) for packet in rtp if int.from_bytes(packet[8:12]) == ssrc) + 1
                     for ssrc in self.ssrcs}
        self._kinds: list[Callable[[bytearray], bytes]] = [
            self._contents, self._contents, self._flags, self._payload_type, self._extensions, self._extensions, self._padding,
            self._short, self._descriptor, self._descriptor, self._timestamp, self._large, self._stranger,
        ]

    def clean(self) -> bytes:
        """An RTP packet as it should be, next in its source's order."""
        return bytes(self._numbered(bytearray(self.random.choice(self.rtp))))

    def mutated_rtp(self) -> bytes:
        packet = self._numbered(bytearray(self.random.choice(self.rtp)))
        return self.random.choice(self._kinds)(packet)

    def _numbered(self, packet: bytearray) -> bytearray:
        ssrc = int.from_bytes(packet[8:12])
        struct.pack_into("!H", packet, 2, self.next[ssrc] & 0xFFFF)
        self.next[ssrc] += 1
        return packet

    def _body(self, packet: bytearray) -> int:
        """Where the payload begins."""
        at = 12 + 4 * (packet[0] & 0x0F)
        if packet[0] & 0x10 and len(packet) >= at + 4:
            at += 4 + 4 * int.from_bytes(packet[at + 2:at + 4])
        return min(at, len(packet))

    def _contents(self, packet: bytearray) -> bytes:
        begin = self._body(packet)
        for _ in range(self.random.randint(1, 8)):
            if begin < len(packet):
                packet[self.random.randrange(begin, len(packet))] = self.random.randrange(256)
        return bytes(packet)

    def _flags(self, packet: bytearray) -> bytes:
        packet[0] ^= self.random.choice([0x10, 0x20, 0x01, 0x0F, 0x30])
        return bytes(packet)

    def _payload_type(self, packet: bytearray) -> bytes:
        packet[1] = self.random.randrange(256)
        return bytes(packet)

    def _extensions(self, packet: bytearray) -> bytes:
        body = bytes(packet[self._body(packet):])
        head = bytearray(packet[:12])
        head[0] = (head[0] & 0xE0) | 0x10
        profile = self.random.choice([0xBEDE, 0x1000, 0x100F, self.random.randrange(65536)])
        block = bytearray()
        while len(block) < self.random.choice([0, 4, 16, 64]):
            identifier, length = self.random.randrange(16), self.random.randrange(17)
            if profile == 0xBEDE:
                block += bytes([identifier << 4 | length & 0x0F])
            else:
                block += bytes([self.random.randrange(256), self.random.choice([length, 255])])
            block += self.random.randbytes(self.random.choice([length, length + 1, 0]))
        block += b"\0" * (-len(block) % 4)
        return bytes(head) + struct.pack("!HH", profile, len(block) // 4) + bytes(block) + body

    def _padding(self, packet: bytearray) -> bytes:
        packet[0] |= 0x20
        packet[-1] = self.random.choice([0, 1, 255, len(packet) & 0xFF, self.random.randrange(256)])
        return bytes(packet)

    def _short(self, packet: bytearray) -> bytes:
        return bytes(packet[: self._body(packet) + self.random.randrange(8)])

    def _descriptor(self, packet: bytearray) -> bytes:
        begin = self._body(packet)
        for at in range(begin, min(begin + 6, len(packet))):
            if self.random.random() < 0.5:
                packet[at] = self.random.choice([0x00, 0x80, 0x90, 0xB0, 0xF0, 0xFF, self.random.randrange(256)])
        return bytes(packet[: self.random.choice([len(packet), begin + 1, begin + 2, begin + 4])])

    def _timestamp(self, packet: bytearray) -> bytes:
        packet[4:8] = self.random.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", self.random.randbytes(4)])
        return bytes(packet)

    def _large(self, packet: bytearray) -> bytes:
        return bytes(packet) + self.random.randbytes(max(0, self.random.choice([1200, 1400, 1440]) - len(packet)))

    def _stranger(self, packet: bytearray) -> bytes:
        packet[8:12] = self.random.randbytes(4)
        packet[2:4] = self.random.randbytes(2)
        return bytes(packet)

    def mutated_rtcp(self) -> bytes:
        """A compound of reports and feedback, most of it wrong somewhere."""
        parts = [self.random.choice(self.rtcp)] if self.random.random() < 0.5 else []
        parts += [self._feedback() for _ in range(self.random.randint(0 if parts else 1, 3))]
        data = b"".join(parts)
        return self.mutator.bytes(data) if self.random.random() < 0.6 else data

    def _feedback(self) -> bytes:
        here = struct.pack("!I", self.random.choice(self.ssrcs))
        there = struct.pack("!I", self.random.choice(self.media))
        choice = self.random.randrange(11)
        noise = self.random.randbytes(4 * self.random.choice([0, 1, 2, 5, 40]))
        count = self.random.randrange(32)
        match choice:
            case 0:
                return rtcp(200, count, here + self.random.randbytes(20) + noise)
            case 1:
                return rtcp(201, count, here + (there + self.random.randbytes(20)) * self.random.randint(0, 31))
            case 2:
                return rtcp(202, count, here + bytes([1, self.random.choice([0, 5, 255])]) + noise + b"\0\0")
            case 3:
                return rtcp(203, count, here + noise)
            case 4:
                return rtcp(205, 1, here + there + b"".join(
                    struct.pack("!HH", self.random.randrange(65536), 0xFFFF) for _ in range(self.random.choice([1, 2, 50, 250]))))
            case 5:
                # Transport-wide feedback: base, count, reference time, chunks and deltas that need not fit.
                return rtcp(205, 15, here + there + struct.pack(
                    "!HH", self.random.randrange(65536), self.random.choice([0, 1, 7, 14, 65535])) + self.random.randbytes(4) + noise)
            case 6:
                return rtcp(206, 1, here + there)
            case 7:
                return rtcp(206, 4, here + there + there + self.random.randbytes(4) + noise)
            case 8:
                rate = bytes([self.random.randrange(256)]) + self.random.randbytes(3)
                return rtcp(206, 15, here + b"\0\0\0\0REMB" + rate + there + noise)
            case 9:
                return rtcp(207, count, here + noise)
            case _:
                return rtcp(self.random.randrange(192, 224), count, noise)

    def other_protocol(self) -> bytes:
        """What shares the port: STUN, DTLS, and things that are nothing."""
        match self.random.randrange(4):
            case 0:
                attributes = b"".join(
                    struct.pack("!HH", self.random.choice([0x0006, 0x0008, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A]),
                                self.random.choice([0, 4, 8, 20, 65535])) + self.random.randbytes(self.random.choice([0, 4, 8, 20]))
                    for _ in range(self.random.randrange(6)))
                return struct.pack("!HHI", self.random.choice([0x0001, 0x0011, 0x0101, 0x0111, 0x3FFF]),
                                   self.random.choice([len(attributes), 0, 65535]), 0x2112A442) + self.random.randbytes(12) + attributes
            case 1:
                body = self.random.randbytes(self.random.choice([0, 1, 2, 40]))
                return struct.pack("!BHHIHH", self.random.choice([20, 21, 22, 23, 24, 63]), self.random.choice([0xFEFF, 0xFEFD, 0xFEFC, 0]),
                                   self.random.choice([0, 1, 65535]), 0, self.random.randrange(65536),
                                   self.random.choice([len(body), 0, 65535])) + body
            case 2:
                return self.random.randbytes(self.random.choice([1, 2, 11, 12, 13, 200]))
            case _:
                return bytes([self.random.randrange(256)]) * self.random.choice([1, 4, 16, 1400])


def rtcp(kind: int, count: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    return struct.pack("!BBH", 0x80 | count & 31, kind, len(body) // 4) + body
