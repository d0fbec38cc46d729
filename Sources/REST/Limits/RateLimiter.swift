internal import Synchronization

/// The rate limits of one process, in memory.
public final class RateLimiter: Sendable {
    private let buckets: Mutex<TokenBuckets>

    /// A limiter with every bucket full.
    public init(capacity: Int = 100_000) { buckets = Mutex(TokenBuckets(capacity: capacity)) }

    /// Counts a request against a limit.
    ///
    /// - Throws: ``Problem`` of status 429 with `Retry-After` where there were too many.
    public func check(
        _ limit: RateLimit, address: String, caller: Caller?, at now: ContinuousClock.Instant = .now
    ) throws(Problem) {
        let subject: String =
            switch (limit.subject, caller) {
            case (.account, .some(let caller)): "user \(caller.user)"
            case (.account, nil), (.address, _): address
            }
        guard let wait = buckets.withLock({ $0.take(limit, subject: subject, at: now) }) else { return }
        let (seconds, attoseconds) = wait.components
        throw .tooMany(retryAfter: Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
