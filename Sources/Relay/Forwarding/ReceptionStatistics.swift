package import RTP

/// What a receiver knows of one incoming stream, by RFC 3550's own algorithms: sequence numbers (A.1, without
/// probation: SRTP has told that the packet is genuine), loss (A.3) and jitter (A.8).
///
/// Retransmissions that come on a stream of their own (RFC 4588) are not fed here: loss means what the network lost.
package struct ReceptionStatistics: Sendable {
    /// RFC 3550 A.1.
    private static var maximumDropout: Int { 3000 }
    private static var maximumMisorder: Int { 100 }

    /// The incoming stream.
    package let ssrc: UInt32
    /// Its RTP clock in Hz.
    package let clockRate: UInt32

    private var started = false
    private var base: Int64 = 0
    private var highest: Int64 = 0
    /// The number after one that jumped; the stream has restarted if it comes next.
    private var restart: UInt16?
    private var receivedCount: Int64 = 0
    private var expectedPrior: Int64 = 0
    private var receivedPrior: Int64 = 0
    private var transit: UInt32?
    /// Sixteenths of a timestamp unit (RFC 3550 A.8).
    private var scaledJitter: UInt64 = 0
    private var lastSenderReport: (middle: UInt32, arrival: MonotonicInstant)?

    /// A stream nothing has come of.
    package init(ssrc: UInt32, clockRate: UInt32) {
        self.ssrc = ssrc
        self.clockRate = clockRate
    }

    /// Packets that should have come since the stream's start or restart.
    package var expected: Int64 { started ? highest &- base &+ 1 : 0 }
    /// Packets that came, late ones and duplicates included.
    package var received: Int64 { receivedCount }
    /// Packets lost since the stream's start or restart; negative where duplicates prevail.
    package var lost: Int64 { expected &- receivedCount }
    /// Interarrival jitter in seconds.
    package var jitter: Double { clockRate == 0 ? 0 : Double(scaledJitter) / 16 / Double(clockRate) }

    /// Counts a packet.
    package mutating func received(sequence: UInt16, timestamp: UInt32, arrival: MonotonicInstant) {
        guard count(sequence) else { return }
        let arrived = UInt32(truncatingIfNeeded: RTPClock.units(arrival.nanoseconds, rate: clockRate))
        let transit = arrived &- timestamp
        if let last = self.transit {
            let change = UInt64(Int32(bitPattern: transit &- last).magnitude)
            scaledJitter = scaledJitter &+ change &- ((scaledJitter &+ 8) >> 4)
        }
        self.transit = transit
    }

    /// Counts a packet that came after newer ones, however late: one that was overtaken, or asked for again. It says
    /// nothing of jitter, and does not restart the stream.
    package mutating func receivedLate() {
        if started { receivedCount &+= 1 }
    }

    /// Remembers a sender report of the stream.
    ///
    /// - Parameter ntpMiddle: the middle 32 bits of its NTP time.
    package mutating func senderReport(ntpMiddle: UInt32, at arrival: MonotonicInstant) {
        lastSenderReport = (ntpMiddle, arrival)
    }

    /// The block for the next report to the sender, and the start of a new interval for its share of lost packets;
    /// nil before the first packet.
    package mutating func reportBlock(now: MonotonicInstant) -> ReportBlock? {
        guard started else { return nil }
        let expectedInterval = expected &- expectedPrior
        let lostInterval = expectedInterval &- (receivedCount &- receivedPrior)
        expectedPrior = expected
        receivedPrior = receivedCount
        let fraction = expectedInterval > 0 && lostInterval > 0 ? min(lostInterval << 8 / expectedInterval, 255) : 0
        var delay: UInt32 = 0
        if let report = lastSenderReport {
            delay = UInt32(clamping: RTPClock.units(max(now.since(report.arrival), 0), rate: 65536))
        }
        return ReportBlock(
            ssrc: ssrc,
            fractionLost: UInt8(truncatingIfNeeded: fraction),
            cumulativeLost: Int32(truncatingIfNeeded: min(max(lost, -0x80_0000), 0x7F_FFFF)),
            extendedHighestSequence: UInt32(truncatingIfNeeded: highest),
            jitter: UInt32(clamping: scaledJitter >> 4),
            lastSenderReport: lastSenderReport?.middle ?? 0,
            delaySinceLastSenderReport: delay)
    }

    /// RFC 3550 A.1.
    ///
    /// - Returns: whether the packet belongs to the stream as it is known.
    private mutating func count(_ sequence: UInt16) -> Bool {
        guard started else {
            begin(sequence)
            return true
        }
        let ahead = Int(sequence &- UInt16(truncatingIfNeeded: highest))
        if ahead < Self.maximumDropout {
            highest &+= Int64(ahead)
        } else if ahead <= 65536 - Self.maximumMisorder {
            guard restart == sequence else {
                restart = sequence &+ 1
                return false
            }
            begin(sequence)
            return true
        }
        restart = nil
        receivedCount &+= 1
        return true
    }

    private mutating func begin(_ sequence: UInt16) {
        started = true
        base = Int64(sequence)
        highest = base
        restart = nil
        receivedCount = 1
        expectedPrior = 0
        receivedPrior = 0
        transit = nil
        scaledJitter = 0
    }
}
