"""What the API's answers take, on this machine, with the load generator on it: see scripts/bench.

Every number comes from a run of wrk that had no failed request; the rate of a paced run is what was reached, not what was
asked for. Where a run failed, or was too short for a 99th percentile, the table says so instead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil
from harness.api import DEMO, API, EmbeddedServer

# Fewer say nothing about the hundredth part.
ENOUGH = 1000
PEOPLE = 40

# Requests are taken in turn from what Python wrote; `pace` is the mean time a client waits before each, scattered evenly.
SCRIPT = """
local place, count, pace = %s, %d, %d
local methods, paths, tokens, bodies = {}, {}, {}, {}
for line in io.lines(place) do
  local method, path, token, body = line:match("^(%%S+) (%%S+) (%%S+) (.*)$")
  methods[#methods + 1], paths[#paths + 1], tokens[#tokens + 1], bodies[#bodies + 1] = method, path, token, body
end
local thread = 0
function setup(each) each:set("first", thread) thread = thread + 1 end
local turn = nil
function init() math.randomseed(first + 1) turn = first * 7 end
if pace > 0 then function delay() return math.random(0, 2 * pace) end end
function request()
  turn = turn + 1
  local index = turn %% count + 1
  local headers = {["Content-Type"] = "application/json"}
  if tokens[index] ~= "-" then headers["Authorization"] = "Bearer " .. tokens[index] end
  return wrk.format(methods[index], paths[index], headers, bodies[index] ~= "-" and bodies[index] or nil)
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests": %%d, "microseconds": %%d, "failed": %%d, "p50": %%d, "p99": %%d, "max": %%d}\\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
"""


@dataclass
class Request:
    """One of the requests that a run sends in turn."""

    method: str
    path: str
    token: str | None = None
    content: object = None

    @property
    def line(self) -> str:
        content = "-" if self.content is None else json.dumps(self.content)
        return f"{self.method} /api/v1{self.path} {self.token or '-'} {content}"


@dataclass
class Measured:
    """A row of the table."""

    name: str
    clients: int
    wanted: int | None
    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float
    longest: float
    server: float
    database: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def fault(self) -> str | None:
        """Why this run's numbers are none."""
        if self.requests == 0:
            return "no request was answered"
        if self.failed:
            return f"not measured: {self.failed} of {self.requests} requests failed"
        if self.wanted and not 0.9 <= self.rate / self.wanted <= 1.1:
            return f"not measured: {self.rate:.0f} requests/s were reached instead of {self.wanted}"
        return None

    @property
    def row(self) -> str:
        if self.fault:
            return f"| {self.name} | {self.clients} | {self.fault} | | | | | |"
        p99 = f"{self.p99:.1f}" if self.requests >= ENOUGH else f"(too few: {self.requests})"
        return (
            f"| {self.name} | {self.clients} | {self.rate:.0f} | {self.p50:.1f} | {p99} | {self.longest:.1f} | "
            f"{self.server / self.requests * 1e6:.0f} | {self.database / self.requests * 1e6:.0f} |")


class Bench:
    def __init__(self, server: EmbeddedServer, seconds: int, folder: Path) -> None:
        self.server = server
        self.seconds = seconds
        self.folder = folder
        self.rows: list[Measured] = []

    def processor(self) -> tuple[float, float]:
        """Seconds of the server's own process, and of PostgreSQL's."""
        assert self.server.process is not None
        children = 0.0
        for child in psutil.Process(self.server.process.pid).children(recursive=True):
            try:
                times = child.cpu_times()
                children += times.user + times.system
            except psutil.NoSuchProcess:
                pass
        return self.server.processor_seconds(), children

    async def wrk(self, requests: list[Request], clients: int, pace: int, seconds: int) -> dict[str, int]:
        place, script = self.folder / "requests", self.folder / "script.lua"
        place.write_text("".join(request.line + "\n" for request in requests))
        script.write_text(SCRIPT % (json.dumps(str(place)), len(requests), pace))
        process = await asyncio.create_subprocess_exec(
            "wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s", "--timeout", "20s",
            "--script", str(script), f"http://127.0.0.1:{self.server.http_port}", stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        output = (await process.communicate())[0].decode()
        found = [line for line in output.splitlines() if line.startswith("RESULT ")]
        if process.returncode != 0 or not found:
            raise SystemExit(f"wrk failed:\n{output}")
        return json.loads(found[0].removeprefix("RESULT "))

    async def run(self, name: str, requests: list[Request], clients: int, rate: int | None = None) -> None:
        """One row: a short run to warm up, then the measured one."""
        # A paced client waits for a moment of 0 to twice the mean; what the answer itself takes comes on top.
        pace = round(clients / rate * 1000) if rate else 0
        await self.wrk(requests, clients, pace, 2)
        before = self.processor()
        result = await self.wrk(requests, clients, pace, self.seconds)
        server, database = (now - then for now, then in zip(self.processor(), before, strict=True))
        row = Measured(
            name, clients, rate, result["requests"], result["microseconds"] / 1e6, result["failed"],
            result["p50"] / 1000, result["p99"] / 1000, result["max"] / 1000, server, database)
        self.rows.append(row)
        print(row.row, flush=True)


async def people(server: EmbeddedServer, role: str) -> list[API]:
    """Signed-in people of one role, a few at a time: each costs two bcrypt hashes."""
    turn = asyncio.Semaphore(4)

    async def one(number: int) -> API:
        async with turn:
            return await server.register(f"{role}{number}@bench.example", role)

    return await asyncio.gather(*(one(number) for number in range(PEOPLE)))


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}"


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench api")
    parser.add_argument("--seconds", type=int, default=10, help="of each run (10)")
    parser.add_argument("--clients", type=int, default=100, help="connections at once (100)")
    parser.add_argument("--rate", type=int, default=1000, help="requests/s of the paced runs (1000)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="consult-bench-") as place:
        folder = Path(place)
        server = await EmbeddedServer(folder, CONSULT_LOG_LEVEL="warning").start()
        try:
            print(f"{machine()}; the load generator and PostgreSQL share it", file=sys.stderr)
            consultants = (await server.api("GET", "/consultants")).ok()["items"]
            customers = await people(server, "customer")
            experts = await people(server, "consultant")
            profile = {
                "headline": "Measured", "bio": "x" * 500, "tags": ["PostgreSQL", "SQL"],
                "hourlyRate": {"amount": 12000, "currency": "usd"},
            }
            pages = [Request("GET", "/consultants")]
            single = [Request("GET", f"/consultants/{one['id']}") for one in consultants]
            renames = [Request("PATCH", "/me", one.token, {"name": f"Ada {n}"}) for n, one in enumerate(customers)]
            profiles = [Request("PUT", "/me/profile", one.token, profile) for one in experts]
            log_ins = [
                Request("POST", "/auth/login", None, {"email": address, "password": server.demo_password})
                for address in DEMO.values()
            ]
            print("| requests | clients | requests/s | p50 ms | p99 ms | max ms | server µs each | PostgreSQL µs each |")
            print("|---|---|---|---|---|---|---|---|", flush=True)
            bench = Bench(server, options.seconds, folder)
            await bench.run("GET /consultants", pages, options.clients, options.rate)
            await bench.run("GET /consultants/{id}", single, options.clients, options.rate)
            await bench.run("GET /consultants, as fast as it goes", pages, options.clients)
            await bench.run("GET /consultants/{id}, as fast as it goes", single, options.clients)
            await bench.run("PATCH /me, as fast as it goes", renames, options.clients)
            await bench.run("PUT /me/profile, as fast as it goes", profiles, options.clients)
            await bench.run("POST /auth/login (bcrypt)", log_ins, 4)
        finally:
            await server.stop()
    return 1 if any(row.fault for row in bench.rows) else 0


if __name__ == "__main__":
    if subprocess.run(["which", "wrk"], capture_output=True).returncode != 0:
        raise SystemExit("wrk is missing: scripts/setup bench installs it")
    raise SystemExit(asyncio.run(main()))
