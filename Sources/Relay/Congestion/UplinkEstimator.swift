package import RTP

/// What the path from a sender carries that leaves this to its receiver: from the time of sending in each packet
/// (`abs-send-time`, draft-alvestrand-rmcat-remb §3).
///
/// The same control as towards receivers that report; only that the relay is the receiver, and cannot probe.
package struct UplinkEstimator: Sendable {
    private static let interval = NanosecondCount.milliseconds(100)
    /// Packets after which the estimate is more than an assumption.
    private static let packetsNeeded = 50
    /// The send time's 24 bits wrap around after 64 seconds.
    private static let span: Int64 = 64_000_000_000

    private var estimator = BandwidthEstimator(start: 3_000_000, bounds: DownlinkCongestion.bounds)
    private var last: Int64?
    private var packets = 0
    private var next = MonotonicInstant(nanoseconds: .min)

    /// Nothing came.
    package init() {}

    /// Takes a packet of `size` bytes.
    ///
    /// - Parameter sendTime: seconds modulo 64, in units of 2⁻¹⁸ s.
    package mutating func received(sendTime: UInt32, size: Int, at now: MonotonicInstant) {
        let raw = Int64(sendTime & 0xFF_FFFF) &* 1_000_000_000 >> 18
        var time = raw
        if let last {
            // The time next to the last one that these bits stand for.
            var step = (raw &- last) % Self.span
            if step > Self.span / 2 { step &-= Self.span }
            if step < -Self.span / 2 { step &+= Self.span }
            time = last &+ step
        }
        last = max(last ?? time, time)
        packets = min(packets &+ 1, Self.packetsNeeded)
        estimator.arrived(
            SentPacket(sent: MonotonicInstant(nanoseconds: time), size: size, probe: 0, wasLost: false),
            at: now.nanoseconds)
        guard now >= next else { return }
        next = now.advanced(by: Self.interval)
        estimator.feedbackDone(roundTrip: nil, at: now)
    }

    /// Bits per second; nil before enough came.
    package var bitrate: Double? { packets >= Self.packetsNeeded ? estimator.bitrate : nil }
}
