import Database
import DatabaseTesting
import Testing

@Suite("A transaction", .timeLimit(.minutes(2))) struct TransactionTests {
    let pool: DatabasePool

    init() async throws {
        pool = DatabasePool(try await TestCluster.database("transactions"), logger: .quiet)
        try await pool.query("CREATE TABLE accounts (name text PRIMARY KEY, balance int NOT NULL)")
        try await pool.query("INSERT INTO accounts VALUES ('a', 100), ('b', 100), ('c', 0)")
    }

    private func balance(_ name: String, _ database: some Queryable) async throws -> Int {
        try await database.query("SELECT balance FROM accounts WHERE name = \(name)")[0].get(0, as: Int.self)
    }

    private struct Refusal: Error {}

    @Test("is kept when its body returns, and undone when it throws")
    func ends() async throws {
        let before = try await pool.withTransaction { transaction in
            try await transaction.query("UPDATE accounts SET balance = 1 WHERE name = 'a'")
            #expect(try await balance("a", pool) == 100)
            return try await balance("a", transaction)
        }
        #expect(before == 1)
        #expect(try await balance("a", pool) == 1)
        await #expect(throws: Refusal.self) {
            try await pool.withTransaction { transaction in
                try await transaction.query("UPDATE accounts SET balance = 2 WHERE name = 'a'")
                throw Refusal()
            }
        }
        #expect(try await balance("a", pool) == 1)
        #expect(pool.metrics.idle == pool.metrics.connections)
    }

    @Test("refuses statements after its end")
    func late() async throws {
        let escaped = try await pool.withTransaction { $0 }
        #expect(await databaseError { try await escaped.query("SELECT 1") }?.code == .misuse)
        try await pool.withTransaction { _ in
            #expect(await databaseError { try await escaped.query("SELECT 1") }?.code == .misuse)
        }
    }

    @Test("of which a statement failed is not committed silently")
    func swallowedFailure() async throws {
        let error = await databaseError {
            try await pool.withTransaction { transaction in
                try await transaction.query("UPDATE accounts SET balance = 5 WHERE name = 'a'")
                _ = try? await transaction.query("SELECT nonsense")
            }
        }
        #expect(error?.code == .misuse && error?.sqlState == .inFailedTransaction)
        #expect(try await balance("a", pool) == 100)
    }

    @Test("undoes a savepoint alone")
    func savepoints() async throws {
        try await pool.withTransaction { transaction in
            try await transaction.query("UPDATE accounts SET balance = 7 WHERE name = 'a'")
            await #expect(throws: DatabaseError.self) {
                try await transaction.withSavepoint {
                    try await transaction.query("UPDATE accounts SET balance = 8 WHERE name = 'a'")
                    try await transaction.query("INSERT INTO accounts VALUES ('a', 0)")
                }
            }
            try await transaction.withSavepoint {
                try await transaction.query("UPDATE accounts SET balance = 9 WHERE name = 'b'")
            }
        }
        #expect(try await balance("a", pool) == 7)
        #expect(try await balance("b", pool) == 9)
    }

    @Test("goes on after savepoints in which nothing was sent, or a statement was refused before it was sent")
    func unsentSavepoints() async throws {
        struct Refusal: Error {}
        try await pool.withTransaction { transaction in
            try await transaction.withSavepoint {}
            await #expect(throws: Refusal.self) { try await transaction.withSavepoint { throw Refusal() } }
            await #expect(throws: DatabaseError.self) {
                try await transaction.withSavepoint {
                    try await transaction.query("UPDATE accounts SET balance = 1 WHERE name = \("a\0")")
                }
            }
            await #expect(throws: Refusal.self) {
                try await transaction.withSavepoint {
                    try await transaction.withSavepoint {
                        try await transaction.query("UPDATE accounts SET balance = 2 WHERE name = 'a'")
                    }
                    throw Refusal()
                }
            }
            try await transaction.query("UPDATE accounts SET balance = 9 WHERE name = 'b'")
        }
        #expect(try await balance("a", pool) == 100)
        #expect(try await balance("b", pool) == 9)
    }

    @Test("sends what was postponed before the next statement, or with COMMIT")
    func postponed() async throws {
        try await pool.withTransaction { transaction in
            transaction.postpone(["UPDATE accounts SET balance = 1 WHERE name = 'a'"])
            let changed = try await balance("a", transaction)
            #expect(changed == 1)
            transaction.postpone([
                "UPDATE accounts SET balance = 2 WHERE name = 'a'", "UPDATE accounts SET balance = 3 WHERE name = 'b'",
            ])
        }
        #expect(try await balance("a", pool) == 2)
        #expect(try await balance("b", pool) == 3)
        try await pool.withTransaction { $0.postpone(["UPDATE accounts SET balance = 4 WHERE name = 'c'"]) }
        #expect(try await balance("c", pool) == 4)
    }

    @Test("is undone with what was postponed where that fails, and its connection stays")
    func postponedFailure() async throws {
        let error = await databaseError {
            try await pool.withTransaction { transaction in
                try await transaction.query("UPDATE accounts SET balance = 1 WHERE name = 'a'")
                transaction.postpone([
                    "UPDATE accounts SET balance = 2 WHERE name = 'b'", "INSERT INTO accounts VALUES ('c', 5)",
                ])
            }
        }
        #expect(error?.isUniqueViolation() == true, "\(String(describing: error))")
        #expect(try await balance("a", pool) == 100)
        #expect(try await balance("b", pool) == 100)
        #expect(pool.metrics.connections == 1)
        await #expect(throws: Refusal.self) {
            try await pool.withTransaction { transaction in
                transaction.postpone(["UPDATE accounts SET balance = 6 WHERE name = 'a'"])
                throw Refusal()
            }
        }
        #expect(try await balance("a", pool) == 100)
    }

    @Test("postpones nothing beyond a savepoint's end, and forgets it with the savepoint")
    func postponedInSavepoints() async throws {
        try await pool.withTransaction { transaction in
            // The failure is the savepoint's, and the transaction goes on.
            let error = await databaseError {
                try await transaction.withSavepoint { transaction.postpone(["INSERT INTO accounts VALUES ('c', 5)"]) }
            }
            #expect(error?.isUniqueViolation() == true, "\(String(describing: error))")
            try? await transaction.withSavepoint {
                transaction.postpone(["UPDATE accounts SET balance = 7 WHERE name = 'a'"])
                throw Refusal()
            }
            try await transaction.withSavepoint {
                transaction.postpone(["UPDATE accounts SET balance = 8 WHERE name = 'b'"])
            }
        }
        #expect(try await balance("a", pool) == 100)
        #expect(try await balance("b", pool) == 8)
    }

    @Test("starts over at a real serialisation failure until both have run one after the other")
    func serialisation() async throws {
        let both = Gate()
        let attempts = Gate()
        // Each takes from its own account what the sum allows: one after the other only one of them may.
        func withdraw(_ name: String) async throws -> Bool {
            try await pool.withTransaction(isolation: .serializable) { transaction in
                attempts.pass()
                let sum = try await transaction.query("SELECT sum(balance)::int8 FROM accounts")[0].get(0, as: Int.self)
                both.pass()
                await both.wait(for: 2)
                guard sum >= 200 else { return false }
                try await transaction.query("UPDATE accounts SET balance = balance - 150 WHERE name = \(name)")
                return true
            }
        }
        async let first = withdraw("a")
        async let second = withdraw("b")
        let results = try await [first, second]
        #expect(results.count { $0 } == 1)
        #expect(attempts.count > 2 && pool.metrics.conflicts >= 1)
        #expect(try await balance("a", pool) + balance("b", pool) == 50)
    }

    @Test("starts over at a conflict even where its body has caught the error")
    func caughtConflict() async throws {
        let attempts = Gate()
        try await pool.withTransaction(isolation: .repeatableRead) { transaction in
            attempts.pass()
            _ = try await balance("a", transaction)
            if attempts.count == 1 { try await pool.query("UPDATE accounts SET balance = 1 WHERE name = 'a'") }
            _ = try? await transaction.query("UPDATE accounts SET balance = balance + 1 WHERE name = 'a'")
        }
        #expect(attempts.count == 2)
        #expect(try await balance("a", pool) == 2)
    }

    @Test("starts over after a deadlock")
    func deadlock() async throws {
        let both = Gate()
        func transfer(_ from: String, _ to: String) async throws {
            try await pool.withTransaction { transaction in
                try await transaction.query("UPDATE accounts SET balance = balance - 1 WHERE name = \(from)")
                both.pass()
                await both.wait(for: 2)
                try await transaction.query("UPDATE accounts SET balance = balance + 1 WHERE name = \(to)")
            }
        }
        async let first: Void = transfer("a", "b")
        async let second: Void = transfer("b", "a")
        _ = try await (first, second)
        // PostgreSQL may end one of them, or both.
        #expect((1...2).contains(pool.metrics.conflicts))
        #expect(try await balance("a", pool) == 100)
    }

    @Test("gives up on conflicts after its retries")
    func endlessConflict() async throws {
        var limits = PoolLimits()
        limits.conflictRetries = 2
        let stubborn = DatabasePool(pool.configuration, limits: limits, logger: .quiet)
        let attempts = Gate()
        let error = await databaseError {
            try await stubborn.withTransaction(isolation: .repeatableRead) { transaction in
                attempts.pass()
                _ = try await balance("a", transaction)
                try await pool.query("UPDATE accounts SET balance = balance + 1 WHERE name = 'a'")
                try await transaction.query("UPDATE accounts SET balance = 0 WHERE name = 'a'")
            }
        }
        #expect(error?.isSerializationFailure == true && error?.isRetryable == true && attempts.count == 3)
    }

    @Test("is rolled back when its task is cancelled, and its connection stays")
    func cancellation() async throws {
        let running = Gate()
        let task = Task {
            try await pool.withTransaction { transaction in
                try await transaction.query("UPDATE accounts SET balance = 0 WHERE name = 'a'")
                running.pass()
                try await transaction.query("SELECT pg_sleep(60)")
            }
        }
        await running.wait()
        task.cancel()
        let error = await databaseError { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await balance("a", pool) == 100)
        let connections = pool.metrics.connections
        #expect(pool.metrics.idle == connections)
        try await pool.query("UPDATE accounts SET balance = 3 WHERE name = 'a'")
    }

    @Test("that only reads cannot write")
    func readOnly() async throws {
        let error = await databaseError {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
                _ = try await transaction.query("UPDATE accounts SET balance = 0")
            }
        }
        #expect(error?.sqlState?.rawValue == "25006")
    }

    @Test("whose connection ends is certainly not committed, and says that it may be retried")
    func lostConnection() async throws {
        let admin = try await DatabaseConnection.open(pool.configuration)
        let error = await databaseError {
            try await pool.withTransaction { transaction in
                let backend = try await transaction.query("SELECT pg_backend_pid()")[0].get(0, as: Int.self)
                try await transaction.query("UPDATE accounts SET balance = 0 WHERE name = 'a'")
                try await admin.query("SELECT pg_terminate_backend(\(backend), 5000)")
                try await transaction.query("UPDATE accounts SET balance = 1 WHERE name = 'a'")
            }
        }
        #expect(error?.isRetryable == true && error?.outcomeIsUnknown == false)
        #expect(try await balance("a", pool) == 100)
        await admin.close()
    }
}
