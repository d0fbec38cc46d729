package import RTP

/// What a sender is allowed, and when it is told (REMB, draft-alvestrand-rmcat-remb §2.2): at once where it must send
/// less, less often where it may send more, and again every second, because a report can get lost.
package struct BitrateCap: Sendable, BitwiseCopyable {
    private static let repetition = NanosecondCount.seconds(1)
    private static let raiseInterval = NanosecondCount.milliseconds(200)

    /// What was told last, in bits per second.
    package private(set) var told: Double?
    private var toldAt = MonotonicInstant(nanoseconds: .min)

    /// Nothing told.
    package init() {}

    /// What a sender may send in all, so that the slower of the two paths carries it: its own uplink and the other
    /// side's downlink. Sound comes first: where the sender's limit concerns its video alone, that is what is left.
    ///
    /// - Parameters:
    ///   - uplink, downlink: bits per second; nil where unknown.
    ///   - audio: bits per second of the sender's sound.
    ///   - concernsVideoOnly: the sender takes the limit for its video.
    /// - Returns: nil where nothing is known of either path.
    package static func limit(
        uplink: Double?, downlink: Double?, audio: Double, concernsVideoOnly: Bool
    ) -> Double? {
        guard let slower = [uplink, downlink].compactMap({ $0 }).min() else { return nil }
        return max(concernsVideoOnly ? slower - audio : slower, floor)
    }

    /// Below this no picture is worth sending; a sender would stop its video.
    package static let floor = 50_000.0

    /// Whether the sender is to be told `bitrate` now.
    package mutating func shouldTell(_ bitrate: Double, at now: MonotonicInstant) -> Bool {
        if let told {
            let elapsed = now.since(toldAt)
            let isDue =
                bitrate < told * 0.97
                || (bitrate > told * 1.05 && elapsed >= Self.raiseInterval) || elapsed >= Self.repetition
            guard isDue else { return false }
        }
        told = bitrate
        toldAt = now
        return true
    }
}
