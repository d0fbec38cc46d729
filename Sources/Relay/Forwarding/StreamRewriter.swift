package import RTP

/// Where a packet stands in the outgoing stream.
package struct Rewritten: Sendable, Equatable, BitwiseCopyable {
    /// The sequence number to send it with.
    package var sequenceNumber: UInt16
    /// The RTP timestamp to send it with, in the source's clock rate.
    package var timestamp: UInt32
    /// Whether it is the first packet of a new source.
    package var startsSource: Bool

    /// A packet's place.
    package init(sequenceNumber: UInt16, timestamp: UInt32, startsSource: Bool) {
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.startsSource = startsSource
    }
}

/// One outgoing RTP stream whose source changes: another peer connection after a reload, another device, a sender
/// that restarted. The receiver sees a single stream without a seam.
///
/// - Within a source both offsets are constant. Gaps and reordering pass unchanged, so that what the receiver asks to
///   be sent again can be found, and asked for, at the source.
/// - Another SSRC starts a new source; so does the same SSRC whose sequence number jumps by more than 3000 or whose
///   timestamp runs backwards by 2 s or ahead of real time by 10 s. The new source continues with the number after
///   the highest one sent, and with the timestamp that real time has reached.
/// - Packets of before a source's first one are dropped, and so are duplicates and what is older than the last 1024
///   sequence numbers: their numbers are taken, and SRTP refuses to protect a number twice (RFC 3711 §3.3.2). Only
///   the very first source may begin with reordered packets.
///
/// Memory is fixed; no call allocates.
package struct StreamRewriter: Sendable {
    /// A larger step of the sequence number is a restart (RFC 3550 A.1, `MAX_DROPOUT`).
    static var largestStep: Int { 3000 }

    /// The SSRC the stream is sent with.
    package let ssrc: UInt32

    private var source: UInt32 = 0
    private var hasSource = false
    private var sourceHighest: Int64 = 0
    private var timestampOffset: UInt32 = 0

    private var outgoingHighest: Int64
    private var lastTimestamp: UInt32
    private var lastSourceTimestamp: UInt32 = 0
    private var lastSent = MonotonicInstant(nanoseconds: 0)
    private var segments = SourceSegments()
    private var window = SequenceWindow()

    /// An outgoing stream that has sent nothing.
    ///
    /// - Parameters:
    ///   - firstSequence: the first packet's number; below 2¹⁵, so that it does not wrap around while the receiver's
    ///     SRTP does not know the rollover counter yet (RFC 3711 §3.3.1). The top bit is cleared.
    ///   - firstTimestamp: the first packet's timestamp; random (RFC 3550 §5.1).
    package init(ssrc: UInt32, firstSequence: UInt16, firstTimestamp: UInt32) {
        self.ssrc = ssrc
        outgoingHighest = Int64(firstSequence & 0x7FFF) &- 1
        lastTimestamp = firstTimestamp
    }

    /// The place of a packet of `ssrc` in the outgoing stream; nil where it must not be sent.
    ///
    /// - Parameters:
    ///   - clockRate: of the packet's payload type, in Hz.
    ///   - now: when the packet arrived.
    package mutating func rewrite(
        ssrc: UInt32, sequenceNumber: UInt16, timestamp: UInt32, clockRate: UInt32, now: MonotonicInstant
    ) -> Rewritten? {
        guard hasSource, ssrc == source else {
            return start(ssrc, sequenceNumber, timestamp, clockRate, now)
        }
        let step = SequenceNumber.distance(
            from: UInt16(truncatingIfNeeded: sourceHighest), to: sequenceNumber)
        guard step.magnitude <= Self.largestStep,
            step <= 0 || isPlausible(timestamp, clockRate, now)
        else {
            return start(ssrc, sequenceNumber, timestamp, clockRate, now)
        }
        let number = sourceHighest &+ Int64(step)
        guard window.insert(number), let outgoing = segments.outgoing(number), outgoing >= 0 else { return nil }
        sourceHighest = max(sourceHighest, number)
        let sent = timestamp &+ timestampOffset
        if outgoing > outgoingHighest {
            outgoingHighest = outgoing
            lastTimestamp = sent
            lastSourceTimestamp = timestamp
            lastSent = now
        }
        return Rewritten(
            sequenceNumber: UInt16(truncatingIfNeeded: outgoing), timestamp: sent, startsSource: false)
    }

    /// Leaves a packet of `ssrc` out on purpose (padding that only probes, a packet dropped by the gate), and closes
    /// the gap it would leave: the packets after it move up by one, so that the receiver does not ask for it.
    ///
    /// A packet that comes late cannot be closed up any more and stays a gap. One of another source is ignored: its
    /// source has not started.
    package mutating func skip(ssrc: UInt32, sequenceNumber: UInt16) {
        guard hasSource, ssrc == source else { return }
        let step = SequenceNumber.distance(from: UInt16(truncatingIfNeeded: sourceHighest), to: sequenceNumber)
        guard step > 0, step <= Self.largestStep else { return }
        sourceHighest = sourceHighest &+ Int64(step)
        _ = window.insert(sourceHighest)
        segments.skip(sourceHighest)
    }

    /// The present source's sequence number of a packet sent as `outgoing`, for asking the source to send it again;
    /// nil where it came from an earlier source or lies ahead of everything sent.
    package func sourceSequence(forOut outgoing: UInt16) -> UInt16? {
        guard hasSource else { return nil }
        let step = SequenceNumber.distance(from: UInt16(truncatingIfNeeded: outgoingHighest), to: outgoing)
        guard step <= 0, let number = segments.source(outgoingHighest &+ Int64(step)), number <= sourceHighest
        else { return nil }
        return UInt16(truncatingIfNeeded: number)
    }

    /// What the present source's `timestamp` is sent as, to translate its sender reports; nil before the first packet.
    package func outTimestamp(forSource timestamp: UInt32) -> UInt32? {
        hasSource ? timestamp &+ timestampOffset : nil
    }

    /// The SSRC that feeds the stream; nil before the first packet.
    package var currentSource: UInt32? { hasSource ? source : nil }

    private mutating func start(
        _ ssrc: UInt32, _ sequenceNumber: UInt16, _ timestamp: UInt32, _ clockRate: UInt32, _ now: MonotonicInstant
    ) -> Rewritten {
        let outgoing = outgoingHighest &+ 1
        let sent: UInt32
        if hasSource {
            // Real time since the last packet, but at least 20 ms, so that no two frames share a timestamp.
            let elapsed = max(Self.ticks(now.since(lastSent), clockRate), max(Int64(clockRate / 50), 1))
            sent = lastTimestamp &+ UInt32(truncatingIfNeeded: elapsed)
        } else {
            sent = lastTimestamp
        }
        let reordered: Int64 = hasSource ? 0 : 64
        source = ssrc
        hasSource = true
        // 2³² leaves room below for the first source's reordered packets, and above for longer than any call.
        sourceHighest = 1 << 32 | Int64(sequenceNumber)
        segments.reset(start: sourceHighest &- reordered, outgoing: outgoing &- reordered)
        window = SequenceWindow()
        _ = window.insert(sourceHighest)
        timestampOffset = sent &- timestamp
        outgoingHighest = outgoing
        lastTimestamp = sent
        lastSourceTimestamp = timestamp
        lastSent = now
        return Rewritten(
            sequenceNumber: UInt16(truncatingIfNeeded: outgoing), timestamp: sent, startsSource: true)
    }

    /// Whether a newer packet's timestamp fits the last one's: at most 2 s back, at most 10 s ahead of real time.
    ///
    /// It may lag behind real time without limit: a sender that was silent goes on where it stopped.
    private func isPlausible(_ timestamp: UInt32, _ clockRate: UInt32, _ now: MonotonicInstant) -> Bool {
        let step = Int64(Int32(bitPattern: timestamp &- lastSourceTimestamp))
        let rate = Int64(clockRate)
        return step >= -2 &* rate && step <= Self.ticks(now.since(lastSent), clockRate) &+ 10 &* rate
    }

    /// A span of time in timestamp units: none where it is negative, at most a day's.
    private static func ticks(_ span: NanosecondCount, _ clockRate: UInt32) -> Int64 {
        RTPClock.units(min(max(span, 0), .seconds(86_400)), rate: clockRate)
    }
}
