public import Database
internal import Synchronization

public import Logging
public import ServiceLifecycle

/// Looks at sessions whose time has come: nobody joined, no media flowed, or nothing was heard of a running call.
///
/// Claimed by the row's lock, in one process or in several; a crash leaves the session to be looked at again. Silence counts
/// only while something could have been heard: a session of which a report waits to be read is left alone, and so is every
/// session for a while after the start and after the database was away, because whoever reports was kept from it as well.
public final class SessionDeadlines: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "session deadlines"
    private let pool: DatabasePool
    private let store: SessionStore
    private let interval: Duration
    private let hesitation: Duration
    private let logger: Logger
    private let trouble = Mutex(Trouble())

    private struct Trouble {
        /// Until when nothing is decided; nil: it has to be found out.
        var until: ContinuousClock.Instant?
        var isReported = false
    }

    /// Sessions looked at before it sleeps again.
    static let batch = 50

    /// A service that does not run yet.
    ///
    /// - Parameter hesitation: for how long nothing is decided after the start and after an outage; nil: long enough for
    ///   whoever reports every half a minute.
    public init(
        pool: DatabasePool, store: SessionStore, interval: Duration = .seconds(1),
        hesitation: Duration? = nil, logger: Logger
    ) {
        self.pool = pool
        self.store = store
        self.interval = interval
        self.hesitation = hesitation ?? min(.seconds(40), store.terms.patience.join)
        self.logger = logger
    }

    /// Looks every second until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.turn()
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    private func turn() async {
        do {
            // Asked also while nothing is decided: that is how it is known that the database is there.
            let due = try await due()
            guard hasHeard(at: .now) else { return }
            for session in due { _ = try await look(at: session) }
        } catch {
            if Task.isCancelled { return }
            let isNew = trouble.withLock { trouble in
                trouble.until = nil
                defer { trouble.isReported = true }
                return !trouble.isReported
            }
            if isNew { logger.warning("sessions cannot be looked at", metadata: ["error": "\(error)"]) }
        }
    }

    /// Whether enough time has gone by with the database there.
    private func hasHeard(at now: ContinuousClock.Instant) -> Bool {
        trouble.withLock { trouble in
            trouble.isReported = false
            let until = trouble.until ?? now.advanced(by: hesitation)
            trouble.until = until
            return now >= until
        }
    }

    /// Looks at every session whose time has come.
    ///
    /// - Returns: how many ended.
    @discardableResult
    func look() async throws -> Int {
        var ended = 0
        for session in try await due() where try await look(at: session) { ended += 1 }
        return ended
    }

    private static let waits: SQL = """
        state IN ('pending', 'active') AND due_at <= clock_timestamp() AND NOT EXISTS (
            SELECT FROM outbox_events AS report
            WHERE report.queue = 'sidecar' AND report.key = 'session ' || sessions.id AND report.state = 'pending')
        """

    private func due() async throws -> [UniqueID] {
        try await pool.query("SELECT id FROM sessions WHERE \(Self.waits) ORDER BY due_at LIMIT \(Self.batch)")
            .map { row throws(DatabaseError) in try row.get("id", as: UniqueID.self) }
    }

    /// Looks at one session in a transaction of its own, so that one that cannot be looked at stops no other.
    private func look(at id: UniqueID) async throws -> Bool {
        do {
            return try await pool.withTransaction { transaction in
                let claimed = try await transaction.query(
                    "SELECT FROM sessions WHERE id = \(id) AND \(Self.waits) FOR UPDATE SKIP LOCKED")
                guard !claimed.isEmpty else { return false }
                let change = try await store.apply(.deadline, to: id, at: .now(), in: transaction)
                return change.map { !$0.actions.isEmpty } ?? false
            }
        } catch {
            if Task.isCancelled { throw error }
            if let error = error as? DatabaseError, error.isUnavailable { throw error }
            logger.error("a session cannot be ended", metadata: ["session": "\(id)", "error": "\(error)"])
            try await pool.query(
                "UPDATE sessions SET due_at = clock_timestamp() + interval '30 seconds' WHERE id = \(id) AND due_at IS NOT NULL"
            )
            return false
        }
    }
}
