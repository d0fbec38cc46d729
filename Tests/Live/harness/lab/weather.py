"""Bad networks by name, and what a call is like in them."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import subprocess
from pathlib import Path

from .. import tone
from ..chromium import ChromiumPage
from ..wait import until
from .impair import Faults
from .network import Place

CLEAR = Faults()
Pages = tuple[ChromiumPage, ChromiumPage]


@dataclasses.dataclass(frozen=True)
class Weather:
    """What one side's cable does, in both directions."""

    name: str
    faults: Faults = CLEAR
    loss: float = 0
    """Percent of UDP packets that nftables drops in each direction."""

    def begin(self, place: Place) -> None:
        place.impair(self.faults, self.faults)
        place.lose(self.loss, self.loss)


WEATHERS = (
    Weather("clear"),
    Weather("5 % loss", loss=5),
    Weather("15 % loss", loss=15),
    Weather("bursts of 60 ms, every 2 s", Faults(burst_every=2, burst=60)),
    Weather("50 ± 30 ms", Faults(delay=50, jitter=30)),
    Weather("5 % come 30 ms late", Faults(delay=20, reorder=0.05, reorder_by=30)),
)

_SNAPSHOT = """async () => {
    const peer = window.__consult.engine.peerConnection;
    const report = [...(await peer.getStats()).values()];
    const camera = peer.getTransceivers()[1].mid;
    const video = report.find((entry) => entry.type === "inbound-rtp" && entry.kind === "video" && entry.mid === camera);
    const audio = report.find((entry) => entry.type === "inbound-rtp" && entry.kind === "audio");
    const sent = report.filter((entry) => entry.type === "outbound-rtp" && entry.kind === "video" && entry.mid === camera);
    return { at: performance.now() / 1000,
        frames: video?.framesDecoded ?? 0, whole: (video?.framesDecoded ?? 0) + (video?.framesDropped ?? 0),
        framesSent: sent.reduce((sum, entry) => sum + entry.framesSent, 0),
        freezes: video?.freezeCount ?? 0, frozen: video?.totalFreezesDuration ?? 0,
        again: video?.retransmittedPacketsReceived ?? 0,
        packets: video?.packetsReceived ?? 0, lost: video?.packetsLost ?? 0, bytes: video?.bytesReceived ?? 0,
        height: video?.frameHeight ?? 0,
        sound: audio?.packetsReceived ?? 0, soundLost: audio?.packetsLost ?? 0,
        samples: audio?.totalSamplesReceived ?? 0, concealed: audio?.concealedSamples ?? 0,
        silent: audio?.silentConcealedSamples ?? 0,
        target: sent.reduce((sum, entry) => sum + (entry.targetBitrate ?? 0), 0) };
}"""


async def snapshot(page: ChromiumPage) -> dict[str, float]:
    """Counters of what the page receives."""
    return await page.run(_SNAPSHOT)


@dataclasses.dataclass(frozen=True)
class Experience:
    """What one side of a call had for a while."""

    fps: float
    freezes: float
    """Freezes that the browser counted (webrtc-stats: freezeCount)."""
    frozen: float
    """Seconds of them."""
    sent: float
    """Frames that the other side sent, from one rest of both cameras to the next."""
    missing: float
    """Of those, frames that were neither decoded nor dropped here. At rest nothing is on its way, so this is what is lost after recovery
    and what a browser on a busy machine lost sight of (`ASSEMBLED` counts without the latter). Chromium's `framesReceived` would not do: of
    frames that waited for one packet together it counts one."""
    lost: float
    """The share of video packets that the receiver reports as lost (RFC 3550 §6.4.1): before recovery where RTX repeats them, after
    it where they are repeated as they were."""
    sound_lost: float
    concealed: float
    """The share of sound that was made up."""
    kbps: float

    @classmethod
    def between(
        cls, before: dict[str, float], after: dict[str, float], sent: float, whole: float,
    ) -> Experience:
        def rose(name: str) -> float:
            return max(0.0, after[name] - before[name])

        seconds = after["at"] - before["at"]
        packets, sounds = rose("packets") + rose("lost"), rose("sound") + rose("soundLost")
        return cls(
            fps=rose("frames") / seconds, freezes=rose("freezes"), frozen=rose("frozen"),
            sent=sent, missing=sent - whole,
            lost=rose("lost") / max(1, packets),
            sound_lost=rose("soundLost") / max(1, sounds), concealed=rose("concealed") / max(1, rose("samples")),
            kbps=rose("bytes") * 8 / 1000 / seconds)


