internal import Billing
public import Database
public import Logging
public import ServiceLifecycle

/// Runs of the reconciler that are kept: one at a time, whatever processes there are.
public struct ReconcilerRuns: Sendable {
    private let reconciler: Reconciler
    private var pool: DatabasePool { reconciler.pool }
    private var logger: Logger { reconciler.logger }

    /// Whoever holds it reconciles; an arbitrary number of ours.
    static let lock: Int64 = 0x5245_434F_4E43

    /// Runs of a reconciler.
    public init(_ reconciler: Reconciler) { self.reconciler = reconciler }

    /// Reconciles, keeps what was found, and says it in the log.
    ///
    /// - Returns: nil where a run goes on in another process, or tonight's was made already.
    /// - Throws: `StripeError`, `DatabaseError`; the run is kept as failed.
    public func run(
        _ trigger: ReconciliationStore.Trigger, since: Timestamp?, repairs: Bool, unlessAfter hour: Timestamp? = nil
    ) async throws -> ReconciliationReport? {
        // The lock is the connection's, and goes with it however this ends.
        let guardian = try await DatabaseConnection.open(pool.configuration)
        let result: Result<ReconciliationReport?, any Error>
        do {
            result = .success(try await locked(guardian, trigger, since, repairs, hour))
        } catch {
            result = .failure(error)
        }
        // Given back by word: a server may notice the end of a connection only after the next run has asked.
        _ = try? await guardian.query("SELECT pg_advisory_unlock_all()")
        await guardian.close()
        return try result.get()
    }

    private func locked(
        _ guardian: DatabaseConnection, _ trigger: ReconciliationStore.Trigger, _ since: Timestamp?, _ repairs: Bool,
        _ hour: Timestamp?
    ) async throws -> ReconciliationReport? {
        guard try await guardian.query("SELECT pg_try_advisory_lock(\(Self.lock))")[0].get(0, as: Bool.self) else {
            return nil
        }
        if let hour {
            let made = try await pool.query(
                "SELECT FROM reconciliations WHERE trigger = 'nightly' AND started_at >= \(hour) AND state = 'done' LIMIT 1"
            )
            guard made.isEmpty else { return nil }
        }
        let id = try await ReconciliationStore.begin(trigger, since: since, on: pool)
        do {
            let report = try await reconciler.run(since: since, repairs: repairs)
            try await ReconciliationStore.finish(id, report, on: pool)
            say(report)
            return report
        } catch {
            try? await ReconciliationStore.fail(id, error, on: pool)
            throw error
        }
    }

    private func say(_ report: ReconciliationReport) {
        for finding in report.findings {
            let metadata: Logger.Metadata = [
                "rule": "\(finding.rule.rawValue)", "subject": "\(finding.subject)", "words": "\(finding.words)",
            ]
            if finding.isRepaired {
                logger.warning("what Stripe knew and we did not was taken in", metadata: metadata)
            } else {
                logger.error("we and Stripe do not agree", metadata: metadata)
            }
        }
    }
}

/// Reconciles every night at a quarter past three, UTC, the last three days; in one process, where there are many.
public struct NightlyReconciler: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "reconciler"
    private let runs: ReconcilerRuns
    private let logger: Logger

    /// Seconds after midnight.
    static let second: Int64 = 3 * 3600 + 15 * 60
    /// After a night that failed it is tried again so often, and so long later.
    private static let tries = 4
    private static let wait = Duration.seconds(900)

    /// A service that does not run yet.
    public init(_ runs: ReconcilerRuns, logger: Logger) {
        self.runs = runs
        self.logger = logger
    }

    /// Works until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = Timestamp.now()
                let hour = Self.next(after: now)
                guard (try? await Task.sleep(for: .microseconds(hour.microseconds - now.microseconds))) != nil else {
                    return
                }
                await self.night(hour)
            }
        }
    }

    /// The first quarter past three after a moment.
    static func next(after moment: Timestamp) -> Timestamp {
        let day: Int64 = 86_400
        let today = moment.second / day * day + second
        return Timestamp(secondsSince1970: today > moment.second ? today : today + day)
    }

    private func night(_ hour: Timestamp) async {
        for _ in 0..<Self.tries {
            do {
                let since = hour.advanced(by: .zero - Reconciler.nightlyReach)
                _ = try await runs.run(.nightly, since: since, repairs: true, unlessAfter: hour)
                return
            } catch {
                if Task.isCancelled { return }
                logger.error("nothing could be reconciled", metadata: ["error": "\(error)"])
            }
            guard (try? await Task.sleep(for: Self.wait)) != nil else { return }
        }
    }
}
