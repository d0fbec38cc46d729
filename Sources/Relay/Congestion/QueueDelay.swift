package import RTP

/// How long packets wait in queues on the way: the one-way delay above the smallest of the last minute. The two clocks
/// need not agree; their difference is part of the smallest delay.
package struct QueueDelay: Sendable, BitwiseCopyable {
    private static let bucket = NanosecondCount.seconds(30)

    /// The smallest wait among the packets of the last feedback, in nanoseconds: jitter does not show in it, a standing
    /// queue does.
    package private(set) var value: NanosecondCount = 0

    private var batch: NanosecondCount = .max
    private var base: NanosecondCount = .max
    private var olderBase: NanosecondCount = .max
    private var bucketStart: MonotonicInstant?

    /// Nothing known.
    package init() {}

    /// Takes a packet of the feedback at hand; `delay` is its arrival minus its sending, on whatever two clocks.
    package mutating func add(_ delay: NanosecondCount) { batch = min(batch, delay) }

    /// The feedback is complete.
    package mutating func feedbackDone(at now: MonotonicInstant) {
        guard batch != .max else { return }
        if now.since(bucketStart ?? now) > Self.bucket {
            olderBase = base
            base = .max
            bucketStart = now
        }
        bucketStart = bucketStart ?? now
        base = min(base, batch)
        value = max(batch &- min(base, olderBase), 0)
        batch = .max
    }

    /// What is measured now is no queue: it did not shrink although nothing fed it.
    ///
    /// - Parameter wait: how much of it; nil: all.
    package mutating func rebase(by wait: NanosecondCount? = nil) {
        guard base != .max else { return }
        let wait = wait ?? value
        base = min(base, olderBase) &+ wait
        olderBase = .max
        value = max(value &- wait, 0)
    }
}
