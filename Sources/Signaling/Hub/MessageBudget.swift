internal import RTP

/// How many messages a connection may send: a token bucket, and patience with those beyond it.
struct MessageBudget: Sendable {
    enum Verdict: Equatable {
        case take
        /// Answer with an error.
        case refuse
        /// Close: it goes on and on.
        case close
    }

    private let perSecond: Double
    private let burst: Double
    private let patience: Int
    private var tokens: Double
    private var filledAt: MonotonicInstant
    private var refused = 0

    /// - Parameter patience: how many messages in a row may be refused before the connection is closed.
    init(perSecond: Int, burst: Int, patience: Int, now: MonotonicInstant) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        self.patience = patience
        tokens = Double(burst)
        filledAt = now
    }

    mutating func spend(at now: MonotonicInstant) -> Verdict {
        tokens = min(burst, tokens + perSecond * Double(max(0, now.since(filledAt))) / 1e9)
        filledAt = max(filledAt, now)
        // Whoever calmed down has a full bucket again, and is forgiven.
        if tokens >= burst { refused = 0 }
        if tokens >= 1 {
            tokens -= 1
            return .take
        }
        refused += 1
        return refused > patience ? .close : .refuse
    }
}

/// Counts protocol errors in a sliding window.
struct ErrorBudget: Sendable {
    private let limit: Int
    private let window: NanosecondCount
    private var errors: [MonotonicInstant] = []

    init(limit: Int, window: NanosecondCount) {
        self.limit = limit
        self.window = window
    }

    /// Counts an error.
    ///
    /// - Returns: whether there are now more than the limit.
    mutating func isExhausted(byErrorAt now: MonotonicInstant) -> Bool {
        errors.removeAll { now.since($0) >= window }
        errors.append(now)
        return errors.count > limit
    }
}
