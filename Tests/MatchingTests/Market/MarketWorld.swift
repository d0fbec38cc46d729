import Accounts
import Database
import DatabaseTesting
import Events
import HTTPTypes
import Identifiers
import Logging
import REST
import Sessions
import Testing

@testable import Matching

/// A migrated database with people in it, and the hand-out of questions on it.
struct MarketWorld {
    let pool: DatabasePool
    let catalogue: ProfileCatalogue
    let engine: MatchEngine
    let desk: RequestDesk
    let sessions = SessionStore(terms: .init())
    let dispatcher: Dispatcher
    let questions: QuestionHandlers

    init(terms: HandoutTerms = HandoutTerms()) async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("matching"), limits: PoolLimits(connections: 8), logger: .quiet)
        catalogue = ProfileCatalogue(pool: pool, embedder: nil, logger: .quiet)
        engine = MatchEngine(catalogue: catalogue, embedder: nil, learner: nil)
        desk = RequestDesk(pool: pool, terms: terms, sessions: sessions)
        dispatcher = Dispatcher(pool: pool, engine: engine, terms: terms, logger: .quiet)
        questions = QuestionHandlers(pool: pool, engine: engine, desk: desk, terms: terms)
    }

    func user(_ role: Role, _ name: String = "Ann Example") async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(id), \("\(id)@example.org"), \(name), \(role.rawValue), now())
            """)
        return id
    }

    /// A consultant who knows PostgreSQL.
    func consultant(availability: String = "available", isConnected: Bool = true) async throws -> UniqueID {
        let id = try await user(.consultant, "Cora Example")
        try await pool.query(
            """
            INSERT INTO consultant_profiles (user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency,
                availability, is_connected)
            VALUES (\(id), 'PostgreSQL in depth', 'Slow queries.', '["PostgreSQL"]', 12000, 'usd', \(availability),
                \(isConnected))
            """)
        try await catalogue.compare()
        return id
    }

    func call(
        _ body: String = "", by user: UniqueID, _ role: Role, parameters: [String: String] = [:], key: String? = nil
    ) -> Call {
        Call(
            route: "TEST", parameters: parameters, headers: [.contentType: "application/json"], body: Array(body.utf8),
            address: "192.0.2.1", caller: Caller(user: user, role: role, family: UniqueID(), isVerified: true),
            requestID: "r", idempotencyKey: key, logger: .quiet)
    }

    /// A question about PostgreSQL.
    func ask(_ customer: UniqueID) async throws -> UniqueID {
        let body = #"{"title": "PostgreSQL is slow", "body": "Why?", "tags": ["PostgreSQL"]}"#
        let reply = try await questions.post(call(body, by: customer, .customer))
        #expect(reply.status == .created)
        return try await pool.query(
            "SELECT id FROM questions WHERE customer_id = \(customer) ORDER BY id DESC LIMIT 1")[0]
            .get("id", as: UniqueID.self)
    }

    /// Looks at whatever is to be looked at.
    func dispatch() async throws { while try await dispatcher.look() {} }

    /// The requests of a question: who is asked, and where that stands.
    func requests(_ question: UniqueID) async throws -> [(id: UniqueID, consultant: UniqueID, state: String)] {
        try await pool.query(
            "SELECT id, consultant_id, state FROM requests WHERE question_id = \(question) ORDER BY created_at, id"
        ).map { row in
            (
                try row.get("id", as: UniqueID.self), try row.get("consultant_id", as: UniqueID.self),
                try row.get("state", as: String.self)
            )
        }
    }

    func text(_ query: SQL) async throws -> String { try await pool.query(query)[0].get(0, as: String.self) }

    func state(_ question: UniqueID) async throws -> String {
        try await text("SELECT state FROM questions WHERE id = \(question)")
    }

    func availability(_ consultant: UniqueID) async throws -> String {
        try await text("SELECT availability FROM consultant_profiles WHERE user_id = \(consultant)")
    }

    /// The notifications to somebody, in order.
    func pushes(to user: UniqueID) async throws -> [String] {
        try await pool.query(
            """
            SELECT payload ->> 'method' AS method FROM outbox_events
            WHERE kind = 'user.push' AND payload ->> 'userId' = \(user.description) ORDER BY sequence
            """
        ).map { row throws(DatabaseError) in try row.get("method", as: String.self) }
    }

    /// Hands the sidecar's events to their handlers, as a process with the sidecar does.
    func deliver() async throws {
        let events = MatchingEvents(desk: desk, terms: HandoutTerms())
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { [sessions] delivery, transaction in
            if try await events.handle(delivery, in: transaction) { return }
            _ = try await sessions.handle(delivery, in: transaction)
        }
        while try await reader.handleBatch() > 0 {}
    }
}

extension Logger {
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
