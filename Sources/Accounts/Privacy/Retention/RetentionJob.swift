public import Database
internal import Synchronization

public import Logging
public import ServiceLifecycle

/// Removes what is older than its time, every hour, rule by rule.
///
/// Of all processes on a database one works at a time: each batch is a short transaction under an advisory lock, and who
/// does not get the lock leaves the hour to the one who has it. A rule that fails is left for the next hour and does not
/// keep the others from their work.
public final class RetentionJob: Service {
    /// What a job has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Rows removed, by the rule's kind; every kind is there from the start.
        public var removed: [String: Int]
        /// Rules that failed.
        public var failed = 0
        /// When the job last went through all rules; nil before the first time.
        public var lastRun: Timestamp?
    }

    /// Rows of one batch.
    static let batch = 500
    /// Batches of one rule in one hour: a limit to how long the others wait.
    static let mostBatches = 200

    private let pool: DatabasePool
    private let rules: [RetentionRule]
    private let interval: Duration
    private let logger: Logger
    private let state: Mutex<Metrics>

    /// A job that does not run yet.
    public init(
        pool: DatabasePool, rules: [RetentionRule] = RetentionRule.all, interval: Duration = .seconds(3600),
        logger: Logger
    ) {
        self.pool = pool
        self.rules = rules
        self.interval = interval
        self.logger = logger
        state = Mutex(Metrics(removed: Dictionary(rules.map { ($0.kind, 0) }, uniquingKeysWith: { first, _ in first })))
    }

    /// What it has done.
    public var metrics: Metrics { state.withLock { $0 } }

    /// Works every hour until it is told to stop. A batch that runs then is rolled back.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.work(at: .now())
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Goes through all rules once.
    ///
    /// - Returns: the rows removed now, by kind; nil where another process has the lock.
    @discardableResult
    public func work(at now: Timestamp) async -> [String: Int]? {
        var removed: [String: Int] = [:]
        for rule in rules {
            do {
                guard let count = try await apply(rule, at: now) else { return nil }
                removed[rule.kind] = count
            } catch {
                if Task.isCancelled { return removed }
                state.withLock { $0.failed += 1 }
                logger.error(
                    "data past its time could not be removed", metadata: ["kind": "\(rule.kind)", "error": "\(error)"])
            }
        }
        state.withLock { $0.lastRun = now }
        let total = removed.values.reduce(0, +)
        if total > 0 { logger.info("removed what was past its time", metadata: ["rows": "\(total)"]) }
        return removed
    }

    /// Applies a rule in batches.
    ///
    /// - Returns: the rows removed; nil where another process has the lock.
    private func apply(_ rule: RetentionRule, at now: Timestamp) async throws -> Int? {
        var removed = 0
        for _ in 0..<Self.mostBatches {
            let count: Int? = try await pool.withTransaction { transaction in
                let lock = try await transaction.query(
                    "SELECT pg_try_advisory_xact_lock(hashtextextended('retention', 0))")
                guard try lock[0].get(0, as: Bool.self) else { return nil }
                return try await rule.removal(now, rule.period.interval, Self.batch, transaction)
            }
            guard let count else { return nil }
            removed += count
            state.withLock { $0.removed[rule.kind, default: 0] += count }
            if count < Self.batch { break }
        }
        return removed
    }
}
