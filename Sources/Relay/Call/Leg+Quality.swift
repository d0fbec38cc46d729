import RTP
import SDP

/// How good both directions of a leg are, from the relay's own reception and the peer's reports.
extension Leg {
    /// The figures since the last reading, smoothed; nil before anything flowed either way.
    func quality(_ now: MonotonicInstant) -> QualityReport? {
        let up = uplinkQuality(now).map { reporting.upQuality.update($0) }
        let down = downlinkQuality(now).map { reporting.downQuality.update($0) }
        guard up != nil || down != nil else { return nil }
        for direction in [up, down] { if let direction { call.metrics.qualityScore.observe(direction.score) } }
        return QualityReport(up: up, down: down)
    }

    /// Gives the recorder what was lost since the last time, and how the line is now.
    func recordLosses() {
        call.recorder.note(seat) { tally in
            for uplink in uplinks {
                tally.lost &+= Int(uplink.statistics.lost &- uplink.lossRecorded)
                uplink.lossRecorded = uplink.statistics.lost
                tally.jitter = max(tally.jitter, Int(min(uplink.statistics.jitter, 3600) * 1e6))
            }
            if let trip = reporting.roundTrip { tally.roundTrip = Int(trip / 1000) }
        }
    }

    private var roundTripSeconds: Double? { reporting.roundTrip.map { Double($0) / 1e9 } }

    private func uplinkQuality(_ now: MonotonicInstant) -> DirectionQuality? {
        var figures = Figures()
        for uplink in uplinks {
            let (received, expected) = (uplink.statistics.received, uplink.statistics.expected)
            let (before, bitrate) = (uplink.quality, uplink.meter.read(at: now))
            uplink.quality = (received, expected)
            guard let bitrate, expected > before.expected else { continue }
            let lost = max(0, (expected &- before.expected) &- (received &- before.received))
            figures.add(
                uplink.slot, loss: Double(lost) / Double(expected &- before.expected), jitter: uplink.statistics.jitter,
                bitrate: bitrate, rtt: roundTripSeconds)
        }
        return figures.direction(rtt: roundTripSeconds)
    }

    private func downlinkQuality(_ now: MonotonicInstant) -> DirectionQuality? {
        var figures = Figures()
        for case let downlink? in downlinks {
            guard let bitrate = downlink.meter.read(at: now), bitrate > 0, let block = downlink.statistics.lastBlock
            else {
                continue
            }
            let clockRate = downlink.slot == .mic ? 48_000.0 : 90_000
            figures.add(
                downlink.slot, loss: downlink.statistics.loss ?? 0, jitter: Double(block.jitter) / clockRate,
                bitrate: bitrate, rtt: roundTripSeconds)
        }
        return figures.direction(rtt: roundTripSeconds)
    }
}

/// The streams of one direction put together: the worst stream decides, bit rates add up.
private struct Figures {
    private var score: Double?
    private var loss = 0.0
    private var jitter = 0.0
    private var bitrate = 0.0

    mutating func add(_ slot: MediaSlot, loss: Double, jitter: Double, bitrate: Double, rtt: Double?) {
        let score =
            switch slot {
            case .mic: QualityScore.audio(loss: loss, jitter: jitter, rtt: rtt)
            case .camera: QualityScore.video(loss: loss, jitter: jitter, rtt: rtt, bitrate: bitrate)
            case .screen: QualityScore.video(loss: loss, jitter: jitter, rtt: rtt, bitrate: bitrate, target: 0)
            }
        self.score = min(self.score ?? score, score)
        self.loss = max(self.loss, loss)
        self.jitter = max(self.jitter, jitter)
        self.bitrate += bitrate
    }

    func direction(rtt: Double?) -> DirectionQuality? {
        score.map { DirectionQuality(score: $0, bitrate: bitrate, loss: loss, jitter: jitter, rtt: rtt) }
    }
}
