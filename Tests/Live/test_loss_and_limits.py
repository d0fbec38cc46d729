"""What a call does against loss and narrow paths, as a real browser's own statistics show it."""

from __future__ import annotations

from typing import Any

from aiortc.rtp import RTCP_PSFB_APP, RTCP_RTPFB_NACK, RtcpPsfbPacket, RtcpRtpfbPacket, is_rtcp, pack_remb_fci
from harness.page import Page
from harness.peer import Peer
from harness.wait import until

SENDING = """async () => {
    const report = [...(await window.__consult.engine.peerConnection.getStats()).values()];
    const video = report.filter((entry) => entry.type === "outbound-rtp" && entry.kind === "video" && entry.packetsSent > 0);
    return { target: Math.max(0, ...video.map((entry) => entry.targetBitrate ?? 0)),
             limited: video.map((entry) => entry.qualityLimitationReason),
             available: Math.max(0, ...report.filter((entry) => entry.type === "candidate-pair" && entry.nominated)
                                             .map((entry) => entry.availableOutgoingBitrate ?? 0)) };
}"""


async def test_lost_packets_come_again_on_both_legs_and_a_browser_obeys_the_limit_of_the_other_side(server, peer, chromium):
    page = await chromium("consultant")
    await page.join(server.link(server.token("room-loss", "Bob", "consultant")))
    ada: Peer = peer(server, server.token("room-loss", "Ada"), "customer")
    await ada.call()
    video = next(one for one in ada.pc.getTransceivers() if one.kind == "video")
    repairs = {codec.payloadType for codec in video._codecs if codec.mimeType.lower() == "video/rtx"}
    pictures = {codec.payloadType for codec in video._codecs} - repairs
    # What aiortc makes of the path depends on how busy this machine is; here the test says it.
    video.receiver._RTCRtpReceiver__remote_bitrate_estimator = None
    await limit(ada, 4_000_000)
    # Every tenth picture packet of aiortc never leaves: the relay asks for it, and gets it on the stream of retransmissions.
    dropped = lossy(ada, pictures)
    await page.receiving()
    await until(lambda: len(dropped) >= 10, 20, "ten packets that were not sent")
    await until(lambda: sum(packet.payload_type in repairs for packet in ada.tap.sent) >= 8, 10, "aiortc's retransmissions")
    frames = (await page.counters())["decoded"]

    async def goes_on() -> bool:
        return (await page.counters())["decoded"] > frames + 10
    await until(goes_on, 10, "pictures in spite of the loss")
    await until(lambda: server.metrics()["consult_packets_recovered_total"] >= 8, 10, "the relay's count of what came again")

    # The browser's picture is known to have come; asked for again, it comes on a stream of its own.
    await until(lambda: any(packet.payload_type in pictures for packet in ada.tap.received), 20, "the browser's pictures")
    last = [packet for packet in ada.tap.received if packet.payload_type in pictures][-1]
    await ada.transport._send_rtp(bytes(
        RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=last.ssrc, lost=[last.sequence])))
    again = await until(
        lambda: [packet for packet in ada.tap.received if packet.payload_type in repairs], 10, "the relay's retransmission")
    assert again[0].timestamp == last.timestamp and again[0].ssrc != last.ssrc

    # The browser's own estimate grows past where it starts: it has feedback about each packet.
    await until(lambda: holds(page, lambda now: now["available"] > 330_000), 20, "an estimate of the browser's own")
    await limit(ada, 150_000)
    await until(lambda: holds(page, lambda now: 0 < now["target"] <= 150_000), 10, "a browser that sends less")
    await limit(ada, 4_000_000)
    await until(lambda: holds(page, lambda now: now["target"] > 250_000), 10, "a browser that sends more again")


async def holds(page: Page, condition: Any) -> Any:
    now = await page.run(SENDING)
    return now if condition(now) else None


async def limit(peer: Peer, bitrate: int) -> None:
    """The peer's receiver says what it can take (REMB)."""
    await peer.transport._send_rtp(bytes(
        RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(bitrate, []))))


def lossy(peer: Peer, payload_types: set[int]) -> list[int]:
    """Keeps every tenth packet of these types from leaving; their sequence numbers."""
    send = peer.transport._send_rtp
    dropped: list[int] = []
    count = 0

    async def lose(data: bytes) -> None:
        nonlocal count
        if not is_rtcp(data) and data[1] & 0x7F in payload_types:
            count += 1
            if count % 10 == 0:
                dropped.append(int.from_bytes(data[2:4]))
                return
        await send(data)

    peer.transport._send_rtp = lose
    return dropped
