/// Smooths one direction's figures from report to report, so that a single burst does not make the display flicker.
///
/// The scores follow a fall by half at each report and a rise by a fifth; bit rate, loss, jitter, round trip and frame rate
/// follow by a third. The first figures are taken as they are; freezes are counted, not smoothed.
package struct QualityAverage: Sendable {
    /// The figures so far; nil before the first.
    package private(set) var value: DirectionQuality?

    /// No figures yet.
    package init() {}

    /// Takes the figures of the last interval.
    ///
    /// - Returns: the smoothed figures.
    @discardableResult
    package mutating func update(_ new: DirectionQuality) -> DirectionQuality {
        guard var average = value else {
            value = new
            return new
        }
        average.score = Self.score(average.score, new.score)
        average.audioScore = Self.both(average.audioScore, new.audioScore, Self.score)
        average.videoScore = Self.both(average.videoScore, new.videoScore, Self.score)
        average.bitrate += (new.bitrate - average.bitrate) / 3
        average.loss += (new.loss - average.loss) / 3
        average.lossAfterRecovery = Self.both(average.lossAfterRecovery, new.lossAfterRecovery, Self.third)
        average.jitter += (new.jitter - average.jitter) / 3
        if let rtt = new.rtt { average.rtt = average.rtt.map { Self.third($0, rtt) } ?? rtt }
        average.framesPerSecond = Self.both(average.framesPerSecond, new.framesPerSecond, Self.third)
        average.freezes = new.freezes
        value = average
        return average
    }

    /// What is no longer known is not shown any more.
    private static func both(_ old: Double?, _ new: Double?, _ follow: (Double, Double) -> Double) -> Double? {
        new.map { new in old.map { follow($0, new) } ?? new }
    }

    static func score(_ old: Double, _ new: Double) -> Double { old + (new - old) * (new < old ? 0.5 : 0.2) }

    private static func third(_ old: Double, _ new: Double) -> Double { old + (new - old) / 3 }
}

/// One direction's readings of a stretch of ten seconds put together: means, and the sum of the freezes.
package struct QualityWindow: Sendable {
    private var sum: DirectionQuality?
    private var count = 0.0
    private var counts = (audio: 0.0, video: 0.0, recovery: 0.0, rtt: 0.0, frames: 0.0)

    /// No readings.
    package init() {}

    /// Takes a reading in.
    package mutating func add(_ reading: DirectionQuality) {
        var sum = self.sum ?? DirectionQuality(score: 0, bitrate: 0, loss: 0, jitter: 0, rtt: nil)
        count += 1
        sum.score += reading.score
        sum.bitrate += reading.bitrate
        sum.loss += reading.loss
        sum.jitter += reading.jitter
        Self.add(reading.audioScore, to: &sum.audioScore, &counts.audio)
        Self.add(reading.videoScore, to: &sum.videoScore, &counts.video)
        Self.add(reading.lossAfterRecovery, to: &sum.lossAfterRecovery, &counts.recovery)
        Self.add(reading.rtt, to: &sum.rtt, &counts.rtt)
        Self.add(reading.framesPerSecond, to: &sum.framesPerSecond, &counts.frames)
        if let freezes = reading.freezes { sum.freezes = (sum.freezes ?? 0) + freezes }
        self.sum = sum
    }

    /// The stretch's figures; nil without a reading.
    package var mean: DirectionQuality? {
        guard var mean = sum else { return nil }
        mean.score /= count
        mean.bitrate /= count
        mean.loss /= count
        mean.jitter /= count
        mean.audioScore = mean.audioScore.map { $0 / counts.audio }
        mean.videoScore = mean.videoScore.map { $0 / counts.video }
        mean.lossAfterRecovery = mean.lossAfterRecovery.map { $0 / counts.recovery }
        mean.rtt = mean.rtt.map { $0 / counts.rtt }
        mean.framesPerSecond = mean.framesPerSecond.map { $0 / counts.frames }
        return mean
    }

    private static func add(_ value: Double?, to sum: inout Double?, _ count: inout Double) {
        guard let value else { return }
        sum = (sum ?? 0) + value
        count += 1
    }
}
