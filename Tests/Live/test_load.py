"""`consult load`: synthetic callers against a running server, and what is said of them."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from harness.server import Server
from harness.wait import until


async def load(server: Server, *options: str, report: Path | None = None, timeout: float = 60) -> tuple[int, str, str, Any]:
    """Exit code, what it printed, what it said, and its report."""
    command = [server.executable, "load", *options]
    if "--url" not in options:
        command += ["--url", server.websocket]
    if report:
        command += ["--json", str(report)]
    process = await asyncio.create_subprocess_exec(
        *command, env=server.environment, cwd=server.folder, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{' '.join(command)} still runs after {timeout:g} s") from None
    document = json.loads(report.read_text()) if report and report.exists() else None
    return process.returncode or 0, out.decode(), err.decode(), document


def check_spread(spread: dict[str, float]) -> None:
    assert 0 < spread["p50"] <= spread["p95"] <= spread["p99"] <= spread["max"], spread


async def test_three_rooms_get_media_and_the_report_says_everything(server, tmp_path):
    assert server.process is not None
    code, out, err, report = await load(
        server, "--rooms", "3", "--duration", "3s", "--server-pid", str(server.process.pid),
        "--metrics", f"http://127.0.0.1:{server.ops_port}/metrics", report=tmp_path / "report.json")
    assert code == 0, (out, err)
    assert "3 of 3 complete" in out and "setting up" in err and "measuring" in err and "\033" not in err, (out, err)

    assert report["completeRooms"] == 3 and report["callersWithoutMedia"] == 0, report
    load_said = report["load"]
    assert load_said["rooms"] == 3 and load_said["videoSize"] == "480x270" and 2.5 < load_said["seconds"] < 10, load_said
    assert 450_000 < load_said["videoBitrate"] < 700_000 and 15_000 < load_said["audioBitrate"] < 45_000, load_said
    packets = report["packets"]
    # Six callers; a machine that is busy with other tests may leave out frames, never loses packets on loopback.
    assert packets["received"] > 6 * 50 * 2 and packets["wrong"] == 0 and packets["duplicated"] == 0, packets
    assert packets["lost"] == packets["sent"] - packets["received"] and packets["lossShare"] < 0.001, packets
    for spread in (report["setUp"]["media"], report["setUp"]["complete"], report["setUp"]["signaling"],
                   report["setUp"]["path"], report["latency"]["all"], report["latency"]["audio"], report["latency"]["video"]):
        check_spread(spread)
    assert report["server"]["cpuPercent"] > 0 and report["server"]["memoryBytes"] > 10_000_000, report["server"]
    assert report["server"]["cpuMicrosecondsPerPacket"] > 0, report["server"]
    relay = report["relay"]
    # Counted to the packet, on both sides.
    assert relay["forwarded"] == packets["sent"] - relay["lostBefore"] - relay["lostInside"], (relay, packets)
    assert relay["lostInside"] == 0 and relay["forwardLatencyP99"] > 0, relay
    assert report["tool"]["unsent"] == 0 and report["tool"]["latenessP99"] is not None, report["tool"]

    assert [room["room"] for room in report["rooms"]] == [0, 1, 2]
    for room in report["rooms"]:
        assert room["complete"] and room["setUp"] > 0 and "failure" not in room and room["score"] > 3, room
        assert [way["from"] for way in room["directions"]] == ["first", "second"], room
        for way in room["directions"]:
            assert way["audio"]["received"] > 50 and way["video"]["received"] > 100 and way["audio"]["latency"], way
            assert way["video"]["bitrate"] > 200_000 and way["video"]["jitter"] >= 0, way
    # They have left: nothing waits for them to come back.
    assert server.metrics()["consult_participants"] == 0


async def test_a_caller_without_media_is_an_exit_code_and_a_reason(server, tmp_path):
    tokens = tmp_path / "tokens"
    good = [server.token("listed", "Ada"), server.token("listed", "Bob", role="consultant")]
    lonely = server.token("half", "Ada")
    tokens.write_text(f"# the first room is fine\n{' '.join(good)}\na.b.c d.e.f\n{lonely} d.e.f\n")
    code, out, err, report = await load(
        server, "--tokens", str(tokens), "--duration", "1s", "--audio-only", report=tmp_path / "report.json")
    assert code == 1, (out, err)
    assert report["callersWithoutMedia"] == 4 and report["completeRooms"] == 1, report
    # Nobody was there to receive what the one of the third room sent: that is no loss.
    assert report["packets"]["lost"] == 0 and "token_malformed" in report["rooms"][2]["failure"], report
    assert "token_malformed" in report["rooms"][1]["failure"] and "token_malformed" in out, (report["rooms"][1], out)
    assert "server" not in report and "relay" not in report and "videoBitrate" not in report["load"], report
    first = report["rooms"][0]
    assert first["complete"] and all("video" not in way and way["audio"]["lossShare"] == 0 for way in first["directions"]), first

    code, out, err, _ = await load(server, "--rooms", "1", "--duration", "60s", "--url", "ws://127.0.0.1:1/ws", timeout=20)
    assert code == 1 and "cannot connect" in out, (out, err)


async def test_wrong_command_lines_are_refused_at_once(server, tmp_path):
    unpaired = tmp_path / "unpaired"
    unpaired.write_text("only-one\n")
    for options, expected, words in (
        (["--rooms", "0"], 64, "--rooms"), ([], 64, "--rooms"), (["--rooms", "1", "--duration", "soon"], 64, "--duration"),
        (["--rooms", "1", "--url", "http://127.0.0.1/"], 64, "--url"), (["--rooms", "1", "--ramp", "0"], 64, "--ramp"),
        (["--rooms", "1", "--video-bitrate", "12"], 64, "--video-bitrate"),
        (["--rooms", "1", "--no-such-setting", "1"], 64, "no such setting"),
        (["--tokens", str(unpaired)], 64, "line 1"), (["--tokens", str(tmp_path / "none")], 66, "cannot read"),
        (["--rooms", "1", "--server-pid", "999999999"], 1, "no process"),
    ):
        code, out, err, _ = await load(server, *options, timeout=20)
        assert code == expected and words in err, (options, code, out, err)


async def test_a_load_that_is_stopped_leaves_its_rooms_and_reports_what_it_measured(server, tmp_path):
    report = tmp_path / "report.json"
    process = await asyncio.create_subprocess_exec(
        server.executable, "load", "--rooms", "2", "--duration", "10m", "--url", server.websocket, "--json", str(report),
        env=server.environment, cwd=server.folder, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            while not (await process.stderr.readline()).startswith(b"measuring"):
                assert process.returncode is None
            assert server.metrics()["consult_participants"] == 4
            process.send_signal(signal.SIGINT)
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, (out, err)
    assert b"2 of 2 complete" in out, (out, err)
    document = json.loads(report.read_text())
    assert 0 < document["load"]["seconds"] < 60 and document["packets"]["received"] > 0, document["load"]
    # They have left: nothing waits for them to come back.
    assert server.metrics()["consult_participants"] == 0


async def test_a_load_that_is_stopped_while_its_rooms_are_set_up_says_so(server, tmp_path):
    process = await asyncio.create_subprocess_exec(
        server.executable, "load", "--rooms", "200", "--ramp", "1", "--duration", "10s", "--url", server.websocket,
        env=server.environment, cwd=server.folder, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(60):
            await until(lambda: server.metrics()["consult_participants"] > 0, 30, "the first callers")
            process.send_signal(signal.SIGTERM)
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 1 and b"stopped before anything was measured" in err, (process.returncode, out, err)
    assert server.metrics()["consult_participants"] == 0
