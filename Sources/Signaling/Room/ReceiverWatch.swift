internal import RTP
internal import Relay
internal import SDP

/// What a client tells of its own reception, from report to report. Pure.
struct ReceiverWatch: Sendable {
    /// One slot over the last interval.
    struct Interval: Sendable, Equatable {
        var slot: MediaSlot
        var bitrate: Double
        /// Packets that came, and that did not.
        var packets: Double
        var lost: Double
        /// In seconds.
        var jitter: Double
        /// Frames per second; nil where the client does not say.
        var framesPerSecond: Double?
        var freezes: Int?
        /// Share of the time that the picture stood still.
        var frozen: Double
        var pixels: Int?
        /// What the buffer held back, in seconds.
        var buffer: Double?
        /// Share of the sound that was made up because packets were missing, silence apart.
        var concealed: Double?

        var loss: Double { packets + lost > 0 ? lost / (packets + lost) : 0 }
    }

    /// Beyond this age a report says nothing about now.
    static let patience: NanosecondCount = .seconds(6)

    private var last: (report: MediaReport, at: MonotonicInstant)?
    private var intervals: [Interval] = []

    /// In seconds.
    var roundTrip: Double? { last?.report.roundTripTime }

    /// When the client last reported.
    var reportedAt: MonotonicInstant? { last?.at }

    /// The newest intervals, of slots in which something came or should have; none where they are too old.
    func intervals(at now: MonotonicInstant) -> [Interval] {
        guard let last, now.since(last.at) <= Self.patience else { return [] }
        return intervals
    }

    /// Takes a report.
    mutating func take(_ report: MediaReport, at now: MonotonicInstant) {
        defer { last = (report, now) }
        guard let last, now > last.at else { return }
        let elapsed = Double(now.since(last.at)) / 1e9
        intervals = MediaSlot.allCases.compactMap { slot in
            guard let new = report.received[slot.index] else { return nil }
            return Self.interval(slot, new, last.report.received[slot.index], elapsed)
        }
    }

    private static func interval(
        _ slot: MediaSlot, _ new: MediaReport.Slot, _ old: MediaReport.Slot?, _ elapsed: Double
    ) -> Interval? {
        func growth(_ path: KeyPath<MediaReport.Slot, Double?>) -> Double? {
            guard let now = new[keyPath: path] else { return nil }
            let grown = now - (old?[keyPath: path] ?? 0)
            return grown >= 0 && grown < 1e15 ? grown : 0
        }
        let packets = growth(\.packetsReceived) ?? 0
        let lost = growth(\.packetsLost) ?? 0
        guard packets + lost > 0 else { return nil }
        var interval = Interval(
            slot: slot, bitrate: (growth(\.bytesReceived) ?? 0) * 8 / elapsed, packets: packets, lost: lost,
            jitter: min(max(new.jitter ?? 0, 0), 60), frozen: 0)
        interval.framesPerSecond = growth(\.framesDecoded).map { $0 / elapsed }
        interval.freezes = growth(\.freezeCount).map { Int(min($0, 1000)) }
        interval.frozen = min((growth(\.totalFreezesDuration) ?? 0) / elapsed, 1)
        if let width = new.frameWidth, let height = new.frameHeight, (1...1e5).contains(width * height / 1e3) {
            interval.pixels = Int(width * height)
        }
        if let emitted = growth(\.jitterBufferEmittedCount), emitted > 0, let held = growth(\.jitterBufferDelay) {
            interval.buffer = min(held / emitted, 60)
        }
        if let samples = growth(\.totalSamplesReceived), samples > 0, let made = growth(\.concealedSamples) {
            interval.concealed = min(max(made - (growth(\.silentConcealedSamples) ?? 0), 0) / samples, 1)
        }
        return interval
    }
}

extension MediaSlot {
    /// Its place among the slots of a report.
    fileprivate var index: Int {
        switch self {
        case .mic: 0
        case .camera: 1
        case .screen: 2
        }
    }
}

extension DirectionQuality {
    /// What the relay knows of the way to a client, with what the client itself saw and heard.
    ///
    /// What was missing or froze on the other side's way to the relay already is not this way's fault.
    ///
    /// - Parameter source: the way of the same media from the other side to the relay.
    func refined(by intervals: [ReceiverWatch.Interval], source: DirectionQuality?) -> DirectionQuality {
        var refined = self
        for interval in intervals {
            switch interval.slot {
            case .mic:
                guard let concealed = interval.concealed else { continue }
                let before = source.map { $0.lossAfterRecovery ?? $0.loss } ?? 0
                refined.limit(
                    audio: QualityScore.audio(
                        loss: max(0, concealed - before), jitter: 0, rtt: rtt, buffer: interval.buffer))
            case .camera:
                refined.framesPerSecond = interval.framesPerSecond
                refined.freezes = interval.freezes
                let freezes = Double(interval.freezes ?? 0)
                let own = freezes > 0 ? max(0, freezes - Double(source?.freezes ?? 0)) / freezes : 0
                refined.limit(
                    video: QualityScore.flow(
                        framesPerSecond: interval.framesPerSecond,
                        expected: min(source?.framesPerSecond ?? QualityScore.cameraFrames, QualityScore.cameraFrames),
                        frozen: interval.frozen * own))
            case .screen: continue
            }
        }
        return refined
    }

    /// What came straight from the other side, as the receiver tells; nil where nothing did.
    init?(peers intervals: [ReceiverWatch.Interval], rtt: Double?) {
        var figures = DirectionFigures()
        for interval in intervals {
            var stream = StreamFigures(
                slot: interval.slot, bitrate: interval.bitrate, loss: interval.loss, jitter: interval.jitter, rtt: rtt)
            if interval.slot == .camera {
                stream.framesPerSecond = interval.framesPerSecond
                stream.freezes = interval.freezes
                stream.frozen = interval.frozen
                stream.share = interval.bitrate / QualityScore.target(pixels: interval.pixels)
            }
            stream.remaining = interval.slot == .mic ? interval.concealed : nil
            figures.add(stream)
        }
        guard let direction = figures.direction(rtt: rtt) else { return nil }
        self = direction
    }
}
