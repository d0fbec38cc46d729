package import RTP

/// Congestion control of one path towards a participant that reports on each packet: numbers what is sent, reads the
/// reports, keeps the estimate, plans probes, and says when video has to stay behind so that sound gets through.
///
/// Where far more video waits on the way than the path carries, as in the first second after a squeeze, the sender
/// cannot help any more: what it sends now arrives seconds later, and sound with it. Then no video is sent until the
/// queue is gone, and it goes on with a key frame.
package struct DownlinkCongestion: Sendable {
    /// Bits per second assumed at the beginning; the first probe comes within a second.
    package static let start = 1_000_000.0
    /// The estimate's bounds: sound with the smallest picture, and more than any call needs.
    package static let bounds = 100_000.0...8_000_000.0
    /// Bytes of IPv4, UDP and the SRTP tag around a packet.
    package static let overhead = 44

    private static let sheddingStart = NanosecondCount.milliseconds(250)
    private static let sheddingEnd = NanosecondCount.milliseconds(60)
    /// A wait that did not shrink in so long without video is not of our making.
    private static let longestShedding = NanosecondCount.seconds(4)
    /// Reports after which the estimate is more than an assumption.
    private static let reportsNeeded = 5

    private var sheddingSince: MonotonicInstant?
    private var packets = SentPackets()
    /// The estimator.
    package private(set) var estimator = BandwidthEstimator(
        start: DownlinkCongestion.start, bounds: DownlinkCongestion.bounds)
    /// Whether no video may be sent now.
    package var isShedding: Bool { sheddingSince != nil }
    /// Whether neither a probe is under way nor video held back.
    package var isQuiet: Bool { sheddingSince == nil && probes.isIdle }
    /// Packets reported to have arrived.
    package private(set) var arrived: Int64 = 0
    /// Packets reported lost.
    package private(set) var lost: Int64 = 0
    /// Probes begun.
    package private(set) var probeCount: Int64 = 0

    private var probes = ProbeController()
    private var reports = 0
    private var lastTime: Int64?
    private var timeOffset: Int64 = 0

    /// The reference time's 24 bits wrap around after this long: 12 days.
    private static let timeSpan = TransportFeedbackReader.referenceUnit << 24

    /// Nothing sent.
    package init() {}

    /// Bits per second the path carries; nil before enough was reported.
    package var bitrate: Double? { reports >= Self.reportsNeeded ? estimator.bitrate : nil }

    /// Numbers a packet of `length` bytes that is about to be sent.
    package mutating func number(_ length: Int, at now: MonotonicInstant) -> UInt16 {
        let size = length &+ Self.overhead
        if probes.cluster != 0 { probes.sent(size, at: now) }
        return packets.add(size: size, probe: probes.cluster, at: now)
    }

    /// The receiver's report.
    package mutating func received(
        _ report: TransportFeedbackReader, in datagram: RawSpan, roundTrip: NanosecondCount?, at now: MonotonicInstant
    ) {
        guard !packets.isEmpty else { return }
        var report = report
        while let status = report.next(in: datagram) {
            guard let packet = packets.settle(status.sequence, arrived: status.arrival != nil) else { continue }
            guard let arrival = status.arrival.map({ unwrap($0) }) else {
                lost &+= 1
                estimator.lost()
                continue
            }
            if packet.wasLost { lost &-= 1 }
            arrived &+= 1
            estimator.arrived(packet, at: arrival)
            if packet.probe != 0 { probes.arrived(packet, at: arrival) }
        }
        reports &+= 1
        estimator.feedbackDone(roundTrip: roundTrip, at: now)
        if !estimator.isCalm { probes.postpone(at: now) }
        if sheddingSince == nil, estimator.queue > Self.sheddingStart { sheddingSince = now }
    }

    /// Time passes, about every 10 ms.
    ///
    /// - Parameter wantsMore: whether more would be sent if the path carried it; asked only when a probe may begin.
    /// - Returns: bytes of padding to send.
    package mutating func tick(wantsMore: @autoclosure () -> Bool, at now: MonotonicInstant) -> Int {
        if let since = sheddingSince {
            if now.since(since) > Self.longestShedding { estimator.rebase() }
            if estimator.queue < Self.sheddingEnd { sheddingSince = nil }
        }
        if let found = probes.result(at: now) { estimator.probed(found) }
        if reports > 0, sheddingSince == nil, estimator.isCalm, probes.isReady(at: now), wantsMore() {
            probes.begin(estimate: estimator.bitrate, limit: Self.bounds.upperBound, at: now)
            probeCount &+= 1
        }
        return probes.padding(at: now)
    }

    private mutating func unwrap(_ time: Int64) -> Int64 {
        if let lastTime {
            if time &- lastTime > Self.timeSpan / 2 { timeOffset &-= Self.timeSpan }
            if lastTime &- time > Self.timeSpan / 2 { timeOffset &+= Self.timeSpan }
        }
        lastTime = time
        return time &+ timeOffset
    }
}
