"""Bad networks by name, and what a call is like in them."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import subprocess
from pathlib import Path

from .. import tone
from ..chromium import ChromiumPage
from .impair import Faults
from .network import Place

CLEAR = Faults()


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
        frames: video?.framesDecoded ?? 0, whole: video?.framesReceived ?? 0, framesSent: sent.reduce((sum, entry) => sum + entry.framesSent, 0), freezes: video?.freezeCount ?? 0, frozen: video?.totalFreezesDuration ?? 0,
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
    missing: float
    """Frames that the other side sent and that never became whole here: what is lost after recovery. Both windows
    agree to about a frame."""
    lost: float
    """The share of video packets that the receiver reports as lost (RFC 3550 §6.4.1): before recovery where RTX repeats them, after
    it where they are repeated as they were."""
    sound_lost: float
    concealed: float
    """The share of sound that was made up."""
    kbps: float

    @classmethod
    def between(
        cls, before: dict[str, float], after: dict[str, float], sent_before: dict[str, float], sent_after: dict[str, float],
    ) -> Experience:
        def rose(name: str) -> float:
            return max(0.0, after[name] - before[name])

        seconds = after["at"] - before["at"]
        packets, sounds = rose("packets") + rose("lost"), rose("sound") + rose("soundLost")
        return cls(
            fps=rose("frames") / seconds, freezes=rose("freezes"), frozen=rose("frozen"),
            missing=max(0.0, sent_after["framesSent"] - sent_before["framesSent"] - rose("whole")),
            lost=rose("lost") / max(1, packets),
            sound_lost=rose("soundLost") / max(1, sounds), concealed=rose("concealed") / max(1, rose("samples")),
            kbps=rose("bytes") * 8 / 1000 / seconds)


async def live_through(
    weather: Weather, place: Place, pages: tuple[ChromiumPage, ChromiumPage], seconds: float,
) -> list[Experience]:
    """What each side has while the weather lasts, and in the two seconds after it in which the last packets are repeated."""
    before = await _both(pages)
    weather.begin(place)
    await asyncio.sleep(seconds)  # the observation window
    WEATHERS[0].begin(place)
    await asyncio.sleep(2)
    after = await _both(pages)
    return [
        Experience.between(before[side], after[side], before[1 - side], after[1 - side]) for side in range(len(pages))]


async def _both(pages: tuple[ChromiumPage, ChromiumPage]) -> list[dict[str, float]]:
    """Counters of both pages at one moment: the first page's are the mean of a look before and one after the second's."""
    early, middle, late = await snapshot(pages[0]), await snapshot(pages[1]), await snapshot(pages[0])
    return [{name: (early[name] + late[name]) / 2 for name in early}, middle]


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
