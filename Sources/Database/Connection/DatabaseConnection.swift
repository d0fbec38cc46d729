internal import CPostgreSQL
internal import Synchronization

/// One connection, on a thread of its own. Statements are prepared once and then only executed; they run in the order
/// of the calls.
///
/// A pool hands connections out; one of its own suits work that needs the same session throughout, such as an advisory
/// lock, or that has other limits.
public actor DatabaseConnection: Queryable {
    private nonisolated let thread: BlockingThread
    private nonisolated let usable = Atomic<Bool>(true)
    private let configuration: DatabaseConfiguration
    private var wire: Wire?
    private var transaction: TransactionKey?
    /// The beginning of that transaction, until it goes with its first statement.
    private var unsentBegin: SQL?

    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Whether the connection has not ended, as far as is known.
    nonisolated var isUsable: Bool { usable.load(ordering: .acquiring) }

    private init(_ configuration: DatabaseConfiguration) throws(DatabaseError) {
        self.configuration = configuration
        thread = try BlockingThread(name: "postgresql")
    }

    deinit { thread.finish() }

    /// Connects.
    ///
    /// - Throws: `DatabaseError`: `unavailable` where another attempt may succeed, `configuration` where it would not.
    public static func open(_ configuration: DatabaseConfiguration) async throws(DatabaseError) -> DatabaseConnection {
        let connection = try DatabaseConnection(configuration)
        try await connection.interruptible { connection, interruption throws(DatabaseError) in
            try connection.connect(interruption)
        }
        return connection
    }

    /// Ends the connection. Idempotent.
    public func close() {
        end()
        thread.finish()
    }

    /// Runs statements in one round trip; all take effect, or none.
    public func pipeline(_ statements: [SQL]) async throws(DatabaseError) -> [Rows] {
        try await run(statements, in: nil)
    }

    // MARK: For pools, transactions, listeners and migrations

    /// Runs statements, of a transaction or outside of any.
    nonisolated func run(_ statements: [SQL], in key: TransactionKey?) async throws(DatabaseError) -> [Rows] {
        try await interruptible { connection, interruption throws(DatabaseError) in
            try connection.execute(statements, in: key, interruption)
        }
    }

    /// Begins a transaction: from now on only statements with this key are accepted. `statement` is sent with the first of
    /// them, in one round trip; a connection that has ended is noticed here all the same.
    func begin(_ statement: SQL, _ key: TransactionKey) throws(DatabaseError) {
        guard transaction == nil else { throw DatabaseError(.misuse, "the connection is in a transaction") }
        try withWire { wire throws(DatabaseError) in try wire.checkIdle() }
        (transaction, unsentBegin) = (key, statement)
    }

    /// Ends a transaction. A cancelled task does not keep it from ending. One without a statement was never begun.
    ///
    /// - Parameter statements: what is sent before it; where one of them fails the transaction is rolled back.
    /// - Returns: what PostgreSQL did: a COMMIT may end in `ROLLBACK`.
    func end(
        _ statement: SQL, after statements: [SQL] = [], _ key: TransactionKey
    ) throws(DatabaseError) -> String {
        defer { if transaction == key { (transaction, unsentBegin) = (nil, nil) } }
        if transaction == key, unsentBegin != nil, statements.isEmpty { return statement.text }
        let rows: [Rows]
        do throws(DatabaseError) {
            rows = try execute(statements + [statement], in: key, nil)
        } catch {
            if let wire, wire.transactionStatus != PQTRANS_IDLE { _ = try? execute(["ROLLBACK"], in: key, nil) }
            throw error
        }
        if let wire, wire.transactionStatus != PQTRANS_IDLE {
            end()
            throw DatabaseError(.misuse, "the transaction did not end")
        }
        return rows.last?.tag ?? ""
    }

    /// Runs a script of several statements.
    nonisolated func script(_ text: String) async throws(DatabaseError) {
        try await interruptible { connection, interruption throws(DatabaseError) in
            try connection.withWire { wire throws(DatabaseError) in
                try wire.executeScript(text, connection.limits(interruption))
            }
        }
    }

    /// Waits for notifications, at most for `duration`; none where it passes.
    nonisolated func notifications(within duration: Duration) async throws(DatabaseError) -> [Notification] {
        try await interruptible { connection, interruption throws(DatabaseError) in
            try connection.withWire { wire throws(DatabaseError) in
                let limits = Wire.Limits(deadline: .now + duration, interruption: interruption)
                while true {
                    try wire.checkIdle()
                    let taken = wire.takeNotifications()
                    if !taken.isEmpty { return taken }
                    let arrived = try wire.awaitInput(limits)
                    if !arrived { return [] }
                }
            }
        }
    }

    // MARK: On the thread

    private func connect(_ interruption: Interruption) throws(DatabaseError) {
        do throws(DatabaseError) {
            wire = try Wire(to: configuration, on: thread, interruption: interruption)
        } catch {
            end()
            switch error.code {
            case .connectionLost, .refused: throw DatabaseError(.unavailable, error.message, sqlState: error.sqlState)
            case .unavailable, .cancelled, .decoding, .invalidParameter, .configuration, .misuse: throw error
            }
        }
    }

    private func execute(
        _ statements: [SQL], in key: TransactionKey?, _ interruption: Interruption?
    ) throws(DatabaseError) -> [Rows] {
        guard key == transaction else { throw DatabaseError(.misuse, "the transaction has ended") }
        return try withWire { wire throws(DatabaseError) in
            let first = key == nil ? [] : unsentBegin.map { [$0] } ?? []
            defer { if wire.transactionStatus != PQTRANS_IDLE { unsentBegin = nil } }
            do throws(DatabaseError) {
                let rows = Array(try wire.execute(first + statements, limits(interruption)).dropFirst(first.count))
                if key == nil, wire.transactionStatus != PQTRANS_IDLE {
                    end()
                    throw DatabaseError(.misuse, "a transaction was begun outside of withTransaction")
                }
                return rows
            } catch {
                var error = error
                if key == nil, error.code == .connectionLost, !error.nothingWasSent { error.outcomeIsUnknown = true }
                throw error
            }
        }
    }

    private func withWire<Value>(_ body: (Wire) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        guard let wire else { throw .closed }
        defer { if wire.isBroken { end() } }
        return try body(wire)
    }

    private func end() {
        usable.store(false, ordering: .releasing)
        wire = nil
    }

    /// A statement's own timeout comes first; the wait for a server that has fallen silent ends soon after.
    private func limits(_ interruption: Interruption?) -> Wire.Limits {
        let longest = max(configuration.statementTimeout, configuration.lockTimeout)
        let silence: Duration? = configuration.statementTimeout == .zero ? nil : longest + .seconds(5)
        return Wire.Limits(silence: silence, interruption: interruption)
    }

    /// Runs `body` on the thread; cancelling the task interrupts its waits.
    private nonisolated func interruptible<Value: Sendable>(
        _ body: @Sendable (isolated DatabaseConnection, Interruption) throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        let interruption = Interruption()
        let thread = thread
        let result = await withTaskCancellationHandler {
            await perform { connection in
                Result { () throws(DatabaseError) in try body(connection, interruption) }
            }
        } onCancel: {
            interruption.request()
            thread.poke()
        }
        return try result.get()
    }

    private func perform<Value: Sendable>(_ body: @Sendable (isolated DatabaseConnection) -> Value) -> Value {
        body(self)
    }
}

/// Names a transaction on its connection.
struct TransactionKey: Hashable, Sendable {
    private static let counter = Atomic<UInt64>(0)
    private let number: UInt64

    init() { number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue }
}
