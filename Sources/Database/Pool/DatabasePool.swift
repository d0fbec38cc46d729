internal import Synchronization

public import Logging

/// Connections that are made when they are needed and used again and again.
///
/// A statement sent to the pool runs on any of them:
///
///     let rows = try await pool.query("SELECT name FROM users WHERE id = \(id)")
///
/// A connection that the server has ended is noticed before something is sent on it and replaced silently. While the
/// server is away callers wait, each as long as its patience and only so many; then they get an error that
/// `isUnavailable`. What was running when the server went fails with an error that `isRetryable`.
public final class DatabasePool: Queryable {
    struct Pooled: Sendable {
        let connection: DatabaseConnection
        let opened: ContinuousClock.Instant
    }

    private struct Waiter: Sendable {
        let continuation: CheckedContinuation<PoolGrant<Pooled>, Never>
    }

    /// Where the pool's connections go.
    public let configuration: DatabaseConfiguration
    /// How far the pool may go.
    public let limits: PoolLimits
    private let state: Mutex<PoolState<Pooled, Waiter>>
    private let waiterNumber = Atomic<UInt64>(0)
    private let refusals = Atomic<Int>(0)
    private let conflicts = Atomic<Int>(0)
    let logger: Logger

    /// A pool without any connection yet.
    public init(_ configuration: DatabaseConfiguration, limits: PoolLimits = PoolLimits(), logger: Logger) {
        self.configuration = configuration
        self.limits = limits
        self.logger = logger
        state = Mutex(PoolState(slots: limits.connections, queueLimit: limits.waiting, idleLimit: limits.idleTime))
    }

    /// The pool's present numbers.
    public var metrics: PoolMetrics {
        state.withLock { state in
            PoolMetrics(
                connections: state.taken, idle: state.idleCount, waiting: state.waitingCount,
                refused: refusals.load(ordering: .relaxed), conflicts: conflicts.load(ordering: .relaxed))
        }
    }

    /// Refuses new work and closes every connection: idle ones now, lent ones when they come back.
    public func close() async {
        let (turns, idle) = state.withLock { $0.close() }
        for turn in turns { grant(turn) }
        for pooled in idle { await pooled.connection.close() }
    }

    /// Runs statements in one round trip on any connection; all take effect, or none.
    public func pipeline(_ statements: [SQL]) async throws(DatabaseError) -> [Rows] {
        try await withConnection { connection throws(DatabaseError) in
            do throws(DatabaseError) {
                return try await connection.run(statements, in: nil)
            } catch {
                // Prepared before a migration changed the tables: nothing was done, and now it is forgotten.
                guard error.isStalePlan else { throw error }
                return try await connection.run(statements, in: nil)
            }
        }
    }

    func countConflict() { conflicts.add(1, ordering: .relaxed) }

    // MARK: Lending

    /// Lends a connection for `body`, which runs again on another one where the first turns out to have ended before
    /// anything was sent.
    private func withConnection<Value: Sendable>(
        _ body: (DatabaseConnection) async throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        let deadline = ContinuousClock.now + limits.patience
        while true {
            let pooled = try await acquire(until: deadline)
            do throws(DatabaseError) {
                let value = try await body(pooled.connection)
                await giveBack(pooled)
                return value
            } catch {
                await giveBack(pooled)
                guard error.nothingWasSent, ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    /// A connection on which a transaction begins with its first statement.
    func beginTransaction(_ statement: SQL, _ key: TransactionKey) async throws(DatabaseError) -> Pooled {
        let deadline = ContinuousClock.now + limits.patience
        while true {
            let pooled = try await acquire(until: deadline)
            do throws(DatabaseError) {
                try await pooled.connection.begin(statement, key)
                return pooled
            } catch {
                await giveBack(pooled)
                // Nothing was done yet: where the connection has ended another one is as good.
                guard error.code == .connectionLost, ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    /// Takes a connection back; one that has ended or is too old makes room for another.
    func giveBack(_ pooled: Pooled) async {
        let now = ContinuousClock.now
        if !pooled.connection.isUsable || pooled.opened.duration(to: now) > limits.lifetime {
            grant(state.withLock { $0.discard() })
            await pooled.connection.close()
        } else {
            let (turn, old) = state.withLock { $0.release(pooled, now: now) }
            grant(turn)
            for pooled in old { await pooled.connection.close() }
        }
    }

    private func grant(_ turn: PoolState<Pooled, Waiter>.Turn?) {
        turn?.waiter.continuation.resume(returning: turn?.grant ?? .closed)
    }

    private func acquire(until deadline: ContinuousClock.Instant) async throws(DatabaseError) -> Pooled {
        switch state.withLock({ $0.acquire() }) {
        case .reuse(let pooled): return pooled
        case .open: return try await open(until: deadline)
        case .closed: throw .closed
        case .full:
            refusals.add(1, ordering: .relaxed)
            throw DatabaseError(.unavailable, "all connections are in use and too many wait for one")
        case .wait: break
        }
        switch await wait(until: deadline) {
        case .reuse(let pooled): return pooled
        case .open: return try await open(until: deadline)
        case .closed: throw .closed
        case .cancelled: throw .taskCancelled
        case .expired:
            refusals.add(1, ordering: .relaxed)
            throw DatabaseError(.unavailable, "no connection became free in time")
        }
    }

    /// Waits for a turn, the deadline, or the task's cancellation.
    private func wait(until deadline: ContinuousClock.Instant) async -> PoolGrant<Pooled> {
        let id = waiterNumber.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskGroup(of: Void.self) { group in
            let grant = await withCheckedContinuation { continuation in
                let turn = state.withLock { $0.enqueue(Waiter(continuation: continuation), id: id) }
                self.grant(turn)
                // Only now, so that it never looks for a waiter who has yet to come.
                group.addTask {
                    // Cancelled, with the caller or by its turn, it goes on to take the waiter out, if it still waits.
                    try? await Task.sleep(until: deadline)
                    let grant: PoolGrant<Pooled> = Task.isCancelled ? .cancelled : .expired
                    self.grant(self.state.withLock { $0.leave(id, grant) })
                }
            }
            group.cancelAll()
            return grant
        }
    }

    /// Connects in a slot that is the caller's, again and again until the deadline where the server is away.
    private func open(until deadline: ContinuousClock.Instant) async throws(DatabaseError) -> Pooled {
        var pause = Duration.milliseconds(20)
        var configuration = configuration
        while true {
            do throws(DatabaseError) {
                let left = ContinuousClock.now.duration(to: deadline)
                configuration.connectTimeout = min(configuration.connectTimeout, max(left, .milliseconds(1)))
                return Pooled(connection: try await .open(configuration), opened: .now)
            } catch {
                logger.debug("no connection to PostgreSQL", metadata: ["error": "\(error)"])
                let next = ContinuousClock.now + pause * Double.random(in: 0.5...1)
                guard error.code == .unavailable, next < deadline else {
                    grant(state.withLock { $0.discard() })
                    if error.isUnavailable { refusals.add(1, ordering: .relaxed) }
                    throw error
                }
                try? await Task.sleep(until: next)
                pause = min(pause * 2, .milliseconds(500))
            }
        }
    }
}
