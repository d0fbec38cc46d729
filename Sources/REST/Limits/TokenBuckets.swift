/// Buckets of tokens, one for each limit and each of its subjects.
///
/// A bucket is one instant, the one at which it will be full again (the "theoretical arrival time" of GCRA): a request
/// is allowed while that is near enough, and moves it away by the time in which one token comes back. A bucket whose
/// instant has passed is full and need not be remembered; that is how the number of buckets stays bounded.
public struct TokenBuckets: Sendable {
    private struct Key: Hashable {
        var limit: String
        var subject: String
    }

    private let capacity: Int
    private var fullAt: [Key: ContinuousClock.Instant] = [:]

    /// No bucket yet.
    ///
    /// - Parameter capacity: how many are remembered. Beyond that full ones are forgotten, and where none is full, those
    ///   that will be full soonest.
    public init(capacity: Int = 100_000) { self.capacity = max(capacity, 1) }

    /// How many buckets are remembered.
    public var count: Int { fullAt.count }

    /// Takes a token.
    ///
    /// - Returns: nil where there was one; otherwise the time until there is.
    public mutating func take(
        _ limit: RateLimit, subject: String, at now: ContinuousClock.Instant
    ) -> Duration? {
        guard limit.count > 0, limit.seconds > 0 else { return nil }
        let key = Key(limit: limit.name, subject: subject)
        let interval = Duration.seconds(limit.seconds) / limit.count
        let full = max(fullAt[key] ?? now, now)
        let wait = now.duration(to: full) + interval - .seconds(limit.seconds)
        // Dividing rounds: what is less than a nanosecond short is a whole token.
        guard wait < .nanoseconds(1) else { return wait }
        if fullAt[key] == nil, fullAt.count >= capacity { forget(at: now) }
        fullAt[key] = full + interval
        return nil
    }

    /// Makes room for a tenth of the capacity at once, so that a flood of new subjects does not pay for it each time.
    private mutating func forget(at now: ContinuousClock.Instant) {
        fullAt = fullAt.filter { $0.value > now }
        let allowed = capacity - max(capacity / 10, 1)
        guard fullAt.count > allowed else { return }
        let soonest = fullAt.sorted { $0.value < $1.value }.prefix(fullAt.count - allowed)
        for (key, _) in soonest { fullAt[key] = nil }
    }
}
