import Database
import DatabaseTesting
import Testing

@Suite("Migrating", .timeLimit(.minutes(2))) struct MigrationRunnerTests {
    let configuration: DatabaseConfiguration
    let pool: DatabasePool

    init() async throws {
        configuration = try await TestCluster.database("migrations")
        pool = DatabasePool(configuration, logger: .quiet)
    }

    private func runner(_ migrations: [Migration]) throws -> MigrationRunner {
        MigrationRunner(configuration, migrations: try MigrationSet(migrations), logger: .quiet)
    }

    private static let first = Migration(
        version: 1, name: "first", up: "CREATE TABLE a (n int); INSERT INTO a VALUES (1);", down: "DROP TABLE a")
    private static let second = Migration(
        version: 2, name: "second",
        up: """
            CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END $$;
            INSERT INTO a VALUES (two()); -- a comment; with a semicolon
            """,
        down: "DELETE FROM a WHERE n = 2; DROP FUNCTION two()")

    private func tables() async throws -> [String] {
        try await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").map {
            try $0.get(0, as: String.self)
        }
    }

    private func failure(_ body: () async throws -> Void) async -> MigrationError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? MigrationError
        }
    }

    @Test("goes up, tells where it stands, and goes down again")
    func journey() async throws {
        let runner = try runner([Self.first, Self.second])
        #expect(try await runner.status().map(\.state) == [.pending, .pending])
        #expect(try await tables().isEmpty)
        #expect(try await runner.up(to: 1).map(\.version) == [1])
        #expect(try await runner.up().map(\.version) == [2])
        #expect(try await runner.up().isEmpty)
        #expect(try await pool.query("SELECT n FROM a ORDER BY n").map { try $0.get(0, as: Int.self) } == [1, 2])
        for status in try await runner.status() {
            guard case .applied(let moment) = status.state else { throw status.unexpected }
            #expect(moment.since(.now()) < .seconds(60))
        }
        #expect(try await runner.down().map(\.version) == [2])
        #expect(try await pool.query("SELECT n FROM a").count == 1)
        #expect(try await runner.down(to: 0).map(\.version) == [1])
        #expect(try await tables() == ["schema_migrations"])
        #expect(try await runner.down().isEmpty)
        #expect(try await runner.up().count == 2)
    }

    @Test("refuses a migration that was changed after it was applied, and changes nothing")
    func edited() async throws {
        try await runner([Self.first]).up()
        let changed = Migration(version: 1, name: "first", up: Self.first.up + " ", down: Self.first.down)
        let error = await failure { try await runner([changed, Self.second]).up() }
        #expect(error?.code == .edited)
        let states = try await runner([changed, Self.second]).status().map(\.state)
        guard case .edited = states[0] else { throw states.unexpected }
        #expect(states[1] == .pending)
    }

    @Test("undoes a failing migration as a whole, keeps the ones before, and says why")
    func failing() async throws {
        let broken = Migration(
            version: 2, name: "broken", up: "CREATE TABLE b (); INSERT INTO a VALUES (5); SELECT 1 / 0", down: "")
        let error = await failure { try await runner([Self.first, broken]).up() }
        #expect(error?.code == .failed && error?.cause?.sqlState?.rawValue == "22012")
        #expect(try await tables() == ["a", "schema_migrations"])
        #expect(try await pool.query("SELECT n FROM a").count == 1)
        #expect(try await runner([Self.first, Self.second]).up().map(\.version) == [2])
    }

    @Test("refuses a script that ends its own transaction")
    func escaping() async throws {
        let sly = Migration(
            version: 1, name: "sly", up: "CREATE TABLE c (); COMMIT; BEGIN; CREATE TABLE d ()", down: "")
        let error = await failure { try await runner([sly]).up() }
        #expect(error?.code == .failed && error?.cause?.code == .misuse)
        #expect(try await runner([sly]).status().map(\.state) == [.pending])
        #expect(try await tables().contains("d") == false)
    }

    @Test("happens once where several servers start together")
    func together() async throws {
        let slow = Migration(
            version: 2, name: "slow", up: "SELECT pg_sleep(0.3); INSERT INTO a VALUES (2)", down: "DELETE FROM a")
        let runner = try runner([Self.first, slow])
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try await runner.up().count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(applied.sorted() == [0, 0, 0, 0, 0, 2])
        #expect(try await pool.query("SELECT n FROM a").count == 2)
    }
}

private struct Unexpected: Error { let value: String }

extension MigrationStatus { fileprivate var unexpected: any Error { Unexpected(value: "\(self)") } }
extension [MigrationStatus.State] { fileprivate var unexpected: any Error { Unexpected(value: "\(self)") } }

