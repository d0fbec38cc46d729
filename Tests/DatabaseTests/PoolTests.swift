import Database
import DatabaseTesting
import Testing

@Suite("A pool", .timeLimit(.minutes(3))) struct PoolTests {
    let configuration: DatabaseConfiguration

    init() async throws { configuration = try await TestCluster.database("pool") }

    private func pool(_ limits: PoolLimits = PoolLimits()) -> DatabasePool {
        DatabasePool(configuration, limits: limits, logger: .quiet)
    }

    @Test("serves many callers with few connections")
    func sharing() async throws {
        let pool = pool(PoolLimits(connections: 4))
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...400 {
                group.addTask { try await pool.query("SELECT \(number)::int8")[0].get(0, as: Int.self) }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 80_200)
        #expect(pool.metrics.connections <= 4 && pool.metrics.idle == pool.metrics.connections)
        await pool.close()
        #expect(pool.metrics.connections == 0)
        #expect(await databaseError { try await pool.query("SELECT 1") }?.isUnavailable == true)
    }

    @Test("lets callers wait for so long and so many, and no more")
    func patience() async throws {
        let pool = pool(PoolLimits(connections: 1, waiting: 1, patience: .seconds(1)))
        // On a busy machine connecting alone may take longer.
        while await databaseError({ try await pool.query("SELECT 1") }) != nil {}
        let refused = pool.metrics.refused
        try await pool.withTransaction { _ in
            let started = ContinuousClock.now
            async let waiting = databaseError { try await pool.query("SELECT 1") }
            while pool.metrics.waiting == 0, started.duration(to: .now) < .seconds(1) { await Task.yield() }
            let errors = await [databaseError { try await pool.query("SELECT 1") }, waiting]
            #expect(errors.allSatisfy { $0?.isUnavailable == true && $0?.outcomeIsUnknown == false })
            #expect(started.duration(to: .now) >= .milliseconds(990))
            #expect(
                errors.map { $0?.message } == [
                    "all connections are in use and too many wait for one", "no connection became free in time",
                ])
        }
        #expect(pool.metrics.refused == refused + 2 && pool.metrics.waiting == 0)
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("forgets a caller whose task is cancelled while it waits")
    func cancelledWaiter() async throws {
        let pool = pool(PoolLimits(connections: 1, patience: .seconds(60)))
        try await pool.withTransaction { _ in
            let task = Task { await databaseError { try await pool.query("SELECT 1") } }
            while pool.metrics.waiting == 0 { await Task.yield() }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(pool.metrics.waiting == 0)
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("lets a caller go whose task was cancelled before it began to wait")
    func cancelledBefore() async throws {
        let pool = pool(PoolLimits(connections: 1, patience: .seconds(60)))
        try await pool.withTransaction { _ in
            let cancelled = Gate()
            let task = Task {
                await cancelled.wait()
                return await databaseError { try await pool.query("SELECT 1") }
            }
            task.cancel()
            cancelled.pass()
            #expect(await task.value?.code == .cancelled)
        }
    }

    @Test("replaces connections that were ended by the server, without an error")
    func endedConnections() async throws {
        let pool = pool(PoolLimits(connections: 3))
        let opened = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await pool.withTransaction { _ in
                        opened.pass()
                        await opened.wait(for: 3)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(pool.metrics.idle == 3)
        let admin = try await DatabaseConnection.open(configuration)
        try await admin.query(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        for _ in 0..<10 { #expect(try await pool.query("SELECT 1").count == 1) }
        await admin.close()
    }

    @Test("fails what runs on an ended connection with a retryable error whose outcome is unknown")
    func endedInFlight() async throws {
        let pool = pool()
        let admin = try await DatabaseConnection.open(configuration)
        let running = Task { await databaseError { try await pool.query("SELECT pg_sleep(60), 'endedInFlight'") } }
        var ended = 0
        while ended == 0 {
            ended = try await admin.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'active' AND query LIKE '%endedInFlight%'
                    AND pid <> pg_backend_pid()
                """
            ).count
        }
        let error = await running.value
        #expect(error?.isRetryable == true && error?.code == .connectionLost && error?.outcomeIsUnknown == true)
        #expect(error?.sqlState == .adminShutdown)
        #expect(try await pool.query("SELECT 1").count == 1)
        await admin.close()
    }

    @Test("replaces a connection at the end of its lifetime")
    func lifetime() async throws {
        let pool = pool(PoolLimits(lifetime: .zero))
        func backend() async throws -> Int {
            try await pool.query("SELECT pg_backend_pid()")[0].get(0, as: Int.self)
        }
        #expect(try await backend() != backend())
        #expect(pool.metrics.connections == 0)
    }

    @Test("names its connections and limits them as configured")
    func session() async throws {
        var configuration = configuration
        configuration.applicationName = "consult-test"
        configuration.statementTimeout = .seconds(3)
        configuration.lockTimeout = .milliseconds(1500)
        let pool = DatabasePool(configuration, logger: .quiet)
        let settings = try await pool.query(
            """
            SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS statement,
                current_setting('lock_timeout') AS lock, current_setting('TimeZone') AS zone,
                current_setting('idle_in_transaction_session_timeout') AS idle
            """)[0]
        #expect(try settings.get("name", as: String.self) == "consult-test")
        #expect(try settings.get("statement", as: String.self) == "3s")
        #expect(try settings.get("lock", as: String.self) == "1500ms")
        #expect(try settings.get("zone", as: String.self) == "UTC")
        #expect(try settings.get("idle", as: String.self) == "1min")
    }

    @Test("refuses a transaction begun by a statement, and is well afterwards")
    func strayTransaction() async throws {
        let pool = pool()
        #expect(await databaseError { try await pool.query("BEGIN") }?.code == .misuse)
        #expect(try await pool.query("SELECT 1").count == 1)
    }
}

@Suite("Pipelining", .timeLimit(.minutes(2))) struct PipelineTests {
    let pool: DatabasePool

    init() async throws { pool = DatabasePool(try await TestCluster.database("pipeline"), logger: .quiet) }

    @Test("answers many statements in order")
    func order() async throws {
        let answers = try await pool.pipeline((0..<1000).map { "SELECT \($0)::int8 AS n" })
        #expect(try answers.map { try $0[0].get("n", as: Int.self) } == Array(0..<1000))
    }

    @Test("applies all statements or none, and says which failed")
    func atomicity() async throws {
        try await pool.query("CREATE TABLE numbers (n int PRIMARY KEY)")
        let error = await databaseError {
            _ = try await pool.pipeline([
                "INSERT INTO numbers VALUES (1)", "INSERT INTO numbers VALUES (2)", "INSERT INTO numbers VALUES (1)",
                "INSERT INTO numbers VALUES (3)",
            ])
        }
        #expect(error?.isUniqueViolation("numbers_pkey") == true)
        #expect(try await pool.query("SELECT FROM numbers").isEmpty)
        let syntax = await databaseError {
            _ = try await pool.pipeline(["INSERT INTO numbers VALUES (1)", "nonsense"])
        }
        #expect(syntax?.sqlState == .syntaxError)
        #expect(try await pool.query("SELECT FROM numbers").isEmpty)
    }

    @Test("does not lock up when both directions are full")
    func bulk() async throws {
        let text = String(repeating: "y", count: 200_000)
        let answers = try await pool.pipeline((0..<60).map { _ in "SELECT \(text) || 'z' AS it" })
        #expect(try answers.allSatisfy { try $0[0].get("it", as: String.self).utf8.count == 200_001 })
    }
}
