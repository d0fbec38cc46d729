"""What the relay costs for each packet, by step, beside a bare loop that carries the same packets with the same crypto."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.server import Server
from harness.wait import until

SERVER_PROCESSOR, PEERS_PROCESSOR = 0, 1
STEPS = ("receive", "send", "crypto")
"""What the bare loop does; each includes those before."""


@dataclass
class Row:
    """Microseconds of processor time for each packet."""

    peers: int
    receive: float
    send: float
    crypto: float
    relay: float
    packets: float

    def line(self) -> str:
        return (f"| {self.peers} | {self.packets:.0f} | {self.receive:.2f} | {self.send - self.receive:.2f} | "
                f"{self.crypto - self.send:.2f} | {self.crypto:.2f} | {self.relay - self.crypto:.2f} | {self.relay:.2f} | "
                f"{self.relay / self.crypto:.2f} |")


async def floor(peers: int, work: str, options: argparse.Namespace) -> tuple[float, float]:
    """The bare loop: microseconds for each packet, packets in a second."""
    process = await asyncio.create_subprocess_exec(
        os.environ["CONSULT_RELAY_FLOOR"], "--peers", str(peers), "--seconds", str(options.seconds), "--work", work,
        "--video-bitrate", str(options.video_bitrate), stdout=asyncio.subprocess.PIPE)
    for name, processor in (("floor-loop", SERVER_PROCESSOR), ("floor-peers", PEERS_PROCESSOR)):
        os.sched_setaffinity(int((await until(lambda name=name: thread(process.pid, name), 30, name)).name), {processor})
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the bare loop ended with {process.returncode}")
    report = json.loads(out)
    return report["microsecondsPerPacket"], report["packetsPerSecond"]


def thread(process: int, name: str) -> Path | None:
    """A thread's folder in /proc, by its name."""
    for task in Path(f"/proc/{process}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            return task
    return None


async def relay(peers: int, options: argparse.Namespace) -> tuple[float, float]:
    """The relay: microseconds of its worker's thread for each packet it sent on, packets in a second."""
    with tempfile.TemporaryDirectory() as folder:
        server = await Server(
            Path(folder), CONSULT_RELAY_WORKERS="1", CONSULT_LOG_LEVEL="info", CONSULT_RELAY_ADDRESSES="127.0.0.1",
            CONSULT_CLIENT_DIR="").start()
        assert server.process is not None
        try:
            for task in Path(f"/proc/{server.process.pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), {SERVER_PROCESSOR})
            worker = thread(server.process.pid, "relay-0")
            assert worker is not None
            time = worker / "schedstat"  # nanoseconds on a processor first (proc(5))
            load = await asyncio.create_subprocess_exec(
                server.executable, "load", "--rooms", str(peers // 2), "--ramp", "20", "--url", server.websocket,
                "--duration", f"{options.seconds + 3}s", "--video-bitrate", str(options.video_bitrate),
                env=server.environment, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                preexec_fn=lambda: os.sched_setaffinity(0, {PEERS_PROCESSOR}))
            try:
                assert load.stderr is not None
                await until_measuring(load.stderr)
                await asyncio.sleep(1)
                before = (int(time.read_text().split()[0]), server.metrics()["consult_packets_forwarded_total"])
                await asyncio.sleep(options.seconds)
                after = (int(time.read_text().split()[0]), server.metrics()["consult_packets_forwarded_total"])
            finally:
                with contextlib.suppress(ProcessLookupError):
                    load.terminate()
                await load.wait()
        finally:
            await server.stop()
    packets = after[1] - before[1]
    if not packets:
        raise RuntimeError("the relay sent nothing on")
    return (after[0] - before[0]) / 1000 / packets, packets / options.seconds


async def until_measuring(lines: asyncio.StreamReader) -> None:
    async with asyncio.timeout(120):
        while line := await lines.readline():
            if line.startswith(b"measuring"):
                return
    raise RuntimeError("the load ended before it measured")


async def row(peers: int, options: argparse.Namespace) -> Row:
    """The median of some rounds, each of which measures everything once."""
    rounds: list[list[float]] = []
    for _ in range(options.repeat):
        costs = [(await floor(peers, work, options))[0] for work in STEPS]
        cost, packets = await relay(peers, options)
        rounds.append([*costs, cost, packets])
    return Row(peers, *(statistics.median(column) for column in zip(*rounds, strict=True)))


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench relay")
    parser.add_argument("--peers", default="2,20,200", help="numbers of peers, two in a call (2,20,200)")
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement (10)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--video-bitrate", type=int, default=600_000, help="bits per second of each picture (600000)")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        print("this needs two processors: one for the relay, one for the peers", file=sys.stderr)
        return 1
    rows = []
    print("microseconds of processor time for each packet; AEAD_AES_128_GCM\n")
    print("| peers | packets/s | receive | send | crypto | bare loop | the relay's own | relay | relay / bare loop |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for peers in map(int, options.peers.split(",")):
        rows.append(await row(peers, options))
        print(rows[-1].line(), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(one) for one in rows], indent=1))
    return 0 if all(one.relay <= 1.3 * one.crypto for one in rows) else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
