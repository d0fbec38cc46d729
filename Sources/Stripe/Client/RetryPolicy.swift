/// When a request is sent again, and how long after.
///
/// Only what is repeatable goes out twice: a GET, a DELETE, or a POST with its key. A POST without a key is sent again
/// only where it was never sent. Stripe's word (`Stripe-Should-Retry`) outweighs the status.
public struct RetryPolicy: Sendable, Equatable {
    /// How often a request is sent at most.
    public var attempts: Int
    /// The wait before the second attempt; each further one is twice as long.
    public var firstWait: Duration
    /// The longest wait, also where `Retry-After` asks for more: then the error is handed on instead.
    public var longestWait: Duration

    /// A policy: 3 attempts, half a second apart at first, 5 seconds at most.
    public init(
        attempts: Int = 3, firstWait: Duration = .milliseconds(500), longestWait: Duration = .seconds(5)
    ) {
        self.attempts = attempts
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// Each request is sent once.
    public static let never = RetryPolicy(attempts: 1)

    /// The wait before another attempt; nil: no further attempt.
    ///
    /// - Parameters:
    ///   - attempt: how many were made.
    ///   - jitter: 0 to 1; spreads those who were refused together.
    public func wait(
        after error: StripeError, answer: StripeAnswer?, to request: StripeRequest, attempt: Int, jitter: Double
    ) -> Duration? {
        guard attempt < attempts, mayRepeat(request, after: error, told: answer?.shouldRetry) else { return nil }
        if let asked = answer?.retryAfter.map({ Duration.seconds($0) }) {
            return asked <= longestWait ? max(asked, firstWait) : nil
        }
        let doubled = firstWait * (1 << min(attempt - 1, 16))
        return min(doubled, longestWait) * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }

    private func mayRepeat(_ request: StripeRequest, after error: StripeError, told: Bool?) -> Bool {
        if error.kind == .notSent { return true }
        guard request.isRepeatable else { return false }
        if let told { return told }
        switch error.kind {
        case .keyInUse, .rateLimit, .service, .notSent, .unanswered: return true
        case .card, .authenticationRequired, .keyReused, .invalidRequest, .notFound, .notAllowed: return false
        }
    }
}
