"""Fuzzing of the running server: offers, packets after SRTP, WebSocket messages and frames.

Run by scripts/fuzz for as long as one likes, and by test_fuzz.py for a moment. Everything follows from the seed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pylibsrtp
from harness.mutate import Mutator, Packets
from harness.peer import Peer, media_both_ways
from harness.raw import RawSocket, frame, upgrade
from harness.server import ROOT, Server
from harness.wait import until
from harness.wire import RPCError, Wire
from websockets.exceptions import ConnectionClosed

MEBIBYTE = 2**20
SETTINGS = {
    "CONSULT_CONNECTIONS_PER_ADDRESS": 0,
    "CONSULT_LOG_LEVEL": "warning",
    "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=16:allocator_release_to_os_interval_ms=500",
}
# What a server may hold more after a part than before it: caches, pools, AddressSanitizer's quarantine and shadow.
GROWTH = 256 * MEBIBYTE


class Fuzz:
    """One server, and what is thrown at it."""

    def __init__(self, server: Server, seed: int, say: Any = print) -> None:
        self.server, self.seed, self.say = server, seed, say
        self._rooms = 0

    def room(self) -> str:
        self._rooms += 1
        return f"fuzz-{self.seed}-{self._rooms}"

    async def part(self, name: str, count: int, work: Any) -> dict[str, Any]:
        """Runs a part; the server must live through it and not grow."""
        before, start = self.server.rss(), time.monotonic()
        result = await work(count)
        assert self.server.process is not None and self.server.process.poll() is None, (
            f"the server died in {name} of seed {self.seed}:\n{self.server.log()[-6000:]}")
        grown = self.server.rss() - before
        took = time.monotonic() - start
        self.say(f"{name}: {count} with seed {self.seed} in {took:.0f} s ({count / max(took, 0.001):.0f}/s), "
                 f"memory {grown / MEBIBYTE:+.0f} MiB, {result}")
        assert grown < GROWTH, f"{name} made the server grow by {grown / MEBIBYTE:.0f} MiB"
        self.server.assert_quiet_log()
        return result

    # Offers

    async def offers(self, count: int) -> dict[str, Any]:
        """Mutated session descriptions to the relay and to the other peer, some of them accepted."""
        seeds = [path.read_text().replace("\r\n", "\n").replace("\n", "\r\n")
                 for path in sorted((ROOT / "Tests/SDPTests/Offers").glob("*.sdp"))]
        assert seeds, "no recorded offers to begin with"
        mutator = Mutator(self.seed)
        made = [mutator.description(mutator.random.choice(seeds)) for _ in range(count)]
        per_visit = 80  # below the burst a connection may send
        visits = [made[at:at + per_visit] for at in range(0, count, per_visit)]
        tally = {"accepted": 0, "refused": 0}
        queue = list(enumerate(visits))

        async def visitor() -> None:
            while queue:
                number, descriptions = queue.pop()
                await self._visit(descriptions, "p2p" if number % 4 == 3 else "relay", tally)

        await asyncio.gather(*(visitor() for _ in range(4)))
        assert tally["accepted"] + tally["refused"] == count, tally
        assert tally["accepted"] > count // 100, "hardly any mutated offer was taken: the mutations are too wild to reach deep"
        return tally

    async def _visit(self, descriptions: list[str], mode: str, tally: dict[str, int]) -> None:
        room = self.room()
        names = ["Ada", "Bob"] if mode == "p2p" else ["Ada"]
        wires = []

        async def enter() -> Wire:
            for name in names:
                wire = await Wire.open(self.server.websocket, None)
                wires.append(wire)
                token = self.server.signer.token(room, name, mode=mode)
                await wire.hello(token)
                await wire.join(token)
            return wires[-1]

        wire = await enter()
        for sdp in descriptions:
            if wire.close_code is not None:  # too many errors on one connection: go on with another
                wire = await enter()
            try:
                await wire.request("media.offer", {"sdp": sdp}, timeout=30)
                tally["accepted"] += 1
            except RPCError as error:
                tally["refused"] += 1
                assert error.code in (-32602, -32004, -32005, -32006, -32600), str(error)
            except (ConnectionError, ConnectionClosed):
                tally["refused"] += 1
        for wire in wires:
            if wire.close_code is None:
                with contextlib.suppress(RPCError, ConnectionError, ConnectionClosed):
                    await wire.request("room.leave")
            await wire.close()

    # Messages

    async def messages(self, count: int) -> dict[str, Any]:
        """Mutated JSON-RPC messages and frames, before and after hello and join."""
        mutator = Mutator(self.seed + 1)
        tally = {"connections": 0, "closed by the server": 0}
        left = [count]

        async def talker() -> None:
            while left[0] > 0:
                token = self.server.signer.token(self.room(), "Ada")
                raw = await RawSocket.open(self.server)
                reader: asyncio.Task[None] | None = None
                tally["connections"] += 1
                try:
                    head = upgrade(self.server)
                    if mutator.random.random() < 0.05:
                        head = mutator.bytes(head)
                    await raw.send(head)
                    stage = mutator.random.randrange(4)
                    for number, (method, params) in enumerate([("hello", {"token": token}), ("room.join", {"token": token})][:stage]):
                        await raw.request(method, params, number)
                    reader = asyncio.create_task(drain(raw))
                    for _ in range(mutator.random.randint(1, 12)):
                        if reader.done() or left[0] <= 0:
                            break
                        left[0] -= 1
                        text = mutator.message(mutator.random.choice(self.samples(token)))
                        data = mutator.frames(text) if mutator.random.random() < 0.4 else frame(text.encode("utf-8", "replace"))
                        await raw.send(data)
                    # A moment for the answer to the last one; closing is an answer too.
                    await asyncio.wait({reader}, timeout=0.05)
                    tally["closed by the server"] += reader.done()
                except (ConnectionError, TimeoutError):
                    tally["closed by the server"] += 1
                finally:
                    if reader:
                        reader.cancel()
                        await asyncio.gather(reader, return_exceptions=True)
                    raw.close()

        await asyncio.gather(*(talker() for _ in range(8)))
        return tally

    def samples(self, token: str) -> list[dict[str, Any]]:
        """A decent message of every method."""
        methods: dict[str, dict[str, Any]] = {
            "hello": {"token": token, "resume": "abc", "chatSequence": 3}, "room.join": {"token": token}, "room.leave": {},
            "ping": {}, "chat.send": {"id": "m-1", "text": "hello"}, "media.state": {"mic": True, "camera": True, "screen": False},
            "media.candidate": {"candidate": "candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host", "sdpMid": "0",
                                "sdpMLineIndex": 0, "usernameFragment": "abcd"},
            "media.stats": {"mic": {"bytesReceived": 100, "packetsReceived": 10, "packetsLost": 0, "jitter": 0.001},
                            "camera": {"bytesReceived": 100, "packetsReceived": 10, "packetsLost": 0, "jitter": 0.001, "framesDecoded": 9},
                            "bytesSent": 1000, "roundTripTime": 0.01},
            "media.offer": {"sdp": "v=0\r\n"}, "media.answer": {"sdp": "v=0\r\n"}, "presence.set": {"available": True},
            "request.accept": {"requestId": "1"}, "request.decline": {"requestId": "1", "reason": "busy"},
            "recording.consent": {"granted": True},
        }
        return [{"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in enumerate(methods.items())]

    # Packets

    async def packets(self, count: int) -> dict[str, Any]:
        """Mutated RTP and RTCP on an established path, encrypted as they should be; some ciphertext is mutated as well."""
        room = self.room()
        sides = [Peer(self.server, self.server.signer.token(room, name, role, unmetered=True), role)
                 for name, role in (("Ada", "customer"), ("Bob", "consultant"))]
        ada, bob = sides
        try:
            rtp: list[bytes] = []
            rtcp: list[bytes] = []
            for side in sides:
                await side.enter()
                await side.negotiate()
                await side.connected()
            send = ada.transport._send_rtp

            async def record(data: bytes) -> None:
                (rtcp if 192 <= data[1] <= 223 else rtp).append(data)
                await send(data)

            ada.transport._send_rtp = record
            await media_both_ways(ada, bob, 1)
            await until(lambda: len(rtcp) >= 2, 10, "a report of the peer's own")
            ada.transport._send_rtp = send
            ada.pause()
            bob.tap.swallow = True  # what follows is not for a decoder
            received = bob.tap.received
            packets = Packets(self.seed + 2, rtp[-200:], rtcp, sorted({packet.ssrc for packet in ada.tap.received}))
            path = EncryptedPath(ada)
            at_first = self.server.metrics()
            tally = await path.flood(packets, count, bob)
            at_last = self.server.metrics()
            for name in ("forwarded", "rejected"):
                tally[name] = int(at_last[f"consult_packets_{name}_total"] - at_first[f"consult_packets_{name}_total"])
            # What is refused at the door tests nothing behind it.
            assert tally["forwarded"] > count // 20, tally
            # The path survived: decent packets of the same sources still get through.
            before = len(received)

            async def through() -> bool:
                for _ in range(20):
                    path.send(path.protect(packets.clean()))
                return len(received) > before

            await until(through, 20, "a decent packet getting through after the flood", every=0.1)
            assert ada.transport.state == "connected"
            return tally
        finally:
            for side in sides:
                await side.close()

    # After all that

    async def call_works(self) -> None:
        """The same process carries a call."""
        room = self.room()
        sides = [Peer(self.server, self.server.signer.token(room, name, role), role)
                 for name, role in (("Ada", "customer"), ("Bob", "consultant"))]
        try:
            for side in sides:
                await side.call(30)
            await media_both_ways(*sides, timeout=30)
        finally:
            for side in sides:
                await side.close()


class EncryptedPath:
    """The socket and the keys of an established path, without the layers above them."""

    def __init__(self, peer: Peer) -> None:
        self.srtp = peer.transport._tx_srtp
        pair = peer.transport.transport._connection._nominated[1]
        self.remote = pair.remote_addr
        inner = pair.protocol.transport.get_extra_info("socket")
        self.socket = socket.socket(inner.family, inner.type, inner.proto, fileno=os.dup(inner.fileno()))
        self.socket.setblocking(False)

    def protect(self, packet: bytes) -> bytes:
        return self.srtp.protect(packet)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.remote)

    def backlog(self) -> tuple[int, int]:
        """Bytes that wait in the server's sockets of this path, and datagrams they have dropped."""
        waiting = dropped = 0
        wanted = f":{self.remote[1]:04X}"
        with open("/proc/net/udp") as table:
            for line in table:
                fields = line.split()
                if fields[1].endswith(wanted):
                    waiting += int(fields[4].split(":")[1], 16)
                    dropped += int(fields[12])
        return waiting, dropped

    async def flood(self, packets: Packets, count: int, receiver: Peer) -> dict[str, Any]:
        chance = packets.random.random
        # Whoever sends thousands of packets a second in the same process cannot answer its own checks in half a second.
        receiver.transport.transport._connection._query_consent_task.cancel()
        refused = 0
        for number in range(count):
            draw = chance()
            try:
                if draw < 0.62:
                    plain = packets.mutated_rtp()
                    data = self.srtp.protect(plain)
                    source = int.from_bytes(plain[8:12])
                    if source not in packets.next:
                        # Our own library searches all the sources it has ever seen, one after the other.
                        self.srtp.remove_stream(source)
                elif draw < 0.92:
                    data = self.srtp.protect_rtcp(packets.mutated_rtcp())
                elif draw < 0.96:
                    data = packets.mutator.bytes(self.srtp.protect(packets.clean()))
                else:
                    data = packets.other_protocol()
            except (pylibsrtp.Error, TypeError, ValueError):
                # Our own library would not encrypt it: it goes out as it is.
                refused += 1
                data = packets.mutated_rtp()
            with contextlib.suppress(BlockingIOError, OSError):
                self.send(data)
            if number % 64 == 63:
                # asyncio reads one datagram a turn: what is forwarded must not bury the answers to connectivity checks.
                for _ in range(24):
                    await asyncio.sleep(0)
                # What the kernel would drop was not tested: wait until the server has read.
                while self.backlog()[0] > 60_000:
                    await asyncio.sleep(0.001)
                if len(receiver.tap.received) > 200_000:
                    del receiver.tap.received[:-1000]
        dropped = self.backlog()[1]
        assert dropped < count * 0.02, f"{dropped} of {count} packets never reached the server"
        return {"not encryptable": refused, "dropped by the kernel": dropped}


