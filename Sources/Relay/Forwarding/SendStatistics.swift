package import RTP

/// What a sender knows of one outgoing stream: what it sent, and what the receiver tells of it.
package struct SendStatistics: Sendable {
    /// Reports remembered to measure the round trip by; a block that answers an older one tells none.
    private static var remembered: Int { 4 }

    /// The outgoing stream.
    package let ssrc: UInt32
    /// The RTP timestamp of the last packet sent.
    package private(set) var lastTimestamp: UInt32 = 0
    private var lastSent = MonotonicInstant(nanoseconds: 0)
    /// Packets sent.
    package private(set) var packets: UInt64 = 0
    /// Payload bytes sent, without headers and padding (RFC 3550 §6.4.1).
    package private(set) var octets: UInt64 = 0
    /// The round trip in nanoseconds by the last block that told one; nil until then.
    package private(set) var roundTrip: NanosecondCount?
    /// The receiver's last block; nil before the first.
    package private(set) var lastBlock: ReportBlock?

    private var reports = InlineArray<4, (middle: UInt32, sent: MonotonicInstant)>(
        repeating: (0, MonotonicInstant(nanoseconds: 0)))
    private var reportCount = 0

    /// A stream that has sent nothing.
    package init(ssrc: UInt32) { self.ssrc = ssrc }

    /// Share of packets the receiver lost in its last interval, 0 to 1; nil before its first block.
    package var loss: Double? { lastBlock.map { Double($0.fractionLost) / 256 } }

    /// Counts a packet.
    ///
    /// - Parameters:
    ///   - timestamp: its RTP timestamp as sent.
    ///   - payloadBytes: without header and padding.
    package mutating func sent(timestamp: UInt32, payloadBytes: Int, at now: MonotonicInstant) {
        packets &+= 1
        octets &+= UInt64(max(payloadBytes, 0))
        lastTimestamp = timestamp
        lastSent = now
    }

    /// The stream's figures for a report that ties our own wall clock to the stream: the last timestamp, carried on by
    /// the real time since. Nil before the first packet.
    ///
    /// - Parameter clockRate: the stream's RTP clock in Hz.
    package func senderInfo(ntp: NTPTime, clockRate: UInt32, at now: MonotonicInstant) -> SenderInfo? {
        let elapsed = RTPClock.units(max(now.since(lastSent), 0), rate: clockRate)
        return senderInfo(ntp: ntp, rtpTimestamp: lastTimestamp &+ UInt32(truncatingIfNeeded: elapsed))
    }

    /// The stream's figures for a report that passes the source's own pair of times on, so that its streams stay in
    /// step at the receiver (`StreamRewriter.outTimestamp`). Nil before the first packet.
    package func senderInfo(ntp: NTPTime, rtpTimestamp: UInt32) -> SenderInfo? {
        guard packets > 0 else { return nil }
        return SenderInfo(
            ntp: ntp, rtpTimestamp: rtpTimestamp, packetCount: UInt32(truncatingIfNeeded: packets),
            octetCount: UInt32(truncatingIfNeeded: octets))
    }

    /// Remembers when a sender report left, to know the round trip when the receiver answers it.
    ///
    /// - Parameter ntpMiddle: the middle 32 bits of the NTP time in the report, whosever clock that is.
    package mutating func reportSent(ntpMiddle: UInt32, at now: MonotonicInstant) {
        reports[reportCount % Self.remembered] = (ntpMiddle, now)
        reportCount &+= 1
    }

    /// Takes the receiver's block about this stream; one about another stream is ignored.
    ///
    /// The round trip is RFC 3550 §6.4.1's A − LSR − DLSR, with the report found by its LSR and timed by the monotonic
    /// clock, so that neither clock's wall time matters. A negative one is the rounding of the two delays and counts
    /// as 0; more than a minute is not believed.
    ///
    /// - Returns: whether it told the round trip.
    @discardableResult
    package mutating func received(_ block: ReportBlock, at now: MonotonicInstant) -> Bool {
        guard block.ssrc == ssrc else { return false }
        lastBlock = block
        guard block.lastSenderReport != 0 else { return false }
        var told = false
        for index in 0..<min(reportCount, Self.remembered) where reports[index].middle == block.lastSenderReport {
            let held = Int64(block.delaySinceLastSenderReport) &* 1_000_000_000 / 65536
            let trip = max(now.since(reports[index].sent) &- held, 0)
            guard trip <= .seconds(60) else { continue }
            roundTrip = trip
            told = true
        }
        return told
    }
}
