"""A cable with faults: moves IP packets between two TUN devices, late, out of order, or not at all. A program of its own.

    python impair.py FD FD JSON     (descriptors of two TUN devices; the faults of each direction)

The same seed makes the same faults for the same packets. A line on its standard input changes the faults; when that ends, it prints
what it did, as JSON.
"""

from __future__ import annotations

import dataclasses
import heapq
import json
import os
import random
import select
import sys
import time

QUEUE_LIMIT = 4096
"""Packets on the way in one direction; beyond it they are dropped."""


@dataclasses.dataclass(frozen=True)
class Faults:
    """What one direction does to its packets."""

    delay: float = 0
    """Milliseconds that each packet takes."""
    jitter: float = 0
    """The delay is this many milliseconds more or less, evenly; packets overtake each other where that makes them."""
    keep_order: bool = True
    """Jitter lets nobody overtake: a queue somewhere on the way, as in radio networks."""
    loss: float = 0
    """The share of packets that get lost, each for itself."""
    burst_every: float = 0
    """Mean seconds between two bursts in which everything is lost; 0: none."""
    burst: float = 0
    """Mean milliseconds of a burst."""
    reorder: float = 0
    """The share of packets that come `reorder_by` milliseconds later than they should, after those sent behind them."""
    reorder_by: float = 20


class Direction:
    """One direction of the cable: packets and the time go in, due packets come out."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.faults = faults
        self.passed = self.lost = self.late = 0
        self._seed = seed
        self._random = self._bursts = random.Random(seed)
        self._queue: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._last = 0.0
        self._burst_begins = self._burst_ends = 0.0
        self.change(faults)

    def change(self, faults: Faults) -> None:
        """From now on. Bursts begin anew, at the same times after each change."""
        self.faults = faults
        self._bursts = random.Random(self._seed)
        self._burst_ends = 0.0
        self._burst_begins = self._next_burst(time.monotonic())

    def _next_burst(self, now: float) -> float:
        every = self.faults.burst_every
        return now + self._bursts.expovariate(1 / every) if every else float("inf")

    def take(self, packet: bytes, now: float) -> None:
        faults, chance = self.faults, self._random
        while now >= self._burst_begins:
            self._burst_ends = self._burst_begins + self._bursts.expovariate(1000 / faults.burst)
            self._burst_begins = self._next_burst(self._burst_ends)
        if now < self._burst_ends or chance.random() < faults.loss or len(self._queue) >= QUEUE_LIMIT:
            self.lost += 1
            return
        due = now + (faults.delay + chance.uniform(-faults.jitter, faults.jitter)) / 1000
        if chance.random() < faults.reorder:
            due += faults.reorder_by / 1000
            self.late += 1
        elif faults.keep_order:
            due = self._last = max(due, self._last)
        self._count += 1
        heapq.heappush(self._queue, (due, self._count, packet))

    def due(self, now: float) -> list[bytes]:
        packets = []
        while self._queue and self._queue[0][0] <= now:
            packets.append(heapq.heappop(self._queue)[2])
        self.passed += len(packets)
        return packets

    @property
    def next(self) -> float:
        return self._queue[0][0] if self._queue else float("inf")


def main() -> None:
    devices = int(sys.argv[1]), int(sys.argv[2])
    settings = json.loads(sys.argv[3])
    directions = [Direction(Faults(**settings[side]), settings["seed"] + index) for index, side in enumerate(("up", "down"))]
    for device in devices:
        os.set_blocking(device, False)
    print("ready", flush=True)
    while True:
        wait = min(direction.next for direction in directions) - time.monotonic()
        ready, _, _ = select.select([*devices, 0], [], [], None if wait == float("inf") else max(0, wait))
        for index, device in enumerate(devices):
            if device in ready:
                for _ in range(64):
                    try:
                        packet = os.read(device, 65536)
                    except BlockingIOError:
                        break
                    directions[index].take(packet, time.monotonic())
        for index, direction in enumerate(directions):
            for packet in direction.due(time.monotonic()):
                try:
                    os.write(devices[1 - index], packet)
                except OSError:
                    direction.lost += 1
        if 0 in ready:
            line = sys.stdin.readline()
            if not line:
                break
            for direction, side in zip(directions, ("up", "down"), strict=True):
                direction.change(Faults(**json.loads(line)[side]))
            print("changed", flush=True)
    print(json.dumps({side: {"passed": direction.passed, "lost": direction.lost, "late": direction.late}
                      for side, direction in zip(("up", "down"), directions, strict=True)}), flush=True)


if __name__ == "__main__":
    main()
