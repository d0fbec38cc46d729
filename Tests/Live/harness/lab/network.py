"""A backbone, a hub with the server, and places around it, each behind a cable of its own.

    place ── cable ── backbone ── cable ── place
                         │
                        hub (server, TURN server, the test)

A cable is a pair of veth devices, or two TUN devices and a program between them that delays, loses and reorders (`impair.py`). The
backbone routes between the places too, so that they can call each other peer to peer. The hub is one network away, not the
backbone itself: libnice binds its sockets to the device that has the address.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from .impair import Faults
from .namespace import Namespace, Outside

HUB4, HUB6 = "10.77.0.1", "fd77::1"
"""Where everybody finds the server."""
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


class Place:
    """Where somebody is: a namespace at the end of a cable to the backbone."""

    def __init__(self, network: Network, name: str, number: int, v4: bool, v6: bool) -> None:
        self.network, self.name, self.number = network, name, number
        self.namespace = Namespace(name)
        self.device = "eth0"
        self.far = f"to{number}"
        """The backbone's end of the cable."""
        self.v4 = f"10.77.{number}.2" if v4 else None
        self.v6 = f"fd77:{number}::2" if v6 else None
        self._impairment: subprocess.Popen[str] | None = None
        self._devices: list[int] = []

    # The cable

    def plug(self, faults: tuple[Faults, Faults] | None = None, seed: int = 1) -> Place:
        """Lays the cable: plain, or with faults on the way up (to the backbone) and down."""
        core, here = self.network.core, self.namespace
        if faults is None:
            core.run("ip", "link", "add", self.far, "type", "veth", "peer", "name", self.device, "netns", here.path)
        else:
            self._devices = [here.call(lambda: tun(self.device)), core.call(lambda: tun(self.far))]
        for namespace, device in ((core, self.far), (here, self.device)):
            namespace.run("ip", "link", "set", device, "up")
        if self.v4:
            core.run("ip", "addr", "add", f"10.77.{self.number}.1/24", "dev", self.far)
            here.run("ip", "addr", "add", f"{self.v4}/24", "dev", self.device)
            here.run("ip", "route", "add", "default", "via", f"10.77.{self.number}.1", "src", self.v4)
        if self.v6:
            core.run("ip", "addr", "add", f"fd77:{self.number}::1/64", "dev", self.far, "nodad")
            here.run("ip", "addr", "add", f"{self.v6}/64", "dev", self.device, "nodad")
            here.run("ip", "-6", "route", "add", "default", "via", f"fd77:{self.number}::1", "dev", self.device)
        if faults is not None:
            self._impairment = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("impair.py")), *map(str, self._devices),
                 json.dumps({"seed": seed, "up": dataclasses.asdict(faults[0]), "down": dataclasses.asdict(faults[1])})],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, pass_fds=self._devices)
            assert self._impairment.stdout is not None and self._impairment.stdout.readline() == "ready\n"
        return self

    def impair(self, up: Faults, down: Faults) -> None:
        """Other faults from now on, on a cable that was laid with faults."""
        assert self._impairment is not None and self._impairment.stdin is not None and self._impairment.stdout is not None
        self._impairment.stdin.write(json.dumps({"up": dataclasses.asdict(up), "down": dataclasses.asdict(down)}) + "\n")
        assert self._impairment.stdout.readline() == "changed\n"

    def lose(self, up: float = 0, down: float = 0) -> None:
        """From now on this percentage of UDP packets is lost, each for itself."""
        chain = "chain lose {{ type filter hook prerouting priority -300; iifname {} meta l4proto udp numgen random mod 1000 < {} drop; }}"
        for namespace, device, percent in ((self.network.core, self.far, up), (self.namespace, self.device, down)):
            namespace.filter(f"loss{self.number}", chain.format(device, round(percent * 10)) if percent else "")

    def limit(self, down: int | None, queue_milliseconds: int = 1000) -> None:
        """From now on the way down carries so many kbit/s, with a queue as home routers have one; None: no limit."""
        if down is None:
            self.network.core.run("tc", "qdisc", "del", "dev", self.far, "root")
            return
        self.network.core.run(
            "tc", "qdisc", "replace", "dev", self.far, "root", "tbf", "rate", f"{down}kbit", "burst", "3000",
            "latency", f"{queue_milliseconds}ms")

    def backlog(self) -> tuple[int, int, int]:
        """Of the queue on the way down: bytes that wait, bytes that passed, packets that were dropped."""
        shown = json.loads(self.network.core.run("tc", "-s", "-j", "qdisc", "show", "dev", self.far))
        queue = next((entry for entry in shown if entry.get("kind") == "tbf"), {})
        return queue.get("backlog", 0), queue.get("bytes", 0), queue.get("drops", 0)

    def only(self, *allowed: str) -> None:
        """A firewall on the way up that lets nothing through but what is allowed, in words of nftables."""
        rules = "\n".join(f"iifname {self.far} {rule} accept;" for rule in allowed)
        chain = f"""chain only {{ type filter hook prerouting priority -200;
            iifname {self.far} icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit }} accept;
            {rules}
            iifname {self.far} drop; }}"""
        self.network.core.filter(f"only{self.number}", chain)

    def move(self, host: int) -> None:
        """The place is in another network from now on, with another address: what was sent to the old one arrives nowhere."""
        assert self.v4
        old, subnet = self.v4, self.v4.rsplit(".", 1)[0]
        self.v4, here = f"{subnet}.{host}", self.namespace
        here.run("ip", "link", "set", self.device, "down")
        here.run("ip", "addr", "del", f"{old}/24", "dev", self.device)
        here.run("ip", "link", "set", self.device, "up")
        here.run("ip", "addr", "add", f"{self.v4}/24", "dev", self.device)
        here.run("ip", "route", "replace", "default", "via", f"{subnet}.1", "src", self.v4)

    # What runs there

    def launcher(self, folder: Path, program: str) -> str:
        """A program that starts `program` in this place."""
        script = folder / f"{self.name}-{Path(program).name}"
        script.write_text(f'#!/bin/sh\nexec nsenter --net={self.namespace.path} -- {program} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def close(self) -> dict[str, Any] | None:
        """Pulls the cable; what the program between its ends did."""
        done = None
        if self._impairment is not None:
            try:
                out, _ = self._impairment.communicate("", timeout=10)
                done = json.loads(out)
            except (subprocess.TimeoutExpired, json.JSONDecodeError):
                self._impairment.kill()
                self._impairment.wait()
            self._impairment = None
        for device in self._devices:
            os.close(device)
        self._devices = []
        self.namespace.close()
        return done


class Router:
    """A router with address translation between a place and the backbone, with two ways out, as of two providers."""

    def __init__(self, network: Network, place: Place) -> None:
        self.network, self.place = network, place
        self.namespace = Namespace(f"router of {place.name}")
        core, number = network.core, place.number
        self.namespace.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", place.device, "netns", place.namespace.path)
        self.namespace.run("ip", "addr", "add", "192.168.1.1/24", "dev", "lan")
        self.namespace.run("ip", "link", "set", "lan", "up")
        place.v4 = "192.168.1.2"
        place.namespace.run("ip", "addr", "add", "192.168.1.2/24", "dev", place.device)
        place.namespace.run("ip", "link", "set", place.device, "up")
        place.namespace.run("ip", "route", "add", "default", "via", "192.168.1.1")
        for way in (0, 1):
            device, subnet = f"out{way}", f"10.77.{number + way}"
            core.run("ip", "link", "add", f"to{number + way}", "type", "veth", "peer", "name", device, "netns", self.namespace.path)
            core.run("ip", "addr", "add", f"{subnet}.1/24", "dev", f"to{number + way}")
            core.run("ip", "link", "set", f"to{number + way}", "up")
            self.namespace.run("ip", "addr", "add", f"{subnet}.2/24", "dev", device)
            self.namespace.run("ip", "link", "set", device, "up")
        self.namespace.sysctl(net__ipv4__ip_forward=1)
        self.namespace.filter("nat", "chain out { type nat hook postrouting priority srcnat; oifname \"out*\" masquerade; }")
        self.use(0)

    def use(self, way: int) -> str:
        """From now on everything goes out there, from another address; what it is."""
        subnet = f"10.77.{self.place.number + way}"
        self.namespace.run("ip", "route", "replace", "default", "via", f"{subnet}.1", "dev", f"out{way}")
        return f"{subnet}.2"

    def close(self) -> None:
        self.namespace.close()


class Network:
    """The hub and its places. The calling thread is in the hub as long as the network is open, and so is what it starts there."""

    def __init__(self) -> None:
        self._outside = Outside()
        self.core, self.hub = Namespace("backbone"), Namespace("hub")
        self.places: list[Place] = []
        self.routers: list[Router] = []
        self._numbers = 0

    def __enter__(self) -> Network:
        self.hub.enter()
        core, hub = self.core, self.hub
        core.run("ip", "link", "add", "hub", "type", "veth", "peer", "name", "eth0", "netns", hub.path)
        for namespace, device, v4, v6 in ((core, "hub", "10.77.0.254/24", "fd77::fe/64"), (hub, "eth0", f"{HUB4}/24", f"{HUB6}/64")):
            namespace.run("ip", "link", "set", device, "up")
            namespace.run("ip", "addr", "add", v4, "dev", device)
            namespace.run("ip", "addr", "add", v6, "dev", device, "nodad")
        hub.run("ip", "route", "add", "default", "via", "10.77.0.254")
        hub.run("ip", "-6", "route", "add", "default", "via", "fd77::fe")
        core.sysctl(net__ipv4__ip_forward=1, net__ipv6__conf__all__forwarding=1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for thing in [*self.places, *self.routers]:
            thing.close()
        self._outside.back()
        self.hub.close()
        self.core.close()

    def _next(self, count: int) -> int:
        first = self._numbers + 1
        self._numbers += count
        return first

    def place(
        self, name: str, v4: bool = True, v6: bool = False, faults: tuple[Faults, Faults] | None = None, seed: int = 1,
    ) -> Place:
        """Somebody's place, plugged in."""
        self.places.append(Place(self, name, self._next(1), v4, v6))
        return self.places[-1].plug(faults, seed)

    def behind_router(self, name: str) -> tuple[Place, Router]:
        """Somebody's place behind address translation."""
        self.places.append(Place(self, name, self._next(2), True, False))
        self.routers.append(Router(self, self.places[-1]))
        return self.places[-1], self.routers[-1]


def tun(name: str) -> int:
    """A TUN device in the calling thread's namespace; it ends with the descriptor."""
    if not os.path.exists("/dev/net/tun"):
        os.makedirs("/dev/net", exist_ok=True)
        os.mknod("/dev/net/tun", 0o20666, os.makedev(10, 200))
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor
