public import Database
internal import Identifiers
internal import Synchronization

public import Logging
public import ServiceLifecycle

/// Learns from what requests came to, and keeps what it has learnt in `match_models`.
///
/// A batch of outcomes, the model that has seen them, and the mark that they were seen are one transaction, so that each is
/// learnt once, whatever crashes. One process learns at a time; the others take over what it has written.
public final class Learner: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "learner"
    /// Versions of the model that are kept.
    static let keptVersions = 50
    private let pool: DatabasePool
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var learner: MatchLearner?
        var version: Int64 = 0
        var outcomes: Int64 = 0
    }

    /// A learner that has learnt nothing until it runs.
    public init(pool: DatabasePool, interval: Duration = .seconds(5), logger: Logger) {
        self.pool = pool
        self.interval = interval
        self.logger = logger
    }

    /// What was learnt; nil where nothing was.
    public var current: MatchLearner? { state.withLock { $0.learner } }

    /// The model's version, how many outcomes it has seen, and how much it counts from 0 to 1.
    public var progress: (version: Int64, outcomes: Int64, weight: Double) {
        state.withLock { ($0.version, $0.outcomes, $0.learner?.modelGuard.weight ?? 0) }
    }

    /// Learns every few seconds until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await self.learn() > 0 {}
                } catch {
                    if Task.isCancelled { return }
                    self.logger.warning("outcomes cannot be learnt", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Learns a batch of outcomes. A session without a rating waits an hour for one.
    ///
    /// - Returns: how many; 0 also where another process is learning.
    @discardableResult
    func learn(limit: Int = 500) async throws -> Int {
        let learnt = try await pool.withTransaction { transaction -> (State, Int) in
            let lock = try await transaction.query(
                "SELECT pg_try_advisory_xact_lock(hashtext('match learner')) AS mine")
            var state = try await Self.newest(in: transaction)
            guard try lock[0].get("mine", as: Bool.self) else { return (state, 0) }
            let rows = try await transaction.query(
                """
                SELECT id, consultant_id, features, outcome, outcome_at FROM requests
                WHERE outcome IS NOT NULL AND NOT is_learnt
                    AND (outcome <> 'completed' OR outcome_at < clock_timestamp() - interval '1 hour')
                ORDER BY outcome_at LIMIT \(limit)
                """)
            guard !rows.isEmpty else { return (state, 0) }
            var learner = state.learner ?? MatchLearner()
            var seen: [UniqueID] = []
            for row in rows {
                seen.append(try row.get("id", as: UniqueID.self))
                guard let entry = try Self.entry(row) else { continue }
                learner.learn(entry.features, consultant: entry.consultant, outcome: entry.outcome, at: entry.time)
            }
            state.learner = learner
            state.outcomes += Int64(rows.count)
            let stored = try await transaction.query(
                """
                INSERT INTO match_models (model, outcomes) VALUES (\(try JSONText(encoding: learner)), \(state.outcomes))
                RETURNING version
                """)
            state.version = try stored[0].get("version", as: Int64.self)
            _ = try await transaction.pipeline([
                "UPDATE requests SET is_learnt = true WHERE id = ANY(\(seen)::uuid[])",
                "DELETE FROM match_models WHERE version <= \(state.version - Int64(Self.keptVersions))",
            ])
            return (state, rows.count)
        }
        state.withLock { $0 = learnt.0 }
        return learnt.1
    }

    private static func newest(in transaction: Transaction) async throws -> State {
        let rows = try await transaction.query(
            "SELECT version, model, outcomes FROM match_models ORDER BY version DESC LIMIT 1")
        guard let row = rows.first else { return State() }
        return State(
            learner: try? row.get("model", as: JSONText.self).decode(as: MatchLearner.self),
            version: try row.get("version", as: Int64.self), outcomes: try row.get("outcomes", as: Int64.self))
    }

    /// Everything that requests came to so far, for a replay: the oldest first.
    public static func history(on database: some Queryable, limit: Int = 100_000) async throws -> [Replay.Entry] {
        let rows = try await database.query(
            """
            SELECT consultant_id, features, outcome, outcome_at FROM requests WHERE outcome IS NOT NULL
            ORDER BY outcome_at DESC LIMIT \(limit)
            """)
        return try rows.compactMap { try entry($0) }.reversed()
    }

    /// Nil where the features are of a version that is no longer read.
    private static func entry(_ row: Row) throws -> Replay.Entry? {
        guard let features = try? row.get("features", as: JSONText.self).decode(as: MatchFeatures.self),
            let outcome = MatchOutcome(rawValue: try row.get("outcome", as: String.self)),
            let consultant = UserID(try row.get("consultant_id", as: UniqueID.self).description)
        else { return nil }
        return Replay.Entry(
            features: features, consultant: consultant, outcome: outcome,
            at: try row.get("outcome_at", as: Timestamp.self))
    }
}
