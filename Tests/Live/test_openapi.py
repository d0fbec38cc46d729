"""docs/openapi.yaml against the running server: whatever is sent, nothing but what the specification says comes back."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from harness.api import API, EmbeddedServer
from harness.server import ROOT

Embedded = Callable[..., Awaitable[EmbeddedServer]]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# These end the sign-in that the run lives by; nobody's run sends them.
ENDING = ["signOut", "signOutEverywhere", "eraseMe", "changePassword"]
# What each can do, and so must have done at least once.
DONE = {
    "nobody": ["GET /consultants", "POST /auth/register", "POST /auth/password-reset", "GET /.well-known/jwks.json"],
    "customer": ["GET /me", "PATCH /me", "GET /me/export", "GET /me/consents", "GET /me/security-events",
                 "GET /sessions", "POST /me/network-check", "GET /me/payment-methods", "POST /me/payment-methods"],
    "consultant": ["GET /me/profile", "PUT /me/profile", "PUT /me/availability", "POST /me/profile/linkedin-import",
                   "GET /me/performance", "GET /sessions", "GET /me/payout-account", "POST /me/payout-account",
                   "PATCH /me/payout-account", "GET /me/earnings", "GET /payouts"],
    "admin": ["GET /admin/audit", "GET /admin/users", "GET /ops/outbox", "GET /ops/analytics", "GET /ops/calls", "GET /payouts",
              "GET /admin/moderation", "GET /ops/stripe-events"],
}
# Colours and the like.
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


async def fuzz(server: EmbeddedServer, client: API, seconds: int, folder: Path) -> None:
    """Lets schemathesis make requests from the specification, well formed and not, and fails on any finding."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", str(ROOT / "docs/openapi.yaml"),
        "--url", f"http://127.0.0.1:{server.http_port}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
        "--max-time", str(seconds), "--max-examples", "20", "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all", "--request-timeout", "30", "--no-color",
    ]
    if client.token:
        command += ["--header", f"Authorization: Bearer {client.token}"]
        for operation in ENDING:
            command += ["--exclude-operation-id", operation]
    # Nobody stays nobody: it would register and sign in by itself.
    (folder / "schemathesis.toml").write_text("[auth]\nauto-signup = false\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "COLUMNS": "120"}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds * 3 + 120)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    said = ESCAPES.sub("", output.decode(errors="replace"))
    assert process.returncode == 0, said[-20_000:]
    # A run that tested nothing finds nothing.
    tested = re.search(r"Tested:\s+(\d+)", said)
    assert tested and int(tested.group(1)) >= 15, said[-5_000:]


@pytest.mark.timeout(600)
async def test_only_what_is_published_comes_back(
    embedded: Embedded, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = await embedded(CONSULT_LOG_LEVEL="info")
    seconds = 10 if request.config.getoption("--quick") else 25
    for role, routes in DONE.items():
        client = server.api if role == "nobody" else await server.demo(role)
        await fuzz(server, client, seconds, tmp_path)
        if client.token:
            # The run lived by this sign-in to its end.
            (await client("GET", "/me")).ok()
        # It did more than being refused.
        metrics = server.metrics()
        for route in routes:
            labels = f'{{port="api",route="{route}",status="2xx"}}'
            assert metrics["consult_http_request_duration_seconds_count" + labels] > 0, f"{route} as {role}"
    assert " error " not in server.log(), server.log()[-4_000:]
