"""The process: how it starts, refuses to start, and ends."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest
from harness.calls import aiortc_call
from harness.server import wait_for_exit
from harness.wait import until


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly_and_tells_everybody(serve, peer, how):
    server = await serve()
    ada, bob = await aiortc_call(server, peer, "ending")
    start = time.monotonic()
    server.process.send_signal(how)
    for side in (ada, bob):
        ended = await side.wire.expect("room.ended", timeout=10)
        assert ended.params["reason"] == "shutdown"
    assert await server.wait(10) == 0
    assert time.monotonic() - start < 10
    await server.stop()


async def test_a_second_signal_ends_it_at_once(serve, peer):
    server = await serve()
    await aiortc_call(server, peer, "hurry")
    server.process.send_signal(signal.SIGTERM)
    await until(lambda: "stopping" in server.log(), 5, "the first signal in the log", every=0.002)
    start = time.monotonic()
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
    await server.wait(2)
    assert time.monotonic() - start < 1
    server.stopped = True
    server.assert_quiet_log()


async def test_a_second_start_on_the_same_port_says_so(server):
    code, said = await wait_for_exit([server.executable, "signal"], server.environment)
    assert code in (1, 78) and str(server.signal_port) in said or str(server.ops_port) in said, (code, said)
    assert (await asyncio.to_thread(server.get, server.ops_port, "/readyz"))[0] == 200


async def test_an_unknown_setting_stops_it_with_78_and_its_name(server):
    code, said = await wait_for_exit(
        [server.executable, "signal"], server.environment | {"CONSULT_BILING_THRESHOLD": "5"})
    assert code == 78 and "CONSULT_BILING_THRESHOLD" in said, (code, said)


@pytest.mark.parametrize(("name", "value"), [
    ("CONSULT_SIGNAL_PORT", "99999"), ("CONSULT_SIGNAL_PORT", "http"), ("CONSULT_BILLING_THRESHOLD", "-1"),
    ("CONSULT_RELAY_PORTS", "50000-40000"), ("CONSULT_JWT_KEY", "short"), ("CONSULT_RELAY", "perhaps"),
    ("CONSULT_LOG_FORMAT", "xml"), ("CONSULT_TLS_CERT", "/nowhere/cert.pem"),
])
async def test_a_setting_that_cannot_be_stops_it_with_78_and_its_name(server, name, value):
    code, said = await wait_for_exit([server.executable, "signal"], server.environment | {name: value})
    assert code == 78 and name in said, (code, said)
    assert name != "CONSULT_JWT_KEY" or value not in said, "a secret is not repeated"


async def test_an_unknown_key_in_the_file_stops_it_with_78_and_its_name(server, tmp_path):
    wrong = tmp_path / "consult.yaml"
    wrong.write_text("billing:\n  threshhold: 5\n")
    code, said = await wait_for_exit([server.executable, "signal", "--config", str(wrong)], server.environment)
    assert code == 78 and "threshhold" in said, (code, said)


async def test_a_wrong_command_line_is_64(server):
    code, said = await wait_for_exit([server.executable, "signal", "--no-such-option"], server.environment)
    assert code == 64 and "no-such-option" in said, (code, said)


async def test_the_secret_never_shows(server):
    code, said = await wait_for_exit([server.executable, "config", "print"], server.environment)
    assert code == 0, said
    secret = server.signer.setting.rstrip("=")
    assert secret not in said and secret not in server.log()
    assert str(server.signal_port) in said
