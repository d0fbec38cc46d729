"""The web client's files, and nothing else."""

from __future__ import annotations

import json

from harness.raw import http

OUTSIDE = [
    "/../../../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/../../../../../../etc/passwd",
    "/..%2f..%2f..%2f..%2f..%2fetc/passwd", "//etc/passwd", "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/....//....//....//etc/passwd", "/%00/etc/passwd", "/assets/..\\..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd",
    "/../package.json", "/../src/main.tsx", "/../../Package.swift", "/%2e%2e/build.sh",
]


async def test_the_client_learns_its_addresses_from_config_json(serve):
    server = await serve()
    status, head, body = await http(server, "/config.json")
    assert status == 200 and "application/json" in head.lower()
    configuration = json.loads(body)
    assert configuration["websocket"] == server.websocket
    assert configuration["api"] is None and configuration["version"] and configuration["freeSeconds"] == 600


async def test_config_json_knows_the_public_address(serve):
    server = await serve(CONSULT_PUBLIC_WEBSOCKET_URL="wss://calls.example.org/ws")
    _, _, body = await http(server, "/config.json")
    assert json.loads(body)["websocket"] == "wss://calls.example.org/ws"


async def test_the_join_page_and_its_assets_are_served(server):
    status, head, body = await http(server, "/")
    assert status == 200 and "text/html" in head.lower()
    page = body.decode()
    import re

    scripts = re.findall(r'(?:src|href)="(/?[^"]+\.(?:js|css))"', page)
    assert scripts, page
    for script in scripts:
        status, head, body = await http(server, "/" + script.lstrip("./"))
        assert status == 200 and body, script
        wanted = "javascript" if script.endswith(".js") else "text/css"
        assert wanted in head.lower(), (script, head)


async def test_the_pages_of_the_client_are_its_index_under_the_same_rules(server):
    def rules(head: str) -> list[str]:
        return [line for line in head.lower().splitlines() if line.startswith(("content-", "x-", "referrer-", "etag", "cache-"))]

    _, index_head, index = await http(server, "/")
    for page in ("/verify-email", "/reset-password", "/sign-in", "/questions/01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f"):
        status, head, body = await http(server, page)
        assert status == 200 and body == index and rules(head) == rules(index_head), (page, head)
    for other in ("/verify-email/", "/verify-email/x", "/assets/verify-email", "/unknown", "/Verify-Email"):
        status, _, _ = await http(server, other)
        assert status == 404, (other, status)


async def test_pages_tell_the_browser_to_be_careful(server):
    _, head, _ = await http(server, "/")
    lines = head.lower()
    assert "x-content-type-options: nosniff" in lines
    assert "content-security-policy:" in lines


async def test_no_file_outside_is_served(server):
    for target in OUTSIDE:
        status, _, body = await http(server, target)
        assert b"root:" not in body, f"{target} serves /etc/passwd"
        assert b"swift-tools-version" not in body and b'"devDependencies"' not in body and b"#!/" not in body[:3], target
        # A page of the client for an unknown route is fine; another file is not.
        assert status in (0, 200) or 300 <= status < 500, (target, status)
        if status == 200:
            assert b"<html" in body.lower(), target


async def test_other_methods_are_refused(server):
    for method in ("POST", "PUT", "DELETE", "TRACE", "PATCH"):
        status, _, _ = await http(server, "/config.json", method, "Content-Length: 0\r\n")
        assert status in (0, 400, 403, 404, 405, 501), (method, status)
    status, _, body = await http(server, "/config.json")
    assert status == 200 and body


async def test_operations_are_not_on_the_public_port(server):
    for path in ("/metrics", "/calls/x/horizon", "/readyz"):
        _, _, body = await http(server, path)
        assert b"consult_" not in body, path
    status, _, body = await http(server, "/metrics", port=server.ops_port)
    assert status == 200
    for name in ("consult_calls_active", "consult_participants", "consult_packets_forwarded_total", "consult_bytes_forwarded_total",
                 "consult_packets_lost_total", "consult_forward_latency_seconds", "consult_call_setup_seconds",
                 "consult_call_quality_score", "consult_billing_events_total", "consult_websocket_connections"):
        assert name.encode() in body, f"{name} is there from the start"
