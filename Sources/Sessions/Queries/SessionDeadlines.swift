public import Database

public import Logging
public import ServiceLifecycle

/// Looks at sessions whose time has come: nobody joined, no media flowed, or nothing was heard of a running call.
///
/// Claimed by the row's lock, in one process or in several; a crash leaves the session to be looked at again.
public struct SessionDeadlines: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "session deadlines"
    private let pool: DatabasePool
    private let store: SessionStore
    private let interval: Duration
    private let logger: Logger

    /// A service that does not run yet.
    public init(pool: DatabasePool, store: SessionStore, interval: Duration = .seconds(1), logger: Logger) {
        self.pool = pool
        self.store = store
        self.interval = interval
        self.logger = logger
    }

    /// Looks every second until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await self.look() {}
                } catch {
                    if Task.isCancelled { return }
                    self.logger.warning("sessions cannot be looked at", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Looks at one session.
    ///
    /// - Returns: false where no session's time has come.
    func look(at now: Timestamp = .now()) async throws -> Bool {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                """
                SELECT id FROM sessions WHERE state IN ('pending', 'active') AND due_at <= \(now)
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
                """)
            guard let row = rows.first else { return false }
            let change = try await store.apply(
                .deadline, to: try row.get("id", as: UniqueID.self), at: now, in: transaction)
            // One that is due and does not end would be looked at for ever.
            return change.map { !$0.actions.isEmpty } ?? false
        }
    }
}
