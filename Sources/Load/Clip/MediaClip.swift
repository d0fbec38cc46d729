package import Codecs

/// What synthetic callers send: a few seconds of Opus and VP8, encoded once by libopus and libvpx and shared by all.
package struct MediaClip: Sendable {
    /// How the picture is to be encoded.
    package struct Video: Sendable, Equatable {
        /// Bits per second.
        package let bitrate: Int
        /// Pixels of a line.
        package let width: Int
        /// Lines.
        package let height: Int

        /// A picture as large as a browser would send at a bit rate, in bits per second.
        package init(bitrate: Int) {
            self.bitrate = bitrate
            (width, height) =
                switch bitrate {
                case ..<400_000: (320, 180)
                case ..<900_000: (480, 270)
                case ..<1_800_000: (640, 360)
                default: (1280, 720)
                }
        }
    }

    /// The voice.
    package let audio: ClipStream
    /// The picture; nil where only voices are sent.
    package let video: ClipStream?

    /// Pictures in a second.
    package static let framesPerSecond = 30
    /// Opus packets in a second: 20 ms each, as browsers send them.
    package static let voicePacketsPerSecond = 50
    /// Bits per second of the voice.
    package static let voiceBitrate = 32_000
    /// How long a clip is by default, in seconds; then it begins again with its key frame.
    package static let seconds = 4
    /// Bytes of an RTP packet at most, as libwebrtc has it.
    package static let packetLimit = 1200

    /// A clip of streams.
    package init(audio: ClipStream, video: ClipStream?) {
        self.audio = audio
        self.video = video
    }

    /// Draws, speaks, encodes and packetises.
    ///
    /// - Throws: `CodecError` where a library refuses.
    package static func make(video: Video?, seconds: Int = seconds) throws(CodecError) -> MediaClip {
        MediaClip(
            audio: try voice(seconds: seconds),
            video: try video.map { video throws(CodecError) in
                try picture(video, seconds: seconds)
            })
    }

    private static func voice(seconds: Int) throws(CodecError) -> ClipStream {
        var encoder = try OpusEncoder(channels: 1, bitrate: voiceBitrate)
        let voice = TestVoice()
        let length = TestVoice.sampleRate / voicePacketsPerSecond
        var frames: [[[UInt8]]] = []
        for number in 0..<(seconds * voicePacketsPerSecond) {
            frames.append([try encoder.encode(voice.samples(from: number * length, count: length))])
        }
        return ClipStream(.audio, frames: frames, framesPerSecond: voicePacketsPerSecond)
    }

    private static func picture(_ video: Video, seconds: Int) throws(CodecError) -> ClipStream {
        var encoder = try VP8Encoder(.init(width: video.width, height: video.height, bitrate: video.bitrate))
        let test = TestPicture(width: video.width, height: video.height)
        let limit = packetLimit - SendMark.length - RTPWriting.headerLength
        var frames: [[[UInt8]]] = []
        for number in 0..<(seconds * framesPerSecond) {
            let encoded = try encoder.encode(
                test.frame(number), duration: VP8Encoder.clockRate / framesPerSecond, asKeyFrame: number == 0)
            frames.append(VP8Packetizer.packetize(encoded.bytes, limit: limit))
        }
        return ClipStream(.video, frames: frames, framesPerSecond: framesPerSecond)
    }
}
