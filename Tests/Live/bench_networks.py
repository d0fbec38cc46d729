"""What a call is like in bad networks, through the relay and peer to peer; and what the relay does when a link becomes narrow."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from harness.chromium import ChromiumPage
from harness.lab.calls import browser_at, join
from harness.lab.network import HUB4, Network, Place
from harness.lab.plot import chart
from harness.lab.weather import CLEAR, WEATHERS, busy_picture, live_through, snapshot
from harness.server import Server
from playwright.async_api import async_playwright

Pages = tuple[ChromiumPage, ChromiumPage]


@contextlib.asynccontextmanager
async def call(network: Network, places: tuple[Place, Place], folder: Path) -> AsyncIterator[tuple[Server, Pages]]:
    """A server, and a browser at each place."""
    for party in ("customer", "consultant"):
        busy_picture(folder / "media", party)
    (folder / "server").mkdir()
    server = await Server(folder / "server", host=HUB4, CONSULT_LOG_LEVEL="info").start()
    pages: list[ChromiumPage] = []
    try:
        async with async_playwright() as playwright:
            async def launch(party: str, **options: object) -> ChromiumPage:
                pages.append(await ChromiumPage.launch(playwright, folder / "media", party, **options))
                return pages[-1]

            for place, party in zip(places, ("customer", "consultant"), strict=True):
                await browser_at(place, launch, server, folder, party)
            try:
                yield server, (pages[0], pages[1])
            finally:
                for page in pages:
                    await page.close()
    finally:
        await server.stop()


async def networks(options: argparse.Namespace) -> int:
    """A table: each weather, each way, each side."""
    with tempfile.TemporaryDirectory() as folder, Network() as network:
        bad = network.place("customer", faults=(CLEAR, CLEAR), seed=options.seed)
        async with call(network, (bad, network.place("consultant")), Path(folder)) as (server, pages):
            print("| the customer's network | way | who watches | fps | freezes | frozen s | frames missing | picture packets lost | "
                  "sound packets lost | sound made up | kbit/s | up to the relay: lost, lost after recovery |")
            print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
            for mode in ("relay", "p2p"):
                await join(server, f"weather-{mode}", *pages, mode=mode)
                await asyncio.sleep(6)  # until the senders have found their rate
                for weather in WEATHERS:
                    counted = server.metrics()
                    both = await live_through(weather, bad, pages, options.seconds)
                    ups = ["", uplink(counted, server.metrics()) if mode == "relay" else ""]
                    for page, had, up in zip(pages, both, ups, strict=True):
                        print(f"| {weather.name} | {mode} | {page.party} | {had.fps:.1f} | {had.freezes:.0f} | {had.frozen:.1f} | "
                              f"{had.missing:.0f} of {had.sent:.0f} | {had.lost:.1%} | {had.sound_lost:.1%} | {had.concealed:.1%} | "
                              f"{had.kbps:.0f} | {up} |", flush=True)
    return 0


def uplink(before: dict[str, float], after: dict[str, float]) -> str:
    """What both sides' packets went through on their way to the relay, from rest to rest, by the relay's own figures."""
    parts = []
    for media in ("video", "audio"):
        names = [
            f'consult_uplink_packets_total{{media="{media}",fate="{fate}"}}' for fate in ("arrived", "recovered", "unrecovered")]
        arrived, recovered, unrecovered = (after[name] - before[name] for name in names)
        parts.append(f"{media}: {recovered + unrecovered:.0f}, {unrecovered:.0f} of {arrived + recovered + unrecovered:.0f}")
    return "; ".join(parts)


PHASES = (("before", 20, 2000), ("squeezed", 30, 300), ("released", 30, 2000))
"""Name, seconds, kbit/s."""


async def squeeze(options: argparse.Namespace) -> int:
    """Narrows the way down to the consultant and widens it again; a verdict, a JSON file and a plot."""
    samples: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, Network() as network:
        narrow = network.place("consultant")
        async with call(network, (network.place("customer"), narrow), Path(folder)) as (server, pages):
            narrow.limit(PHASES[0][2])
            await join(server, "squeeze", *pages, mode=options.mode)
            await asyncio.sleep(12)  # until the sender has found its rate
            start, phase_end = time.monotonic(), 0.0
            for phase, seconds, rate in PHASES:
                narrow.limit(rate)
                phase_end += seconds
                while (now := time.monotonic() - start) < phase_end:
                    waiting, passed, dropped = narrow.backlog()
                    here, there = await snapshot(pages[1]), await snapshot(pages[0])
                    samples.append(here | {
                        "time": now, "rate": rate, "queue": waiting * 8 / rate, "passed": passed, "dropped": dropped,
                        "target": there["target"] / 1000})
                    await asyncio.sleep(max(0, 0.25 - (time.monotonic() - start - now)))
    curves = {
        "link": [(sample["time"], sample["rate"]) for sample in samples],
        "queue": [(sample["time"], sample["queue"]) for sample in samples],
        "video": slope(samples, "bytes", 8 / 1000),
        "fps": slope(samples, "frames", 1),
        "sound": slope(samples, "soundLost", 1),
        "target": [(sample["time"], sample["target"]) for sample in samples],
    }
    verdict = judge(samples)
    result = {"mode": options.mode, "phases": PHASES, "verdict": verdict, "curves": curves}
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1))
    if options.plot:
        Path(options.plot).write_text(chart(
            f"A link of 2 Mbit/s, squeezed to 300 kbit/s and released ({options.mode})", [
                ("kbit/s", {"link": curves["link"], "video received": curves["video"], "sender's target": curves["target"]}),
                ("ms in the queue", {"queue": curves["queue"]}),
                ("frames/s", {"video": curves["fps"]}),
                ("sound packets lost/s", {"sound": curves["sound"]}),
            ]))
    print("| what | was | goal | kept |\n|---|---|---|---|")
    for name, (was, goal, kept) in verdict.items():
        print(f"| {name} | {was:.2f} | {goal:.2f} | {'yes' if kept else 'no'} |")
    return 0 if all(kept for _, _, kept in verdict.values()) else 1


def slope(samples: list[dict[str, float]], name: str, factor: float, over: float = 1.0) -> list[tuple[float, float]]:
    """How fast a counter rises, over the last second."""
    points = []
    for index, sample in enumerate(samples):
        earlier = next((old for old in samples[:index + 1] if old["time"] >= sample["time"] - over), sample)
        if sample["time"] > earlier["time"]:
            points.append((sample["time"], (sample[name] - earlier[name]) * factor / (sample["time"] - earlier["time"])))
    return points


def judge(samples: list[dict[str, float]]) -> dict[str, tuple[float, float, bool]]:
    """What was, what should be, and whether it was."""
    ends = [sum(seconds for _, seconds, _ in PHASES[:index + 1]) for index in range(len(PHASES))]

    def within(begin: float, end: float) -> list[dict[str, float]]:
        return [sample for sample in samples if begin <= sample["time"] < end]

    def rate(part: list[dict[str, float]], name: str) -> float:
        return (part[-1][name] - part[0][name]) / (part[-1]["time"] - part[0]["time"])

    before, squeezed, after = within(ends[0] - 8, ends[0]), within(ends[0], ends[1]), within(ends[1] + 15, ends[2])
    queue = max(sample["queue"] for sample in within(ends[0] + 5, ends[1]))
    sounds = squeezed[-1]["sound"] - squeezed[0]["sound"] + squeezed[-1]["soundLost"] - squeezed[0]["soundLost"]
    lost = (squeezed[-1]["soundLost"] - squeezed[0]["soundLost"]) / max(1, sounds) * 100
    return {
        "longest queue, ms, from 5 s after the squeeze": (queue, 300, queue <= 300),
        "sound packets lost while squeezed, %": (lost, 0.5, lost <= 0.5),
        "frames/s from 15 s after the release": (
            rate(after, "frames"), 0.9 * rate(before, "frames"), rate(after, "frames") >= 0.9 * rate(before, "frames")),
        "kbit/s from 15 s after the release": (
            rate(after, "bytes") / 125, 0.8 * rate(before, "bytes") / 125, rate(after, "bytes") >= 0.8 * rate(before, "bytes")),
    }


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench networks|squeeze")
    commands = parser.add_subparsers(required=True)
    table = commands.add_parser("networks")
    table.add_argument("--seconds", type=float, default=15, help="of each weather (15)")
    table.add_argument("--seed", type=int, default=1, help="of delays, bursts and what comes late (1)")
    table.set_defaults(run=networks)
    narrow = commands.add_parser("squeeze")
    narrow.add_argument("--mode", choices=("relay", "p2p"), default="relay")
    narrow.add_argument("--json", help="a file for the figures")
    narrow.add_argument("--plot", help="a file for the picture (SVG)")
    narrow.set_defaults(run=squeeze)
    options = parser.parse_args()
    print("two Chromiums, the server and the network share this machine", file=sys.stderr)
    return await options.run(options)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
