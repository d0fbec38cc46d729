internal import Glibc

/// How good one stream is, from 1 (unusable) to 5 (as good as it gets): docs/quality.md.
///
/// Pure functions of what the network did. They tell bad from good and worse from better; they are no substitute for
/// listening and watching.
package enum QualityScore {
    /// A frame of 20 ms, and the 6.5 ms that Opus looks ahead beyond it: what a call of Opus takes at the very least.
    package static let codecDelay = 0.0265
    /// Bits per second from which a camera of 640 × 480 is as good as it gets.
    package static let cameraTarget = 600_000.0
    /// Frames per second that a camera should reach.
    package static let cameraFrames = 24.0

    // MARK: Audio

    /// Audio by the E-model (``EModel``) for Opus; its best opinion, 4.41, is stretched to 5.
    ///
    /// - Parameters:
    ///   - loss: share of packets that are missing when they are to be played, 0 to 1.
    ///   - jitter: interarrival jitter in seconds.
    ///   - rtt: round trip in seconds; nil counts as 0.
    ///   - buffer: what the receiver's buffer holds back, in seconds; nil: twice the jitter.
    ///   - burstRatio: how much longer than random runs of lost packets are.
    package static func audio(
        loss: Double, jitter: Double, rtt: Double?, buffer: Double? = nil, burstRatio: Double = 1
    ) -> Double {
        let delay = amount(rtt ?? 0) / 2 + amount(buffer ?? 2 * amount(jitter)) + codecDelay
        let opinion = EModel.opinion(EModel.rating(delay: delay, loss: loss, burstRatio: burstRatio))
        return min(max(1 + (opinion - 1) * 4 / (EModel.opinion(EModel.best) - 1), 1), 5)
    }

    // MARK: Video

    /// Video in the shape of ITU-T G.1070: what coding leaves, times frame rate, times loss, here also times freezes.
    ///
    ///     V = 1 + 4 · coding · loss · motion · stillness
    ///
    /// The coefficients are ours; docs/quality.md has them with their anchor points.
    ///
    /// - Parameters:
    ///   - loss: share of packets lost, 0 to 1.
    ///   - remaining: share of packets still missing after retransmission; nil: estimated from `loss` and `rtt`.
    ///   - jitter: interarrival jitter in seconds.
    ///   - rtt: round trip in seconds; nil counts as 0.
    ///   - bitrate: media bits per second.
    ///   - target: bits per second from which the picture is as good as it gets; 0 for a screen, which is still for
    ///     most of the time and sends little then.
    package static func video(
        loss: Double, remaining: Double? = nil, jitter: Double, rtt: Double?, bitrate: Double,
        target: Double = cameraTarget
    ) -> Double {
        let left = remaining ?? 0.1 * min(amount(loss), 1) * (1 + min(amount(rtt ?? 0), 10) / 0.2)
        let uneven = exp(-max(amount(jitter) - 0.03, 0) / 0.3)
        return score(coding(bitrate, target: target) * exp(-100 * min(amount(left), 1) / 3) * uneven)
    }

    /// What viewers see of the flow of a picture: its frame rate and its freezes.
    ///
    /// - Parameters:
    ///   - framesPerSecond: as shown or received; nil: not known.
    ///   - expected: frames per second that it should be; 0: not to be judged.
    ///   - frozen: share of the time in which it stood still, 0 to 1.
    package static func flow(framesPerSecond: Double?, expected: Double = cameraFrames, frozen: Double = 0) -> Double {
        var motion = 1.0
        if let frames = framesPerSecond, expected > 0, expected.isFinite {
            let lacking = log(max(expected, 0.1) / max(min(amount(frames), expected), 0.1))
            motion = exp(-lacking * lacking / 2.88)
        }
        return score(motion * exp(-min(amount(frozen), 1) / 0.15))
    }

    /// What coding leaves: half at no bits at all, all of it at the target.
    private static func coding(_ bitrate: Double, target: Double) -> Double {
        guard target > 0 else { return 1 }
        return 0.5 + 0.5 * min(amount(bitrate) / target, 1).squareRoot()
    }

    /// Bits per second from which a camera's picture of this size is as good as it gets: in proportion to the power 0.75 of
    /// its pixels, encoders being the more efficient the larger a picture is.
    package static func target(pixels: Int?) -> Double {
        guard let pixels, pixels > 0 else { return cameraTarget }
        return cameraTarget * pow(Double(min(pixels, 1 << 26)) / (640 * 480), 0.75)
    }

    private static func score(_ share: Double) -> Double { min(max(1 + 4 * share, 1), 5) }
}