_PAUSE = """async () => {
    const sender = window.__consult.engine.peerConnection.getTransceivers()[1].sender;
    window.__camera = sender.track ?? window.__camera;
    await sender.replaceTrack(null);
}"""
_FILM = "() => window.__consult.engine.peerConnection.getTransceivers()[1].sender.replaceTrack(window.__camera)"


async def rest(pages: Pages) -> list[dict[str, float]]:
    """Both cameras pause until nothing is on its way any more; the counters then."""
    for page in pages:
        await page.run(_PAUSE)
    seen: list[tuple[float, ...]] = []

    async def still() -> list[dict[str, float]] | None:
        now = [await snapshot(page) for page in pages]
        seen.append(tuple(side[name] for side in now for name in ("framesSent", "whole", "again")))
        return now if len(seen) > 4 and len(set(seen[-4:])) == 1 else None

    return await until(still, 20, "the end of what was on its way", every=0.5)


async def film(pages: Pages) -> None:
    """Both cameras go on, until both sides see that they do."""
    begun = [await snapshot(page) for page in pages]
    for page in pages:
        await page.run(_FILM)

    async def seen() -> bool:
        now = [await snapshot(page) for page in pages]
        return all(after["frames"] > before["frames"] + 5 for before, after in zip(begun, now, strict=True))

    await until(seen, 20, "pictures after the rest")


async def live_through(weather: Weather, place: Place, pages: Pages, seconds: float) -> list[Experience]:
    """What each side has while the weather lasts, and in the two seconds after it in which the last packets are repeated."""
    first = await rest(pages)
    await film(pages)
    before = [await snapshot(page) for page in pages]
    weather.begin(place)
    await asyncio.sleep(seconds)  # the observation window
    WEATHERS[0].begin(place)
    await asyncio.sleep(2)
    after = [await snapshot(page) for page in pages]
    last = await rest(pages)
    await film(pages)
    return [
        Experience.between(
            before[side], after[side], sent=last[1 - side]["framesSent"] - first[1 - side]["framesSent"],
            whole=last[side]["whole"] - first[side]["whole"])
        for side in range(len(pages))]


ASSEMBLED = """(() => {
    const Connection = window.RTCPeerConnection;
    const frames = window.__assembled = { sent: 0, received: 0 };
    window.RTCPeerConnection = class extends Connection {
        constructor(configuration) { super({ ...configuration, encodedInsertableStreams: true }); }
        addTransceiver(kind, ...rest) {
            const transceiver = super.addTransceiver(kind, ...rest);
            for (const [name, end] of [["sent", transceiver.sender], ["received", transceiver.receiver]]) {
                const { readable, writable } = end.createEncodedStreams();
                const counted = new TransformStream({ transform(frame, controller) {
                    if (kind === "video") frames[name] += 1;
                    controller.enqueue(frame);
                } });
                readable.pipeThrough(counted).pipeTo(writable).catch(() => {});
            }
            return transceiver;
        }
    };
})();"""
"""For a browser that counts each frame of a picture as it leaves the encoder and as its last packet has come, decoded or not."""


async def assembly(pages: Pages) -> list[dict[str, int]]:
    """What browsers with `ASSEMBLED` have counted."""
    return [await page.run("() => ({ ...window.__assembled })") for page in pages]


def busy_picture(folder: Path, party: str, size: str = "640x360", rate: int = 20) -> None:
    """A camera whose picture is worth a megabit: moving patterns and noise, for measurements of rate."""
    program = shutil.which("ffmpeg")
    assert program
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [program, "-loglevel", "error", "-y", "-f", "lavfi", "-i",
         f"testsrc2=size={size}:rate={rate}:duration=6,noise=alls=24:allf=t", "-pix_fmt", "yuv420p", str(folder / f"{party}.y4m")],
        check=True, timeout=60)
    tone.write_wav(folder / f"{party}.wav", party)
