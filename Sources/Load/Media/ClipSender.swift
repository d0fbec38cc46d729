package import RTP

/// Sends a clip over and over: when which frame is due, and each packet's numbers. Pure: it writes packets into a buffer and
/// reads no clock.
///
///     sender.begin(at: now)
///     while let frame = sender.next(now) {
///         for packet in frame.packets { let length = sender.write(packet, of: frame, into: buffer, at: .now()) … }
///     }
package struct ClipSender: Sendable {
    /// A frame that is due.
    package struct Frame: Sendable, Equatable {
        /// Its packets' places in the clip.
        package let packets: Range<Int>
        /// By how much it is late, in nanoseconds.
        package let lateness: NanosecondCount
        let timestamp: UInt32
        let pictureID: UInt16
    }

    /// What a packet of before was, to be written again.
    private struct Sent: BitwiseCopyable {
        var sequence: UInt16 = 0
        var pictureID: UInt16 = 0
        var timestamp: UInt32 = 0
        var counter: UInt32 = 0
        var packet: Int32 = -1
        var sentAt = MonotonicInstant(nanoseconds: 0)
    }

    /// Packets that can be sent again; a power of two, some seconds of video.
    private static let remembered = 512
    /// A sender that was held up for longer leaves frames out instead of sending them all at once.
    private static let patience = NanosecondCount.milliseconds(500)

    /// What is sent.
    package let clip: ClipStream
    /// Names the stream in marks.
    package let stream: UInt32
    /// The synchronization source.
    package let ssrc: UInt32
    /// The payload type.
    package let payloadType: UInt8
    /// Packets written, repetitions not counted.
    package private(set) var packets: UInt32 = 0
    /// Payload bytes of them, without padding.
    package private(set) var octets: UInt32 = 0
    /// When the next frame is due; nil before `begin`.
    package private(set) var due: MonotonicInstant?
    /// RTP timestamp of the last frame, and when it was due.
    package private(set) var lastFrame: (timestamp: UInt32, due: MonotonicInstant)?

    private var position = 0
    private var sequence: UInt16
    private var timestamp: UInt32
    private var pictureID: UInt16
    private var history = [Sent](repeating: Sent(), count: remembered)

    /// A sender with random first numbers, as RFC 3550 §5.1 wants them.
    package init(
        _ clip: ClipStream, stream: UInt32, payloadType: UInt8, using random: inout some RandomNumberGenerator
    ) {
        self.clip = clip
        self.stream = stream
        self.payloadType = payloadType
        ssrc = UInt32.random(in: 1...(.max), using: &random)
        sequence = UInt16.random(in: 0...(.max), using: &random)
        timestamp = UInt32.random(in: 0...(.max), using: &random)
        pictureID = UInt16.random(in: 0...0x7FFF, using: &random)
    }

    /// The first frame is due at `moment`.
    package mutating func begin(at moment: MonotonicInstant) { due = moment }

    /// Begins the clip again with the next frame: somebody needs a key frame. The schedule and all numbers go on.
    package mutating func restart() { position = 0 }

    /// Leaves out what was due before `now` and keeps the rhythm.
    package mutating func skip(to now: MonotonicInstant) {
        guard let due, now > due else { return }
        let frames = (now.since(due) &+ clip.interval &- 1) / clip.interval
        self.due = due.advanced(by: frames &* clip.interval)
        timestamp &+= UInt32(truncatingIfNeeded: frames) &* clip.timestampStep
    }

    /// The next frame where one is due.
    @inline(__always)
    package mutating func next(_ now: MonotonicInstant) -> Frame? {
        guard let due, now >= due, !clip.frames.isEmpty else { return nil }
        if now.since(due) > Self.patience { skip(to: now) }
        guard let due = self.due, now >= due else { return nil }
        let frame = Frame(
            packets: clip.frames[position], lateness: now.since(due), timestamp: timestamp, pictureID: pictureID)
        lastFrame = (timestamp, due)
        position = position &+ 1 == clip.frames.count ? 0 : position &+ 1
        self.due = due.advanced(by: clip.interval)
        timestamp &+= clip.timestampStep
        pictureID = (pictureID &+ 1) & 0x7FFF
        return frame
    }

    /// Writes a packet of a frame.
    ///
    /// - Parameter buffer: has room for `MediaClip.packetLimit` bytes.
    /// - Returns: the packet's length.
    package mutating func write(
        _ packet: Int, of frame: Frame, into buffer: UnsafeMutableRawBufferPointer, at now: MonotonicInstant
    ) -> Int {
        let sent = Sent(
            sequence: sequence, pictureID: frame.pictureID, timestamp: frame.timestamp, counter: packets,
            packet: Int32(truncatingIfNeeded: packet), sentAt: now)
        history[Int(sequence) & (Self.remembered &- 1)] = sent
        sequence &+= 1
        packets &+= 1
        octets &+= UInt32(truncatingIfNeeded: clip.packets[packet].length)
        return write(sent, into: buffer)
    }

    /// Writes a packet again as it was, for whoever asks for it (RFC 4585 §6.2.1).
    ///
    /// - Returns: its length; nil where it is forgotten, or never was.
    package func write(again sequence: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let sent = history[Int(sequence) & (Self.remembered &- 1)]
        guard sent.packet >= 0, sent.sequence == sequence else { return nil }
        return write(sent, into: buffer)
    }

    private func write(_ sent: Sent, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let packet = clip.packets[Int(sent.packet)]
        let isVideo = clip.kind == .video
        RTPWriting.header(
            to: buffer, payloadType: payloadType, marker: isVideo && packet.endsFrame, sequence: sent.sequence,
            timestamp: sent.timestamp, ssrc: ssrc)
        clip.bytes.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: buffer[RTPWriting.headerLength...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[packet.offset..<(packet.offset &+ packet.length)]))
        }
        if isVideo {
            // RFC 7741 §4.2: M, then 15 bits.
            buffer.storeBytes(
                of: (0x8000 | sent.pictureID).bigEndian,
                toByteOffset: RTPWriting.headerLength &+ VP8Packetizer.pictureIDOffset, as: UInt16.self)
        }
        let end = RTPWriting.headerLength &+ packet.length
        SendMark(stream: stream, counter: sent.counter, sentAt: sent.sentAt).write(to: buffer, at: end)
        return end &+ SendMark.length
    }
}
