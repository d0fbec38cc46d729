internal import Logging
internal import Synchronization

/// How a transaction sees others (manual, section 13.2).
public enum IsolationLevel: Sendable {
    /// Each statement sees what was committed before it.
    case readCommitted
    /// All statements see the same moment.
    case repeatableRead
    /// As if transactions ran one after the other.
    case serializable
}

/// A running transaction: what `withTransaction` gives to its body. After the body's end it refuses statements.
public final class Transaction: Queryable {
    private let connection: DatabaseConnection
    private let key: TransactionKey
    private let savepoints = Atomic<Int>(0)
    private let conflict = Mutex<DatabaseError?>(nil)
    /// What goes with the next statements: savepoints that nothing was sent after, and what was postponed.
    private let unsent = Mutex<[Unsent]>([])

    private enum Unsent {
        case savepoint(String)
        case statement(SQL)

        var statement: SQL {
            switch self {
            case .savepoint(let name): "SAVEPOINT \(identifier: name)"
            case .statement(let statement): statement
            }
        }
    }

    init(connection: DatabaseConnection, key: TransactionKey) {
        self.connection = connection
        self.key = key
    }

    /// Runs statements in one round trip.
    public func pipeline(_ statements: [SQL]) async throws(DatabaseError) -> [Rows] {
        let first = takeUnsent()
        do throws(DatabaseError) {
            let rows = try await connection.run(first.map(\.statement) + statements, in: key)
            return Array(rows.dropFirst(first.count))
        } catch {
            if error.isTransactionConflict { conflict.withLock { $0 = error } }
            // Refused on our side.
            if error.code == .invalidParameter { unsent.withLock { $0 = first + $0 } }
            throw error
        }
    }

    /// Statements whose rows nobody needs. They are sent with the next ones, or else with COMMIT, and save a round trip;
    /// where one of them fails that fails.
    public func postpone(_ statements: [SQL]) {
        unsent.withLock { $0 += statements.map(Unsent.statement) }
    }

    /// Runs `body` so that its failure undoes only its own statements, and the transaction can go on. A body without a
    /// statement costs no round trip.
    @discardableResult
    public nonisolated(nonsending) func withSavepoint<Value>(
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let name = "p\(savepoints.wrappingAdd(1, ordering: .relaxed).newValue)"
        unsent.withLock { $0.append(.savepoint(name)) }
        do {
            let value = try await body()
            if !forget(name, whateverFollows: false) { try await query("RELEASE SAVEPOINT \(identifier: name)") }
            return value
        } catch {
            // In a cancelled task the whole transaction is about to end instead.
            if !forget(name, whateverFollows: true) { try await query("ROLLBACK TO SAVEPOINT \(identifier: name)") }
            throw error
        }
    }

    /// Forgets a savepoint that was never sent, with all that was postponed after it.
    ///
    /// - Parameter whateverFollows: false: only where nothing was postponed after it.
    /// - Returns: false where it is not forgotten.
    private func forget(_ name: String, whateverFollows: Bool) -> Bool {
        unsent.withLock { unsent in
            let place = unsent.firstIndex { if case .savepoint(name) = $0 { true } else { false } }
            guard let place, whateverFollows || place == unsent.count - 1 else { return false }
            unsent.removeSubrange(place...)
            return true
        }
    }

    private func takeUnsent() -> [Unsent] {
        unsent.withLock { unsent in
            defer { unsent = [] }
            return unsent
        }
    }

    /// What COMMIT takes along.
    fileprivate var postponed: [SQL] { takeUnsent().map(\.statement) }

    /// The conflict that a statement met, even where the body has caught the error.
    fileprivate var conflictMet: DatabaseError? { conflict.withLock { $0 } }
}

extension DatabasePool {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// A transaction that conflicts with others (serialisation failure, deadlock) starts over, with `body` called
    /// again; so `body` does nothing that the rollback does not undo. Cancelling the task interrupts the running
    /// statement and rolls back; the rollback and a COMMIT once sent are not interrupted.
    ///
    /// - Throws: what `body` throws; `DatabaseError` of the transaction itself. Where its `outcomeIsUnknown`, the
    ///   connection was lost during COMMIT.
    @discardableResult
    public nonisolated(nonsending) func withTransaction<Value>(
        isolation: IsolationLevel = .readCommitted, readOnly: Bool = false,
        _ body: nonisolated(nonsending) (Transaction) async throws -> Value
    ) async throws -> Value {
        var pause = Duration.milliseconds(2)
        var attempt = 0
        while true {
            do {
                return try await runTransaction(isolation.begin(readOnly: readOnly), body)
            } catch let conflict as TransactionConflict {
                guard attempt < limits.conflictRetries else { throw conflict.error }
                attempt += 1
                countConflict()
                logger.debug("a transaction starts over", metadata: ["error": "\(conflict.error)"])
                try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
                pause = min(pause * 2, .milliseconds(200))
            }
        }
    }

    private nonisolated(nonsending) func runTransaction<Value>(
        _ begin: SQL, _ body: nonisolated(nonsending) (Transaction) async throws -> Value
    ) async throws -> Value {
        let key = TransactionKey()
        let pooled = try await beginTransaction(begin, key)
        let transaction = Transaction(connection: pooled.connection, key: key)
        let value: Value
        do {
            value = try await body(transaction)
        } catch {
            _ = try? await pooled.connection.end("ROLLBACK", key)
            await giveBack(pooled)
            if let error = error as? DatabaseError, error.isTransactionConflict {
                throw TransactionConflict(error: error)
            }
            if let conflict = transaction.conflictMet { throw TransactionConflict(error: conflict) }
            throw error
        }
        let ending: Result<String, DatabaseError>
        do throws(DatabaseError) {
            ending = .success(try await pooled.connection.end("COMMIT", after: transaction.postponed, key))
        } catch {
            ending = .failure(error)
        }
        await giveBack(pooled)
        switch ending {
        case .success("COMMIT"): return value
        case .success:
            if let conflict = transaction.conflictMet { throw TransactionConflict(error: conflict) }
            throw DatabaseError(
                .misuse, "committed after a statement had failed: rolled back", sqlState: .inFailedTransaction)
        case .failure(var error):
            if error.isTransactionConflict { throw TransactionConflict(error: error) }
            if error.code == .connectionLost { error.outcomeIsUnknown = !error.nothingWasSent }
            throw error
        }
    }
}

/// A transaction that lost against another and is to start over.
private struct TransactionConflict: Error {
    let error: DatabaseError
}

extension IsolationLevel {
    fileprivate func begin(readOnly: Bool) -> SQL {
        switch (self, readOnly) {
        case (.readCommitted, false): "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        case (.readCommitted, true): "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
        case (.repeatableRead, false): "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE"
        case (.repeatableRead, true): "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        case (.serializable, false): "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
        case (.serializable, true): "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"
        }
    }
}