@Suite("The project's schema", .timeLimit(.minutes(2))) struct SchemaTests {
    private let configuration: DatabaseConfiguration
    private let pool: DatabasePool
    private let customer = UniqueID()
    private let consultant = UniqueID()
    private let question = UniqueID()

    init() async throws {
        configuration = try await TestCluster.migratedDatabase("schema")
        pool = DatabasePool(configuration, logger: .quiet)
        _ = try await pool.pipeline([
            "INSERT INTO users (id, email, name, role) VALUES (\(customer), 'Ada@Example.org', 'Ada', 'customer')",
            "INSERT INTO users (id, email, name, role) VALUES (\(consultant), 'bo@example.org', 'Bo', 'consultant')",
            """
            INSERT INTO consultant_profiles (user_id, tags, hourly_rate_amount, hourly_rate_currency, availability)
            VALUES (\(consultant), '["PostgreSQL"]', 12000, 'usd', 'available')
            """,
            "INSERT INTO questions (id, customer_id, title, body) VALUES (\(question), \(customer), 't', 'b')",
        ])
    }

    private func session(_ id: UniqueID, state: String = "active") -> SQL {
        """
        INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
            threshold_seconds, started_at)
        VALUES (\(id), \(question), \(customer), \(consultant), \(id.description), \(state), 12000, 'usd', 600, now())
        """
    }

    @Test("goes up, down to nothing, and up again")
    func reversible() async throws {
        let runner = MigrationRunner(configuration, migrations: try TestCluster.migrations(), logger: .quiet)
        let count = try TestCluster.migrations().all.count
        #expect(try await runner.down(to: 0).count == count)
        let left = try await pool.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
                AND relname <> 'schema_migrations'
            UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
            UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            """)
        #expect(left.isEmpty)
        #expect(try await runner.up().count == count)
    }

    @Test("keeps e-mail addresses unique whatever their case")
    func emails() async throws {
        let error = await databaseError {
            try await pool.query(
                "INSERT INTO users (id, email, name, role) VALUES (\(UniqueID()), \("ADA@example.ORG"), 'A', 'admin')")
        }
        #expect(error?.isUniqueViolation("users_email_key") == true)
        let found = try await pool.query("SELECT id FROM users WHERE email = \("ada@EXAMPLE.org")")
        #expect(try found[0].get("id", as: UniqueID.self) == customer)
    }

    @Test("gives a profile to consultants only, and makes nobody without a rate available")
    func profiles() async throws {
        let wrongRole = await databaseError {
            try await pool.query("INSERT INTO consultant_profiles (user_id) VALUES (\(customer))")
        }
        #expect(wrongRole?.isForeignKeyViolation("consultant_profiles_user_fkey") == true)
        let noRate = await databaseError {
            try await pool.query(
                "UPDATE consultant_profiles SET hourly_rate_amount = NULL, hourly_rate_currency = NULL")
        }
        #expect(noRate?.isCheckViolation("consultant_profiles_available_has_rate") == true)
        let half = await databaseError {
            try await pool.query("UPDATE consultant_profiles SET hourly_rate_currency = NULL")
        }
        #expect(half?.isCheckViolation() == true)
        let found = try await pool.query(
            "SELECT user_id FROM consultant_profiles WHERE tags @> \(JSONText("[\"PostgreSQL\"]"))")
        #expect(found.count == 1)
    }

    @Test("lets a consultant be in one live session, and a customer rate it once")
    func sessions() async throws {
        let first = UniqueID()
        try await pool.query(session(first))
        let second = await databaseError { try await pool.query(session(UniqueID())) }
        #expect(second?.isUniqueViolation("sessions_consultant_live_key") == true)
        let open = await databaseError { try await pool.query("UPDATE sessions SET state = 'completed'") }
        #expect(open?.isCheckViolation("sessions_ended_when_over") == true)
        try await pool.query("UPDATE sessions SET state = 'completed', ended_at = now(), end_reason = 'left'")
        try await pool.query(session(UniqueID()))
        let rating: SQL = "INSERT INTO ratings VALUES (\(first), \(customer), \(consultant), 5, NULL)"
        try await pool.query(rating)
        #expect(await databaseError { try await pool.query(rating) }?.isUniqueViolation("ratings_pkey") == true)
        let foreign = await databaseError {
            try await pool.query("UPDATE ratings SET consultant_id = customer_id")
        }
        #expect(foreign?.isForeignKeyViolation("ratings_session_fkey") == true)
    }

    @Test("holds one window's money once, and never takes more than was held")
    func payments() async throws {
        let id = UniqueID()
        try await pool.query(session(id))
        func hold(_ attempt: Int) -> SQL {
            """
            INSERT INTO payments (id, session_id, window_number, attempt, currency, amount, idempotency_key)
            VALUES (\(UniqueID()), \(id), 0, \(attempt), 'usd', 2000, \("key \(attempt)"))
            """
        }
        try await pool.query(hold(1))
        #expect(
            await databaseError { try await pool.query(hold(2)) }?.isUniqueViolation("payments_window_live_key") == true
        )
        let tooMuch = await databaseError {
            try await pool.query("UPDATE payments SET captured_amount = 2001, captured_at = now()")
        }
        #expect(tooMuch?.isCheckViolation("payments_capture_within_hold") == true)
        let fee = await databaseError {
            try await pool.query("UPDATE payments SET captured_amount = 100, captured_at = now(), fee_amount = 101")
        }
        #expect(fee?.isCheckViolation("payments_fee_within_capture") == true)
        try await pool.query("UPDATE payments SET state = 'failed'")
        try await pool.query(hold(2))
    }
}
