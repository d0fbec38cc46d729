import Accounts
import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import Logging
import REST
import Testing

/// A migrated database with people in it.
struct World {
    let pool: DatabasePool

    init(_ purpose: String = "accounts") async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase(purpose), limits: PoolLimits(connections: 4), logger: .quiet)
    }

    var profiles: ProfileHandlers { ProfileHandlers(pool: pool, windowSeconds: 600) }
    var consultants: ConsultantHandlers { ConsultantHandlers(pool: pool) }

    /// An account.
    func user(_ role: Role, _ name: String = "Ann Example", verified: Bool = true) async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(id), \("\(id)@example.org"), \(name), \(role.rawValue),
                CASE WHEN \(verified)::boolean THEN now() END)
            """)
        return id
    }

    /// A consultant whose profile is complete.
    func consultant(
        _ name: String = "Cora Example", headline: String = "Databases", bio: String = "", tags: [String] = ["SQL"],
        available: Bool = false, verified: Bool = true
    ) async throws -> UniqueID {
        let id = try await user(.consultant, name, verified: verified)
        let body =
            #"{"headline": "\#(headline)", "bio": "\#(bio)", "tags": \#(tags), "#
            + #""hourlyRate": {"amount": 12000, "currency": "usd"}}"#
        #expect(try await profiles.replace(call(body, by: id, .consultant)).status == .ok)
        if available {
            _ = try await profiles.setAvailability(call(#"{"available": true}"#, by: id, .consultant))
        }
        return id
    }

    /// A session of the two, as it is in this state.
    @discardableResult
    func session(_ customer: UniqueID, _ consultant: UniqueID, state: String = "completed") async throws -> UniqueID {
        let (question, session) = (UniqueID(), UniqueID())
        let isOver = state == "completed"
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, keywords)
            VALUES (\(question), \(customer), 'Why?', 'My name is Ann Example.', '["sql"]', '["ann"]')
            """,
            """
            INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, started_at, ended_at, end_reason)
            VALUES (\(session), \(question), \(customer), \(consultant), \("room-\(session)"), \(state), 12000, 'usd', 600,
                CASE WHEN \(isOver)::boolean THEN now() END, CASE WHEN \(isOver)::boolean THEN now() END,
                CASE WHEN \(isOver)::boolean THEN 'left' END)
            """,
        ])
        return session
    }

    /// A rating of a session.
    func rate(_ session: UniqueID, _ stars: Int, _ comment: String?) async throws {
        try await pool.query(
            """
            INSERT INTO ratings (session_id, customer_id, consultant_id, stars, comment, created_at)
            SELECT id, customer_id, consultant_id, \(stars), \(comment), clock_timestamp() FROM sessions WHERE id = \(session)
            """)
    }

    /// The only value of a query.
    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
    }
}

/// A request with JSON.
func call(
    _ body: String = "", by user: UniqueID? = nil, _ role: Role = .customer, id: UniqueID? = nil,
    query: [String: String] = [:]
) -> Call {
    Call(
        route: "TEST /", parameters: id.map { ["id": $0.description] } ?? [:], query: query,
        headers: [.contentType: "application/json"], body: Array(body.utf8), address: "192.0.2.1",
        caller: user.map { Caller(user: $0, role: role, family: UniqueID(), isVerified: true) },
        requestID: "test", logger: .quiet)
}

/// JSON that tests look into.
struct JSON: @unchecked Sendable, CustomStringConvertible {
    // Never changed, and only of the immutable types of JSONSerialization.
    private let value: Any?

    init(_ bytes: [UInt8]) throws {
        value = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }

    private init(value: Any?) { self.value = value }

    subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
    subscript(_ index: Int) -> JSON {
        let array = value as? [Any] ?? []
        return JSON(value: array.indices.contains(index) ? array[index] : nil)
    }

    var string: String? { value as? String }
    var int: Int? { value as? Int }
    var double: Double? { value as? Double }
    var bool: Bool? { value as? Bool }
    var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var strings: [String] { value as? [String] ?? [] }
    var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
    var isNull: Bool { value is NSNull }
    var description: String { String(describing: value) }
}

extension Reply {
    var json: JSON { get throws { try JSON(body) } }
}

/// The refusal of a request that is refused.
func refusal(_ body: () async throws -> Reply) async throws -> Problem {
    do {
        let reply = try await body()
        Issue.record("answered with \(reply.status)")
        throw CancellationError()
    } catch let problem as Problem {
        return problem
    }
}
