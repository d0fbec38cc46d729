package import RTP

/// One encoded and packetised stream that every caller sends from, over and over. Payloads lie one after the other.
package struct ClipStream: Sendable {
    /// What is in it.
    package enum Kind: UInt32, Sendable, CaseIterable {
        /// Opus.
        case audio = 0
        /// VP8.
        case video = 1
    }

    /// One packet's payload.
    package struct Packet: Sendable, BitwiseCopyable {
        var offset: Int
        var length: Int
        var endsFrame: Bool
    }

    /// What is in it.
    package let kind: Kind
    /// Real time from frame to frame, in nanoseconds.
    package let interval: NanosecondCount
    /// The same in units of the RTP clock.
    package let timestampStep: UInt32
    /// Its RTP clock in Hz.
    package let clockRate: UInt32
    let bytes: [UInt8]
    let packets: [Packet]
    /// Which packets each frame has.
    let frames: [Range<Int>]

    /// A clip.
    ///
    /// - Parameters:
    ///   - frames: the payloads of each frame; the first frame needs no earlier one.
    ///   - framesPerSecond: more than 0.
    package init(_ kind: Kind, frames: [[[UInt8]]], framesPerSecond: Int) {
        self.kind = kind
        switch kind {
        case .audio: clockRate = 48_000
        case .video: clockRate = 90_000
        }
        interval = .seconds(1) / Int64(max(1, framesPerSecond))
        timestampStep = clockRate / UInt32(max(1, framesPerSecond))
        var bytes: [UInt8] = []
        var packets: [Packet] = []
        var ranges: [Range<Int>] = []
        for frame in frames {
            let first = packets.count
            for (index, payload) in frame.enumerated() {
                packets.append(
                    Packet(offset: bytes.count, length: payload.count, endsFrame: index == frame.count - 1))
                bytes += payload
            }
            ranges.append(first..<packets.count)
        }
        self.bytes = bytes
        self.packets = packets
        self.frames = ranges
    }

    /// Payload bits per second.
    package var bitrate: Double {
        frames.isEmpty ? 0 : Double(bytes.count * 8) / (Double(frames.count) * Double(interval) / 1e9)
    }
    /// Packets per second.
    package var packetRate: Double {
        frames.isEmpty ? 0 : Double(packets.count) / (Double(frames.count) * Double(interval) / 1e9)
    }
}
