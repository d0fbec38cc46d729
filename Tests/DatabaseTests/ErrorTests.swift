import DatabaseTesting
import Testing

@testable import Database

/// The database error that `body` ends with.
func databaseError(_ body: () async throws -> Void) async -> DatabaseError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? DatabaseError
    }
}

@Suite("Errors", .timeLimit(.minutes(2))) struct ErrorTests {
    let pool: DatabasePool
    let configuration: DatabaseConfiguration

    init() async throws {
        configuration = try await TestCluster.database("errors")
        pool = DatabasePool(configuration, logger: .quiet)
        _ = try await pool.pipeline([
            "CREATE TABLE parents (id int PRIMARY KEY)",
            """
            CREATE TABLE children (id int PRIMARY KEY, name text NOT NULL CONSTRAINT children_name_key UNIQUE,
                parent int CONSTRAINT children_parent_fkey REFERENCES parents,
                age int CONSTRAINT children_age_check CHECK (age >= 0))
            """,
        ])
    }

    @Test("name the violated constraint")
    func constraints() async throws {
        try await pool.query("INSERT INTO children VALUES (1, \("secret@example.org"), NULL, 1)")
        let unique = await databaseError {
            try await pool.query("INSERT INTO children VALUES (2, \("secret@example.org"), NULL, 1)")
        }
        #expect(unique?.isUniqueViolation("children_name_key") == true && unique?.isUniqueViolation() == true)
        #expect(unique?.isUniqueViolation("children_pkey") == false)
        #expect(unique?.table == "children" && unique?.detail?.contains("secret") == true)
        #expect(unique?.description.contains("secret") == false)
        #expect(unique?.isRetryable == false)
        let foreign = await databaseError { try await pool.query("INSERT INTO children VALUES (3, 'c', 9, 1)") }
        #expect(foreign?.isForeignKeyViolation("children_parent_fkey") == true)
        let check = await databaseError { try await pool.query("INSERT INTO children VALUES (3, 'c', NULL, -1)") }
        #expect(check?.isCheckViolation("children_age_check") == true)
        let null = await databaseError { try await pool.query("INSERT INTO children VALUES (3, NULL, NULL, 1)") }
        #expect(null?.isNotNullViolation == true && null?.column == "name")
    }

    @Test("keep values out of their description")
    func privacy() async throws {
        let error = await databaseError { try await pool.query("SELECT \("my secret")::int") }
        #expect(error?.sqlState == .invalidTextRepresentation)
        #expect(error?.message.contains("my secret") == true)
        #expect(error.map { "\($0)" } == "refused 22P02")
    }

    @Test("of one statement leave the connection usable, and a wrong statement can be corrected")
    func recovery() async throws {
        for _ in 0..<3 {
            let error = await databaseError { try await pool.query("SELECT nonsense FROM parents") }
            #expect(error?.sqlState?.rawValue == "42703")
        }
        try await pool.query("ALTER TABLE parents ADD nonsense int")
        #expect(try await pool.query("SELECT nonsense FROM parents").isEmpty)
        #expect(pool.metrics.connections == 1)
    }

    @Test("tell a statement's timeout, a lock's timeout and a cancellation apart")
    func timeouts() async throws {
        var strict = configuration
        strict.statementTimeout = .milliseconds(150)
        strict.lockTimeout = .milliseconds(50)
        let impatient = DatabasePool(strict, logger: .quiet)
        let slow = await databaseError { try await impatient.query("SELECT pg_sleep(30)") }
        #expect(slow?.isStatementTimeout == true && slow?.isRetryable == false)
        try await pool.query("INSERT INTO parents (id) VALUES (1)")
        try await pool.withTransaction { transaction in
            try await transaction.query("SELECT FROM parents FOR UPDATE")
            let locked = await databaseError { try await impatient.query("UPDATE parents SET id = 2") }
            #expect(locked?.isLockTimeout == true && locked?.isRetryable == true)
        }
        let started = Gate()
        let task = Task {
            started.pass()
            return await databaseError { try await pool.query("SELECT pg_sleep(60)") }
        }
        await started.wait()
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("of parameters are found before they are sent")
    func parameters() async throws {
        let error = await databaseError { try await pool.query("SELECT \("a\0b")") }
        #expect(error?.code == .invalidParameter && error?.sqlState == .characterNotInRepertoire)
        let many = await databaseError {
            var list: SQL = "\(0)"
            while list.parameters.count < 70_000 { list = "\(list), \(list)" }
            try await pool.query("SELECT 1 WHERE 1 IN (\(list))")
        }
        #expect(many?.code == .invalidParameter)
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("do not follow from tables that changed under a prepared statement")
    func stalePlans() async throws {
        try await pool.query("INSERT INTO parents (id) VALUES (7)")
        #expect(try await pool.query("SELECT * FROM parents").columns == ["id"])
        let other = try await DatabaseConnection.open(configuration)
        try await other.query("ALTER TABLE parents ADD note text DEFAULT 'new'")
        #expect(try await pool.query("SELECT * FROM parents").columns == ["id", "note"])
        try await other.query("ALTER TABLE parents DROP note")
        let columns = try await pool.withTransaction { transaction in
            try await transaction.query("SELECT * FROM parents").columns
        }
        #expect(columns == ["id"])
        #expect(pool.metrics.conflicts == 1)
        await other.close()
    }

    @Test("of the configuration never show the password")
    func configurationErrors() async throws {
        let error = await databaseError {
            _ = try DatabaseConfiguration(url: "postgresql://u:hush@h:port/d?nonsense=1")
        }
        #expect(error?.code == .configuration && error.map { "\($0)".contains("hush") } == false)
        let good = try DatabaseConfiguration(url: "postgresql://user:hush@example.org:6432/shop?sslmode=verify-full")
        #expect("\(good)" == "example.org:6432/shop")
        var dumped = ""
        dump(good, to: &dumped)
        #expect(!dumped.contains("hush") && !String(reflecting: good).contains("hush"))
        let unknown = await databaseError {
            _ = try await DatabaseConnection.open(try configuration.database("absent"))
        }
        #expect(unknown?.code == .configuration)
        let away = await databaseError {
            _ = try await DatabaseConnection.open(try DatabaseConfiguration(url: "host=/nowhere dbname=x"))
        }
        #expect(away?.code == .unavailable && away?.isUnavailable == true)
    }

    @Test("do not follow from more statements than a connection keeps prepared")
    func manyStatements() async throws {
        for number in 0..<600 {
            let rows = try await pool.query(
                "SELECT \(identifier: "c\(number)") FROM (SELECT 1 AS \(identifier: "c\(number)")) t")
            #expect(rows.columns == ["c\(number)"])
        }
        let kept = try await pool.query("SELECT count(*) FROM pg_prepared_statements")
        #expect(try kept[0].get(0, as: Int.self) <= 256)
    }
}
