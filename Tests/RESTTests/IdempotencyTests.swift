import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import REST
import Testing

@Suite("Idempotent requests", .timeLimit(.minutes(2))) struct IdempotencyTests {
    private let pool: DatabasePool
    private static let caller = Caller(user: UniqueID(), role: .customer, family: UniqueID(), isVerified: true)

    init() async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("idempotency"), limits: PoolLimits(connections: 10), logger: .quiet)
        try await pool.query("CREATE TABLE effects (id serial PRIMARY KEY)")
    }

    private func call(
        key: String? = "k", body: String = "{}", parameters: [String: String] = [:], route: String = "POST /things",
        caller: Caller? = caller, address: String = "1.2.3.4"
    ) -> Call {
        Call(
            route: route, parameters: parameters, body: Array(body.utf8), address: address, caller: caller,
            requestID: "r", idempotencyKey: key, logger: .quiet)
    }

    private struct Failure: Error {}

    /// One more effect, and its number as the reply.
    private func act(_ call: Call, isolation: IsolationLevel = .readCommitted) async throws -> Reply {
        try await call.transaction(on: pool, isolation: isolation) { transaction in
            let rows = try await transaction.query("INSERT INTO effects DEFAULT VALUES RETURNING id")
            return .json(["id": try rows[0].get("id", as: Int.self)], status: .created)
        }
    }

    private func effects() async throws -> Int {
        try await pool.query("SELECT count(*) AS n FROM effects")[0].get("n", as: Int.self)
    }

    private var replayed: HTTPField.Name? { HTTPField.Name("Idempotency-Replayed") }

    @Test("take effect once, and are answered alike")
    func replay() async throws {
        let first = try await act(call())
        let second = try await act(call())
        #expect(try await effects() == 1)
        #expect(second.status == .created && second.body == first.body)
        #expect(second.headers[.contentType] == "application/json")
        let field = try #require(replayed)
        #expect(first.headers[field] == nil && second.headers[field] == "true")
    }

    @Test("without a key take effect each time")
    func without() async throws {
        for _ in 0..<2 { _ = try await act(call(key: nil)) }
        #expect(try await effects() == 2)
    }

    @Test("are told apart by account, address, route and key")
    func scopes() async throws {
        let other = Caller(user: UniqueID(), role: .customer, family: UniqueID(), isVerified: true)
        let calls = [
            call(), call(caller: other), call(key: "l"), call(route: "POST /others"), call(caller: nil),
            call(caller: nil, address: "5.6.7.8"),
        ]
        for call in calls { _ = try await act(call) }
        #expect(try await effects() == calls.count)
    }

    @Test("with another content, or about another thing, are refused")
    func otherContent() async throws {
        _ = try await act(call(parameters: ["id": "1"]))
        for other in [call(body: "{ }", parameters: ["id": "1"]), call(parameters: ["id": "2"]), call()] {
            let problem = await #expect(throws: Problem.self) { try await act(other) }
            #expect(problem?.status == .unprocessableContent && problem?.code == "idempotency_key_reused")
        }
        #expect(try await effects() == 1)
    }

    @Test("are known by what identifies them, where that is not their content")
    func identified() async throws {
        func act(_ content: String, about: String) async throws -> Reply {
            try await call(body: content).transaction(on: pool, identifiedBy: Array(about.utf8)) { _ in
                .json(["content": content])
            }
        }
        let first = try await act("a secret", about: "ada")
        #expect(try await act("another secret", about: "ada").body == first.body)
        let problem = await #expect(throws: Problem.self) { try await act("a secret", about: "ben") }
        #expect(problem?.code == "idempotency_key_reused")
    }

    @Test("that fail leave their key free")
    func failing() async throws {
        for error in [Problem.forbidden() as any Error, Failure()] {
            await #expect(throws: (any Error).self) {
                try await call().transaction(on: pool) { transaction in
                    try await transaction.query("INSERT INTO effects DEFAULT VALUES")
                    throw error
                }
            }
        }
        #expect(try await effects() == 0)
        #expect(try await act(call()).status == .created)
        #expect(try await effects() == 1)
    }

    @Test("sent many times at once take effect once", arguments: [IsolationLevel.readCommitted, .serializable])
    func concurrent(isolation: IsolationLevel) async throws {
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<20 { group.addTask { try await act(call(), isolation: isolation) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await effects() == 1)
        #expect(Set(replies.map(\.body)).count == 1)
        let field = try #require(replayed)
        #expect(replies.count { $0.headers[field] == nil } == 1)
    }

    @Test("wait for the first one, and take its place where it fails")
    func waiting() async throws {
        let entered = Gate()
        let release = Gate()
        let first = Task {
            try await call().transaction(on: pool) { transaction in
                entered.pass()
                await release.wait()
                throw Failure()
            }
        }
        await entered.wait()
        async let second = act(call())
        let waiting: SQL = """
            SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE NOT granted AND datname = current_database()
            """
        while try await pool.query(waiting).isEmpty { await Task.yield() }
        release.pass()
        await #expect(throws: Failure.self) { try await first.value }
        #expect(try await second.status == .created)
        #expect(try await effects() == 1)
    }

    @Test("whose server dies before the commit leave no key and no effect")
    func crash() async throws {
        await #expect(throws: (any Error).self) {
            try await call().transaction(on: pool) { transaction in
                try await transaction.query("INSERT INTO effects DEFAULT VALUES")
                // What a crash of ours, or of the database, does to the transaction.
                try await transaction.query("SELECT pg_terminate_backend(pg_backend_pid())")
                return .noContent
            }
        }
        #expect(try await effects() == 0)
        #expect(try await pool.query("SELECT FROM idempotency_keys").isEmpty)
        #expect(try await act(call()).status == .created)
    }

    @Test("may be answered with nothing")
    func noContent() async throws {
        for _ in 0..<2 {
            let reply = try await call().transaction(on: pool) { _ in .noContent }
            #expect(reply.status == .noContent && reply.body.isEmpty && reply.headers[.contentType] == nil)
        }
    }
}
