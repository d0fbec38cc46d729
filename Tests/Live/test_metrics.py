"""What operators see of a call."""

from __future__ import annotations

from harness.calls import aiortc_call
from harness.wait import until


async def test_a_call_shows_in_the_figures_while_it_lasts(server, peer):
    assert server.metrics()["consult_calls_active"] == 0
    ada, bob = await aiortc_call(server, peer, "figures")
    await until(lambda: len(bob.tap.received) > 200 and len(ada.tap.received) > 200, 20, "packets")
    during = server.metrics()
    assert during["consult_calls_active"] == 1 and during["consult_participants"] == 2
    assert during["consult_websocket_connections"] == 2
    received = len(bob.tap.received) + len(ada.tap.received)
    assert 400 <= during["consult_packets_forwarded_total"] <= received + 100
    assert during["consult_bytes_forwarded_total"] > 400 * 50
    assert during["consult_forward_latency_seconds_count"] > 0
    assert during["consult_forward_latency_seconds_sum"] / during["consult_forward_latency_seconds_count"] < 0.05
    assert during["consult_call_setup_seconds_count"] >= 1
    scores = [f'consult_call_quality_score_count{{direction="{way}",media="{media}"}}'
              for way in ("up", "down") for media in ("audio", "video")]
    await until(lambda: all(server.metrics()[name] > 0 for name in scores), 15, "quality scores")
    for side in (ada, bob):
        report = await side.wire.expect("quality.status", lambda quality: quality["up"] and quality["down"], timeout=15)
        for direction in ("up", "down"):
            # The peers' pictures are small: a low bitrate costs points, loss and delay must not.
            assert report.params[direction]["score"] >= 3, report.params
            assert report.params[direction]["loss"] < 0.05 and report.params[direction]["bitrate"] > 10_000, report.params

    for side in (ada, bob):
        await side.wire.request("room.leave")
        await side.close()
    await until(lambda: server.metrics()["consult_calls_active"] == 0, 10, "the end of the call in the figures")
    after = server.metrics()
    assert after["consult_participants"] == 0
    assert after["consult_packets_forwarded_total"] >= during["consult_packets_forwarded_total"]
    assert not any("figures" in name or "guest:" in name for name in after), "labels never carry an id"


async def test_healthy_means_ready(server):
    for path in ("/livez", "/readyz"):
        assert server.get(server.ops_port, path)[0] == 200
