import RTP
import SDP

/// What is counted of an uplink since its start.
struct UplinkCounts: Sendable, Equatable {
    /// Packets that should have come.
    var expected: Int64
    /// Of those, lost on the way.
    var lost: Int64
    /// Of those, missing also after retransmission; nil: not known.
    var unrecovered: Int64?
}

/// What is remembered of an uplink between two readings of its quality.
struct UplinkReading: Sendable {
    /// What its packets show.
    var watch: StreamWatch
    private var counts = UplinkCounts(expected: 0, lost: 0)
    private var readAt: MonotonicInstant?

    init(clockRate: UInt32) { watch = StreamWatch(clockRate: clockRate) }

    /// The figures since the last reading; nil where nothing should have come.
    ///
    /// - Parameter limit: bits per second that the sender may not exceed for the other side's sake; nil: as many as it likes.
    mutating func read(
        _ new: UplinkCounts, of slot: MediaSlot, jitter: Double, bitrate: Double?, rtt: Double?, limit: Double? = nil,
        at now: MonotonicInstant
    ) -> StreamFigures? {
        let (before, seen) = (counts, watch.read())
        let elapsed = readAt.map { Double(now.since($0)) / 1e9 }
        (counts, readAt) = (new, now)
        guard let bitrate, let elapsed, elapsed > 0, new.expected > before.expected else { return nil }
        let due = Double(new.expected &- before.expected)
        func part(_ now: Int64, _ before: Int64) -> Double { min(Double(max(0, now &- before)) / due, 1) }
        var figures = StreamFigures(
            slot: slot, bitrate: bitrate, loss: part(new.lost, before.lost), jitter: jitter, rtt: rtt)
        figures.remaining = new.unrecovered.map { part($0, before.unrecovered ?? 0) }
        figures.burstRatio = seen.burstRatio(loss: figures.loss)
        guard slot == .camera else { return figures }
        figures.share = bitrate / min(max(limit ?? .infinity, 1), QualityScore.cameraTarget)
        figures.framesPerSecond = Double(seen.frames) / elapsed
        figures.freezes = seen.freezes
        figures.frozen = min(Double(seen.frozen) / 1e9 / elapsed, 1)
        return figures
    }
}

/// What came from the other side of a slot in the last interval.
struct SlotArrival: Sendable, Equatable {
    /// Bits per second.
    var bitrate = 0.0
    /// Share of packets that never came: holes that are passed on, and that the receiver counts as lost.
    var missing = 0.0
}

/// What is remembered of a downlink between two readings of its quality.
struct DownlinkReading: Sendable {
    private var lost: Int32 = 0
    private var highest: UInt32?
    private var holes = 0.0

    /// A sender that sends less than this part of what a way carries is not held back by it.
    private static let limitedShare = 0.6

    /// The figures since the last reading; nil where nothing was sent, or the receiver has not reported.
    ///
    /// - Parameters:
    ///   - arrived: what came of it from the other side: what was missing there already, and a picture that was poor there
    ///     already, are not this way's fault.
    ///   - carried: bits per second that the way carries; nil: not known.
    mutating func read(
        _ statistics: SendStatistics, of slot: MediaSlot, bitrate: Double?, rtt: Double?, arrived: SlotArrival,
        carried: Double? = nil
    ) -> StreamFigures? {
        guard let block = statistics.lastBlock else { return nil }
        let before = highest.map { (highest: $0, lost: lost) }
        (highest, lost) = (block.extendedHighestSequence, block.cumulativeLost)
        // Reports and readings are not in step: the larger of two intervals' holes is taken off.
        let missing = min(max(arrived.missing, holes), 0.99)
        holes = arrived.missing
        guard let bitrate, bitrate > 0 else { return nil }
        var loss = Double(block.fractionLost) / 256
        if let before {
            let expected = Int64(block.extendedHighestSequence) - Int64(before.highest)
            let lost = Int64(block.cumulativeLost) - Int64(before.lost)
            if expected > 0 { loss = min(Double(max(0, lost)) / Double(expected), 1) }
        }
        loss = max(0, (loss - missing) / (1 - missing))
        var figures = StreamFigures(
            slot: slot, bitrate: bitrate, loss: loss, jitter: Double(block.jitter) / (slot == .mic ? 48_000 : 90_000),
            rtt: rtt)
        let target = QualityScore.cameraTarget
        figures.share = bitrate / min(max(arrived.bitrate, 1), target)
        if let carried, arrived.bitrate > Self.limitedShare * carried {
            figures.share = min(figures.share, carried / target)
        }
        return figures
    }
}

/// What a leg keeps of its quality.
struct LegQuality: Sendable {
    private var upAverage = QualityAverage()
    private var downAverage = QualityAverage()
    private var upNetwork: Double?
    private var downNetwork: Double?
    /// The newest figures; nil where nothing flowed in the last interval.
    private(set) var report = QualityReport(up: nil, down: nil)
    /// What the network did, smoothed, for the records; nil where nothing flowed in the last interval.
    private(set) var network: (up: Double?, down: Double?) = (nil, nil)
    /// What came of each slot in the last interval.
    var arrived = Self.nothing

    static let nothing = [SlotArrival](repeating: SlotArrival(), count: 3)

    mutating func takeUp(_ figures: DirectionFigures, rtt: Double?) {
        report.up = figures.direction(rtt: rtt).map { upAverage.update($0) }
        network.up = Self.follow(&upNetwork, figures.networkScore)
    }

    mutating func takeDown(_ figures: DirectionFigures, rtt: Double?) {
        report.down = figures.direction(rtt: rtt).map { downAverage.update($0) }
        network.down = Self.follow(&downNetwork, figures.networkScore)
    }

    /// The path is lost: both directions are as bad as can be, until figures come that are taken as they are. Records do not
    /// count it; their clock stands still.
    mutating func pathIsLost() {
        self = LegQuality()
        report = QualityReport(up: .dead, down: .dead)
    }

    private static func follow(_ average: inout Double?, _ new: Double?) -> Double? {
        guard let new else { return nil }
        let next = average.map { QualityAverage.score($0, new) } ?? new
        average = next
        return next
    }
}
