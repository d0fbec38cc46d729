"""A participant that is no browser: aiortc, joined through the plain WebSocket contract."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import re
import time
from collections import deque
from typing import Any, ClassVar

import aioice.ice
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80, SRTPProtectionProfile
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

from . import picture, tone
from .ports import LOOPBACK
from .server import Server
from .tap import Tap
from .wait import until
from .wire import Wire

GCM, CM = SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80

# aioice leaves loopback out when it gathers; here it is the only network there is.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]


class _Paced(MediaStreamTrack):
    """Frames on a grid of real time."""

    def __init__(self, interval: float) -> None:
        super().__init__()
        self.interval = interval
        self.index = -1
        self._start = 0.0

    async def turn(self) -> int:
        if self.readyState != "live":
            raise MediaStreamError
        self.index += 1
        if self.index == 0:
            self._start = time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self.index * self.interval - time.monotonic()))
        return self.index


class PictureTrack(_Paced):
    kind = "video"

    def __init__(self, name: str, width: int = 160, height: int = 120) -> None:
        super().__init__(1 / picture.RATE)
        self._frames = [picture.frame(name, index, width, height) for index in range(2 * picture.RATE)]

    async def recv(self) -> VideoFrame:
        index = await self.turn()
        frame = VideoFrame.from_ndarray(self._frames[index % len(self._frames)], format="rgb24")
        frame.pts, frame.time_base = index * 90_000 // picture.RATE, fractions.Fraction(1, 90_000)
        return frame


class ToneTrack(_Paced):
    kind = "audio"

    def __init__(self, name: str) -> None:
        super().__init__(0.02)
        self._hertz = tone.HERTZ[name]

    async def recv(self) -> AudioFrame:
        index = await self.turn()
        count = tone.SAMPLE_RATE // 50
        frame = AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(tone.samples(self._hertz, index * count, count).tobytes())
        frame.pts, frame.sample_rate = index * count, tone.SAMPLE_RATE
        frame.time_base = fractions.Fraction(1, tone.SAMPLE_RATE)
        return frame


class Sink:
    """What came out of the decoders."""

    def __init__(self) -> None:
        self.video_frames = 0
        self.audio_frames = 0
        self.last_picture: np.ndarray | None = None
        self._sound: deque[np.ndarray] = deque(maxlen=50)
        self._sound_rate = tone.SAMPLE_RATE
        self._tasks: list[asyncio.Task[None]] = []

    def consume(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._drain(track)))

    async def _drain(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError, asyncio.CancelledError):
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self.video_frames += 1
                    self.last_picture = frame.to_ndarray(format="rgb24")
                else:
                    self.audio_frames += 1
                    block = frame.to_ndarray()
                    self._sound_rate = frame.sample_rate
                    # Packed stereo: one channel of it.
                    channels = len(frame.layout.channels)
                    self._sound.append(block.reshape(-1)[::channels] if block.shape[0] == 1 else block[0])

    def shown(self) -> str | None:
        """The known picture in the last decoded frame."""
        return None if self.last_picture is None else picture.recognised(picture.centres(self.last_picture))

    def heard(self) -> str | None:
        """The known tone in the last second of sound."""
        if len(self._sound) < self._sound.maxlen:
            return None
        frequency, share = tone.peak(np.concatenate(self._sound), self._sound_rate)
        return tone.heard(frequency) if share > 0.5 else None

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Peer:
    """One side of a call."""

    alive: ClassVar[set[Peer]] = set()
    """Those that nobody has closed yet: their decoders' threads would keep the process."""

    def __init__(
        self, server: Server, token: str, party: str = "customer", srtp: SRTPProtectionProfile | None = None,
        trickle: bool = False, tracks: list[MediaStreamTrack] | None = None,
    ) -> None:
        self.server, self.token, self.party, self.trickle = server, token, party, trickle
        self.wire: Wire
        self.room: dict[str, Any] = {}
        self.resume: str | None = None
        self.user: str = ""
        self.sink = Sink()
        self.tap = Tap()
        self.tracks = [ToneTrack(party), PictureTrack(party)] if tracks is None else tracks
        self.candidates: list[str] = []
        """What the server or the other side offered, in its description or trickled; empty is the end."""
        self._srtp = srtp
        self._tasks: list[asyncio.Task[None]] = []
        self.pc = self._connection()
        Peer.alive.add(self)

    def _connection(self) -> RTCPeerConnection:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.on("track", self.sink.consume)
        return pc

    @property
    def transport(self) -> Any:
        """The DTLS transport of the first m-line, which is the bundle's."""
        return self.pc.getTransceivers()[0].receiver.transport

    # Joining

    async def enter(self) -> Peer:
        """Connects the WebSocket and joins the room."""
        self.wire = await Wire.open(self.server.websocket)
        welcome = await self.wire.hello(self.token)
        self.resume, self.user = welcome["resume"], welcome["userId"]
        self.room = await self.wire.join(self.token)
        return self

    def _prepare(self) -> None:
        if self._srtp:
            self.transport._srtp_profiles = [self._srtp]
        self.tap.attach(self.transport)

    async def offer(self) -> None:
        """Offers; in p2p the other side must be there."""
        for track in self.tracks:
            self.pc.addTrack(track)
        self._prepare()
        await self.pc.setLocalDescription(await self.pc.createOffer())
        description = self.pc.localDescription.sdp
        after = len(self.wire.inbox)
        result = await self.wire.request("media.offer", {"sdp": without_candidates(description) if self.trickle else description})
        if self.room["mode"] == "p2p":
            assert result == {}, result
            result = (await self.wire.expect("media.answer", after=after)).params
        # The other end may put its candidates into the description, trickle them, or both.
        self.candidates += candidate_lines(result["sdp"])
        await self.pc.setRemoteDescription(RTCSessionDescription(result["sdp"], "answer"))
        self._tasks.append(asyncio.create_task(self._take_candidates(after)))
        if self.trickle:
            for line in candidate_lines(description):
                await self._send_candidate(line)
        await self._send_candidate("")

    async def answer(self) -> None:
        """Waits for the other side's offer and answers it (p2p)."""
        note = await self.wire.expect("media.offer", timeout=30)
        after = self.wire.inbox.index(note)
        await self.pc.setRemoteDescription(RTCSessionDescription(note.params["sdp"], "offer"))
        for track in self.tracks:
            self.pc.addTrack(track)
        self._prepare()
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        assert await self.wire.request("media.answer", {"sdp": self.pc.localDescription.sdp}) == {}
        self._tasks.append(asyncio.create_task(self._take_candidates(after)))
        await self._send_candidate("")

    async def negotiate(self) -> None:
        """Whichever of both is this side's part."""
        if self.room["mode"] == "relay" or self.room.get("offerer"):
            await self.offer()
        else:
            await self.answer()

    async def call(self, timeout: float = 20) -> Peer:
        """All of it, until the path is encrypted."""
        await self.enter()
        await self.negotiate()
        await self.connected(timeout)
        return self

    async def connected(self, timeout: float = 20) -> None:
        await until(lambda: self.transport.state == "connected", timeout, f"DTLS of {self.party} ({self.pc.connectionState})")

    async def _send_candidate(self, candidate: str) -> None:
        ufrag = self.transport.transport.iceGatherer.getLocalParameters().usernameFragment
        await self.wire.tell("media.candidate", {
            "candidate": candidate, "sdpMid": self.pc.getTransceivers()[0].mid, "sdpMLineIndex": 0,
            "usernameFragment": ufrag})

    async def _take_candidates(self, after: int) -> None:
        """Hands over what the other end trickles, as long as the peer lives."""
        while True:
            try:
                note = await self.wire.expect("media.candidate", timeout=3600, after=after)
            except AssertionError:
                return
            after = self.wire.inbox.index(note, after) + 1
            text = note.params["candidate"]
            self.candidates.append(text)
            if not text:
                await self.pc.addIceCandidate(None)
            elif " tcp " not in text.lower():
                candidate = candidate_from_sdp(text.removeprefix("candidate:"))
                candidate.sdpMid, candidate.sdpMLineIndex = note.params.get("sdpMid"), note.params.get("sdpMLineIndex")
                await self.pc.addIceCandidate(candidate)

    # Sending

    def pause(self) -> None:
        """Stops sending media; the path stays."""
        for transceiver in self.pc.getTransceivers():
            transceiver.sender.replaceTrack(None)

    def proceed(self) -> None:
        """Sends again."""
        self.tracks = [ToneTrack(self.party), PictureTrack(self.party)]
        for transceiver in self.pc.getTransceivers():
            transceiver.sender.replaceTrack(next(track for track in self.tracks if track.kind == transceiver.kind))

    @property
    def srtp_profile(self) -> bytes:
        """What DTLS agreed on."""
        return self.transport._ssl.get_selected_srtp_profile()

    @property
    def media_types(self) -> set[int]:
        """Payload types of media proper, not of retransmissions."""
        return {
            codec.payloadType for transceiver in self.pc.getTransceivers() for codec in transceiver._codecs
            if "rtx" not in codec.mimeType}

    def stats(self) -> dict[str, Any]:
        """The counters of `media.stats`, from the packets themselves."""
        kinds: dict[int, str] = {
            codec.payloadType: "mic" if transceiver.kind == "audio" else "camera"
            for transceiver in self.pc.getTransceivers() for codec in transceiver._codecs}
        slots = {slot: {"bytesReceived": 0, "packetsReceived": 0, "packetsLost": 0, "jitter": 0.0} for slot in ("mic", "camera")}
        for packet in self.tap.received:
            slot = slots[kinds.get(packet.payload_type, "mic")]
            slot["bytesReceived"] += packet.size
            slot["packetsReceived"] += 1
        slots["camera"]["framesDecoded"] = self.sink.video_frames
        return {**slots, "bytesSent": sum(packet.size for packet in self.tap.sent), "roundTripTime": 0.001}

    def report_stats(self) -> None:
        """Sends `media.stats` every two seconds from now on."""
        async def report() -> None:
            with contextlib.suppress(Exception):
                while True:
                    await self.wire.tell("media.stats", self.stats())
                    await asyncio.sleep(2)
        self._tasks.append(asyncio.create_task(report()))

    # Leaving

    async def close(self) -> None:
        """Takes everything down, without `room.leave`. Idempotent."""
        Peer.alive.discard(self)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pc.close()
        await self.sink.stop()
        if hasattr(self, "wire"):
            await self.wire.close()

    async def __aenter__(self) -> Peer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def without_candidates(sdp: str) -> str:
    """The description as it is before anything was gathered."""
    return "".join(
        line for line in sdp.splitlines(keepends=True)
        if not line.startswith(("a=candidate:", "a=end-of-candidates")))


def candidate_lines(sdp: str) -> list[str]:
    """The candidates of a description."""
    return re.findall(r"^a=(candidate:.*?)\r?$", sdp, re.MULTILINE)


async def media_both_ways(first: Peer, second: Peer, seconds: float = 3, timeout: float = 20) -> None:
    """Decoded pictures and sound rise on both sides for a while, and are the other side's."""
    for here, there in ((first, second), (second, first)):
        await until(lambda: here.sink.shown() == there.party and here.sink.heard() == there.party, timeout,
                    f"{there.party}'s picture and tone at {here.party} (shown {here.sink.shown()}, heard {here.sink.heard()})")
    before = [(peer.sink.video_frames, peer.sink.audio_frames) for peer in (first, second)]
    await asyncio.sleep(seconds)
    for peer, (video, audio) in zip((first, second), before, strict=True):
        assert peer.sink.video_frames - video >= seconds * picture.RATE * 0.6, f"too few pictures at {peer.party}"
        assert peer.sink.audio_frames - audio >= seconds * 50 * 0.6, f"too little sound at {peer.party}"
