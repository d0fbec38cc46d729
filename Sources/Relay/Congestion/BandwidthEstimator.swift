package import RTP

/// What a path carries, from the receiver's reports about each packet: the lesser of what delay and loss allow
/// (draft-ietf-rmcat-gcc-02 §3).
package struct BandwidthEstimator: Sendable {
    /// From here on a queue is taken down actively, by less than what arrives, instead of being waited for.
    package static let standingQueue = NanosecondCount.milliseconds(80)
    /// Below it, nothing waits on the way.
    private static let noQueue = NanosecondCount.milliseconds(20)
    private static let overuseQueue = NanosecondCount.milliseconds(30)
    /// Below this share of the estimate the path is not used up; then a wait must last for so many reports.
    private static let usedShare = 0.7
    private static let patience = 4
    /// A wait above this is taken down without video, and judged there.
    private static let judgedWait = NanosecondCount.milliseconds(250)
    /// At this share of the most that arrived in a wait, a queue of ours is gone after so long.
    private static let draining = (share: 0.6, time: NanosecondCount.seconds(3))

    private var groups = ArrivalGroups()
    private var trend = DelayTrend()
    private var throughput = AcknowledgedBitrate()
    private var waiting = QueueDelay()
    private var delay: DelayController
    private var losses: LossController
    private var batch = (arrived: 0, lost: 0)
    /// Reports in a row that told of packets waiting.
    private var waitingReports = 0
    /// A wait that lasts: the most that arrived in it, since when far less arrives, and the least of it since then.
    private var lasting: (rate: Double, drainedSince: MonotonicInstant?, least: NanosecondCount)?

    /// An estimate to start from, and its bounds, in bits per second.
    package init(start: Double, bounds: ClosedRange<Double>) {
        delay = DelayController(start: start, bounds: bounds)
        losses = LossController(start: bounds.upperBound, bounds: bounds)
    }

    /// The estimate in bits per second.
    package var bitrate: Double { min(delay.estimate, losses.estimate) }
    /// Bits per second that arrive; nil before half a second has passed.
    package var acknowledged: Double? { throughput.value }
    /// How long packets wait on the way, in nanoseconds.
    package var queue: NanosecondCount { waiting.value }
    /// Share of packets lost lately, 0 to 1.
    package var loss: Double { losses.loss }
    /// What the path's delay does.
    package var usage: PathUsage { trend.usage }
    /// Whether nothing speaks against trying more.
    package var isCalm: Bool { trend.usage != .over && waiting.value < Self.standingQueue / 2 }

    /// A packet arrived, on the receiver's clock.
    package mutating func arrived(_ packet: SentPacket, at arrival: NanosecondCount) {
        if packet.wasLost { batch.lost &-= 1 }
        batch.arrived &+= 1
        throughput.add(packet.size, arrival: arrival)
        waiting.add(arrival &- packet.sent.nanoseconds)
        if let delta = groups.add(sent: packet.sent.nanoseconds, arrived: arrival) { trend.add(delta) }
    }

    /// A packet has not come.
    package mutating func lost() { batch.lost &+= 1 }

    /// The packets of one report have been told.
    package mutating func feedbackDone(roundTrip: NanosecondCount?, at now: MonotonicInstant) {
        waiting.feedbackDone(at: now)
        judgeWait(at: now)
        waitingReports = waiting.value < Self.overuseQueue ? 0 : waitingReports &+ 1
        // A delay that grows while nothing waits is a burst's own: a key frame, a probe.
        let usage = trend.usage == .over && !isFull ? .under : trend.usage
        delay.update(usage, acknowledged: throughput.value, roundTrip: roundTrip, at: now)
        if waiting.value > Self.standingQueue, isFull, let arriving = throughput.value {
            // What arrives while packets wait is what the path carries: a little less empties it.
            delay.limit(to: (waiting.value > 2 &* Self.standingQueue ? 0.75 : 0.85) * arriving)
        }
        let count = batch.arrived &+ max(batch.lost, 0)
        if count > 0 {
            losses.update(
                share: Double(max(batch.lost, 0)) / Double(count), weight: Double(count) / Double(count &+ 100),
                current: bitrate, isQueued: waiting.value > Self.noQueue, roundTrip: roundTrip, at: now)
        }
        batch = (0, 0)
    }

    /// Whether packets wait because the path is full. Where far less is sent than the path was found to carry, a moment's
    /// wait is rather a receiver or a radio that paused, and what arrived in it says nothing of the path.
    private var isFull: Bool {
        let isHalfEmpty = (throughput.value ?? 0) < Self.usedShare * bitrate
        return waitingReports >= (isHalfEmpty ? Self.patience : 1)
    }

    /// A queue of ours would be gone where far less arrives for a while than did before in it. What is left then is the path's own delay:
    /// another route, a radio that trembles.
    private mutating func judgeWait(at now: MonotonicInstant) {
        guard waiting.value > Self.noQueue, waiting.value < Self.judgedWait, let arriving = throughput.value else {
            return lasting = nil
        }
        guard var running = lasting else { return lasting = (arriving, nil, waiting.value) }
        running.rate = max(running.rate, arriving)
        if arriving > Self.draining.share * running.rate {
            running.drainedSince = nil
            lasting = running
            return
        }
        running.least = running.drainedSince == nil ? waiting.value : min(running.least, waiting.value)
        let since = running.drainedSince ?? now
        running.drainedSince = since
        lasting = running
        guard now.since(since) >= Self.draining.time else { return }
        waiting.rebase(by: running.least)
        lasting = nil
    }

    /// A probe found that so many bits per second arrive.
    package mutating func probed(_ bitrate: Double) {
        guard isCalm else { return }
        delay.probed(bitrate)
        losses.probed(bitrate)
    }

    /// What waits is not ours, or is no queue at all.
    package mutating func rebase() { waiting.rebase() }
}