async def drain(raw: RawSocket) -> None:
    """Reads until the end, be it that the socket is closed here."""
    with contextlib.suppress(OSError):
        while await raw.receive(timeout=30):
            pass


async def run(executable: str, offers: int, packets: int, messages: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), executable, **SETTINGS)
        try:
            await server.start(60)
            fuzz = Fuzz(server, seed)
            if offers:
                await fuzz.part("offers", offers, fuzz.offers)
            if messages:
                await fuzz.part("messages", messages, fuzz.messages)
            if packets:
                await fuzz.part("packets", packets, fuzz.packets)
            await fuzz.call_works()
            print("after it: a call with picture and tone works")
            await server.stop(timeout=30)
        except BaseException:
            print(server.log()[-8000:], file=sys.stderr)
            raise
        finally:
            server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Fuzzes a running consult under AddressSanitizer.")
    parser.add_argument("--offers", type=int, default=20_000, help="mutated session descriptions (%(default)s)")
    parser.add_argument("--packets", type=int, default=1_000_000, help="mutated RTP and RTCP packets (%(default)s)")
    parser.add_argument("--messages", type=int, default=10_000, help="mutated WebSocket messages and frames (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="where every mutation comes from (%(default)s)")
    options = parser.parse_args()
    executable = os.environ.get("CONSULT_ASAN_BINARY") or str(ROOT / ".build/asan/debug/consult")
    print(f"seed {options.seed}: {options.offers} offers, {options.messages} messages, {options.packets} packets")
    asyncio.run(run(executable, options.offers, options.packets, options.messages, options.seed))


if __name__ == "__main__":
    main()
