internal import Synchronization

/// What a reader has done since it was made.
public struct ReaderMetrics: Sendable, Hashable {
    /// Events that were handled.
    public var delivered = 0
    /// Attempts that failed.
    public var failed = 0
    /// Events that were parked.
    public var parked = 0
}

/// What became of a batch.
struct Outcome: Sendable {
    var delivered: [EventID] = []
    var failed: [Claim.Failure] = []
    /// Keys whose first event failed: the rest of them waits.
    var failedKeys: Set<String> = []
}

/// Counts for `ReaderMetrics`.
final class Counters: Sendable {
    private let metrics = Mutex(ReaderMetrics())

    var snapshot: ReaderMetrics { metrics.withLock { $0 } }

    func add(_ outcome: Outcome) {
        metrics.withLock { metrics in
            metrics.delivered += outcome.delivered.count
            metrics.failed += outcome.failed.count
            metrics.parked += outcome.failed.count { $0.verdict == .park }
        }
    }
}
