"""Ports nobody uses at the moment."""

from __future__ import annotations

import os
import random
import socket

LOOPBACK = "127.0.0.1"
_random = random.Random(os.getpid())
_given: set[int] = set()


def free_port() -> int:
    """A free TCP port on loopback."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def free_ports(count: int) -> list[int]:
    """Different free TCP ports on loopback."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def lasting_ports(count: int) -> list[int]:
    """The same above the ephemeral ports, for who is killed and comes back: no connection takes one in the meantime, and none is given twice."""
    found: list[int] = []
    while len(found) < count:
        port = _random.randrange(61_000, 65_500)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        _given.add(port)
        found.append(port)
    return found


def media_ports(width: int = 600) -> str:
    """A range for media below the ephemeral ports, different from one server to the next."""
    low = _random.randrange(10_000, 32_000 - width, 100)
    return f"{low}-{low + width - 1}"


def port_open(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
