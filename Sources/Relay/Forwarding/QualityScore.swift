/// How good one direction of a leg is, from 1 (unusable) to 5 (as good as it gets).
///
/// Pure functions of what the network did. They tell bad from good and worse from better; they are no substitute for
/// listening.
package enum QualityScore {
    /// Audio by the E-model (ITU-T G.107), reduced to the impairments a relay can see.
    ///
    /// - One-way delay d = rtt / 2 + 2 · jitter (what a receiver's buffer holds back) + 46.5 ms (a 20 ms frame and
    ///   Opus' look-ahead of 26.5 ms); its impairment is 0.024 d + 0.11 (d − 177.3) above 177.3 ms, the usual linear
    ///   fit to G.107 §7.4 with d in ms.
    /// - Loss with Ie = 0, random loss (BurstR = 1) and Bpl = 20, a moderate concealment (G.107 §7.5).
    /// - R = 93.2 minus both becomes an opinion score by G.107 Annex B, whose best (4.41) is stretched to 5.
    ///
    /// - Parameters:
    ///   - loss: share of packets lost, 0 to 1.
    ///   - jitter: interarrival jitter in seconds.
    ///   - rtt: round trip in seconds; nil counts as 0.
    package static func audio(loss: Double, jitter: Double, rtt: Double?) -> Double {
        let delay = 1000 * (amount(rtt ?? 0) / 2 + 2 * amount(jitter)) + 46.5
        let delayImpairment = 0.024 * delay + 0.11 * max(delay - 177.3, 0)
        let percent = 100 * min(amount(loss), 1)
        let lossImpairment = 95 * percent / (percent + 20)
        return stretched(opinion(93.2 - delayImpairment - lossImpairment))
    }

    /// Video by rules of thumb: the picture's resolution follows the bit rate, loss freezes it for about a round trip
    /// until the packet came again, and delay spoils the conversation.
    ///
    /// - From 5, up to 2 go for a bit rate below `target`, by the square root of its share.
    /// - Each percent of loss takes 0.12, and half as much again per 100 ms of round trip.
    /// - Round trip above 300 ms and jitter above 30 ms take 1 per 400 ms and per 100 ms.
    ///
    /// - Parameters:
    ///   - loss: share of packets lost, 0 to 1.
    ///   - jitter: interarrival jitter in seconds.
    ///   - rtt: round trip in seconds; nil counts as 0.
    ///   - bitrate: media bits per second.
    ///   - target: bits per second from which the picture is as good as it gets; 0 for a screen, which is still for
    ///     most of the time and sends little then.
    package static func video(
        loss: Double, jitter: Double, rtt: Double?, bitrate: Double, target: Double = 600_000
    ) -> Double {
        let rtt = amount(rtt ?? 0)
        let share = target > 0 ? min(amount(bitrate) / target, 1) : 1
        let blur = 2 * (1 - share.squareRoot())
        let freezes = 12 * min(amount(loss), 1) * (1 + rtt / 0.2)
        let delay = max(rtt - 0.3, 0) / 0.4 + max(amount(jitter) - 0.03, 0) / 0.1
        return min(max(5 - blur - freezes - delay, 1), 5)
    }

    /// ITU-T G.107 Annex B: the mean opinion score of a rating R.
    private static func opinion(_ rating: Double) -> Double {
        let rating = min(max(rating, 0), 100)
        return max(1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating), 1)
    }

    private static func stretched(_ score: Double) -> Double {
        min(max(1 + (score - 1) * 4 / (opinion(93.2 - 0.024 * 46.5) - 1), 1), 5)
    }

    /// A measured amount: what is negative or no number counts as nothing.
    private static func amount(_ value: Double) -> Double { value > 0 ? min(value, 1e12) : 0 }
}

/// Smooths one direction's figures from report to report, so that a single burst does not make the display flicker.
///
/// The score follows a fall by half at each report and a rise by a fifth; bit rate, loss, jitter and round trip follow
/// by a third. The first figures are taken as they are.
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
        average.score += (new.score - average.score) * (new.score < average.score ? 0.5 : 0.2)
        average.bitrate += (new.bitrate - average.bitrate) / 3
        average.loss += (new.loss - average.loss) / 3
        average.jitter += (new.jitter - average.jitter) / 3
        if let rtt = new.rtt { average.rtt = average.rtt.map { $0 + (rtt - $0) / 3 } ?? rtt }
        value = average
        return average
    }
}
