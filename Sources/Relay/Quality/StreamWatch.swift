package import RTP

/// What the packets of one incoming stream show of it beyond what RFC 3550 counts: runs of lost packets, and of a picture the
/// frames and the freezes.
///
/// A frame is a run of packets with one timestamp. It freezes, as W3C webrtc-stats has it, where it came later after the one
/// before than three times the mean interval and than the mean and 150 ms. Time in which the sender itself paused (a camera
/// switched off, a still screen) is no freeze: only what packets were missing from, or were late by, is.
package struct StreamWatch: Sendable {
    /// What was seen since the last reading.
    package struct Reading: Sendable, Equatable {
        /// Frames that began.
        package var frames = 0
        /// Freezes that ended.
        package var freezes = 0
        /// Their length in nanoseconds.
        package var frozen: NanosecondCount = 0
        /// Runs of missing packets.
        package var gaps = 0
        /// Packets in these runs.
        package var missing = 0

        /// How much longer the runs are than random loss makes them (ITU-T G.107 §7.5), 1 to 10.
        ///
        /// - Parameter loss: the share that was lost.
        package func burstRatio(loss: Double) -> Double {
            guard gaps > 0, missing > gaps else { return 1 }
            return min(max(Double(missing) / Double(gaps) * (1 - min(amount(loss), 0.9)), 1), 10)
        }
    }

    private static var longest: NanosecondCount { .seconds(10) }
    private static var margin: NanosecondCount { .milliseconds(150) }
    /// Beyond this a jump is a restart, not a loss (RFC 3550 A.1).
    private static var maximumDropout: UInt16 { 3000 }

    private let clockRate: UInt32
    private var reading = Reading()
    private var started = false
    private var highest: UInt16 = 0
    private var timestamp: UInt32 = 0
    private var frameAt = MonotonicInstant(nanoseconds: 0)
    /// The mean interval of frames, in nanoseconds; 0 before the first.
    private var interval: NanosecondCount = 0
    private var missingSinceFrame = false

    /// A stream that nothing has come of.
    package init(clockRate: UInt32) { self.clockRate = clockRate }

    /// Looks at a packet with media.
    @inline(__always)
    package mutating func count(sequence: UInt16, timestamp: UInt32, at now: MonotonicInstant) {
        guard started else { return begin(sequence, timestamp, now) }
        let ahead = sequence &- highest
        if ahead == 0 || ahead >= 0x8000 { return }
        highest = sequence
        if ahead > 1 {
            guard ahead < Self.maximumDropout else { return begin(sequence, timestamp, now) }
            reading.gaps &+= 1
            reading.missing &+= Int(ahead) &- 1
            missingSinceFrame = true
        }
        if timestamp != self.timestamp { frame(timestamp, now) }
    }

    /// What was seen since the last reading.
    package mutating func read() -> Reading {
        defer { reading = Reading() }
        return reading
    }

    private mutating func begin(_ sequence: UInt16, _ timestamp: UInt32, _ now: MonotonicInstant) {
        started = true
        highest = sequence
        self.timestamp = timestamp
        frameAt = now
        interval = 0
        missingSinceFrame = false
        reading.frames &+= 1
    }

    private mutating func frame(_ timestamp: UInt32, _ now: MonotonicInstant) {
        reading.frames &+= 1
        let took = max(0, now.since(frameAt))
        // What the sender itself let pass.
        let ticks = Int64(Int32(bitPattern: timestamp &- self.timestamp))
        let meant = clockRate > 0 ? max(0, ticks) &* 1_000_000_000 / Int64(clockRate) : 0
        let limit = max(3 &* interval, interval &+ Self.margin)
        let isLate = missingSinceFrame || took &- meant >= Self.margin
        if interval > 0, took >= limit, isLate {
            reading.freezes &+= 1
            reading.frozen &+= min(took &- interval, Self.longest)
        } else if took < Self.longest {
            interval = interval == 0 ? took : interval &+ (took &- interval) / 16
        }
        self.timestamp = timestamp
        frameAt = now
        missingSinceFrame = false
    }
}
