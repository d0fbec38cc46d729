"""GStreamer's webrtcbin as one side of a call: a process of its own, run by gstreamer.py.

Speaks JSON lines: out go {"offer"}, {"candidate", "sdpMLineIndex"} and reports of what arrived, in come {"answer"} and
{"candidate", "sdpMLineIndex"}. Ends when its input does.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import numpy as np  # noqa: E402
from harness import picture, tone  # noqa: E402

WIDTH, HEIGHT = 160, 120

_PIPELINE = f"""
webrtcbin name=peer bundle-policy=max-bundle
audiotestsrc is-live=true freq={{hertz}} volume=0.3 ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! opusenc
  ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=96,clock-rate=48000 ! peer.
appsrc name=camera is-live=true do-timestamp=true format=time
  caps=video/x-raw,format=RGB,width={WIDTH},height={HEIGHT},framerate={picture.RATE}/1
  ! videoconvert ! vp8enc deadline=1 target-bitrate=300000 keyframe-max-dist=60
  ! rtpvp8pay picture-id-mode=2 ! application/x-rtp,media=video,encoding-name=VP8,payload=97,clock-rate=90000 ! peer.
"""


class GStreamerPeer:
    def __init__(self, party: str) -> None:
        Gst.init(None)
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(_PIPELINE.format(hertz=tone.HERTZ[party]))
        self.peer = self.pipeline.get_by_name("peer")
        self.camera = self.pipeline.get_by_name("camera")
        self.frames = [picture.frame(party, index, WIDTH, HEIGHT).tobytes() for index in range(2 * picture.RATE)]
        self.sent = self.video = self.audio = 0
        self.last: np.ndarray | None = None
        self.sound: deque[np.ndarray] = deque(maxlen=50)
        self.peer.connect("on-negotiation-needed", lambda _: self.offer())
        self.peer.connect("on-ice-candidate", lambda _, line, candidate: say(candidate=candidate, sdpMLineIndex=line))
        self.peer.connect("pad-added", lambda _, pad: self.arrived(pad))
        # libnice leaves loopback out by itself. The reference is kept: without it the agent is freed under webrtcbin.
        self.ice = self.peer.get_property("ice-agent")
        self.ice.emit("add-local-ip-address", "127.0.0.1")

    def run(self) -> None:
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.broken)
        threading.Thread(target=self.listen, daemon=True).start()
        GLib.timeout_add(1000 // picture.RATE, self.film)
        GLib.timeout_add(200, self.report)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)

    def broken(self, _: Gst.Bus, message: Gst.Message) -> None:
        say(error=str(message.parse_error()))
        self.loop.quit()

    # Negotiation

    def offer(self) -> None:
        def made(promise: Gst.Promise) -> None:
            reply = promise.get_reply()  # owns the description
            description = reply.get_value("offer")
            self.peer.emit("set-local-description", description, Gst.Promise.new())
            say(offer=description.sdp.as_text())

        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(made))

    def listen(self) -> None:
        for line in sys.stdin:
            GLib.idle_add(self.take, json.loads(line))
        GLib.idle_add(self.loop.quit)

    def take(self, message: dict) -> None:
        if "answer" in message:
            _, sdp = GstSdp.SDPMessage.new_from_text(message["answer"])
            answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
            self.peer.emit("set-remote-description", answer, Gst.Promise.new())
        elif "candidate" in message:
            self.peer.emit("add-ice-candidate", message.get("sdpMLineIndex") or 0, message["candidate"])

    # Media

    def film(self) -> bool:
        buffer = Gst.Buffer.new_wrapped(self.frames[self.sent % len(self.frames)])
        self.sent += 1
        self.camera.emit("push-buffer", buffer)
        return True

    def arrived(self, pad: Gst.Pad) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        if pad.get_current_caps().get_structure(0).get_string("media") == "video":
            chain = "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=RGB ! appsink name=out emit-signals=true sync=false"
        else:
            chain = ("rtpopusdepay ! opusdec ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1"
                     " ! appsink name=out emit-signals=true sync=false")
        sink = Gst.parse_bin_from_description(f"queue ! {chain}", True)
        sink.get_by_name("out").connect("new-sample", self.decoded)
        self.pipeline.add(sink)
        pad.link(sink.get_static_pad("sink"))
        sink.sync_state_with_parent()

    def decoded(self, sink: Gst.Element) -> Gst.FlowReturn:
        sample = sink.emit("pull-sample")
        shape = sample.get_caps().get_structure(0)
        buffer = sample.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        if shape.get_name() == "video/x-raw":
            height, width = shape.get_value("height"), shape.get_value("width")
            stride = len(data) // height
            self.last = np.frombuffer(data, np.uint8).reshape(height, stride)[:, : width * 3].reshape(height, width, 3)
            self.video += 1
        else:
            self.sound.append(np.frombuffer(data, np.int16))
            self.audio += 1
        return Gst.FlowReturn.OK

    def report(self) -> bool:
        last, sound = self.last, list(self.sound)
        heard = None
        if len(sound) == self.sound.maxlen:
            frequency, share = tone.peak(np.concatenate(sound))
            heard = tone.heard(frequency) if share > 0.5 else None
        say(video=self.video, audio=self.audio, heard=heard,
            shown=None if last is None else picture.recognised(picture.centres(last)))
        return True


def say(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    GStreamerPeer(sys.argv[1]).run()
