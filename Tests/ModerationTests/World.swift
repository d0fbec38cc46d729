import Accounts
import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import Logging
import Matching
import Moderation
import Passwords
import REST
import Sessions
import Testing
import Tokens

/// A migrated database with a customer, a consultant and an administrator who have passwords.
struct World {
    static let password = "seven lanterns on the hill"

    let pool: DatabasePool
    let identity: Identity
    let requests: RequestDesk
    let customer: UniqueID
    let consultant: UniqueID
    let admin: UniqueID

    init(_ purpose: String = "moderation") async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase(purpose), limits: PoolLimits(connections: 8), logger: .quiet)
        identity = await Identity(
            pool: pool, hasher: try PasswordHasher(), key: SigningKey.generate(), clientURL: "http://localhost:8080")
        requests = RequestDesk(pool: pool, terms: HandoutTerms(), sessions: SessionStore(terms: .init()))
        customer = try await Self.resident(identity, pool, .customer, "Ann Example")
        consultant = try await Self.resident(identity, pool, .consultant, "Cora Example")
        admin = try await Self.resident(identity, pool, .customer, "Olive Example")
        try await pool.query("UPDATE users SET role = 'admin' WHERE id = \(admin)")
        try await pool.query(
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency,
                availability, is_connected)
            VALUES (\(consultant), 'Databases', '["SQL"]', 12000, 'usd', 'available', true)
            """)
    }

    private static func resident(
        _ identity: Identity, _ pool: DatabasePool, _ role: Role, _ name: String
    ) async throws -> UniqueID {
        let email = "\(UniqueID())@example.org"
        let body =
            #"{"email": "\#(email)", "password": "\#(password)", "name": "\#(name)", "role": "\#(role.rawValue)"}"#
        _ = try await RegistrationHandlers(identity).register(call(body))
        return try await pool.query(
            "UPDATE users SET email_verified_at = now() WHERE email = \(email) RETURNING id")[0]
            .get("id", as: UniqueID.self)
    }

    var reports: ReportHandlers { ReportHandlers(pool: pool) }
    var moderation: ModerationHandlers {
        ModerationHandlers(ModerationDesk(pool: pool, requests: requests, clientURL: "http://localhost:8080"))
    }
    var consultants: ConsultantHandlers { ConsultantHandlers(pool: pool) }
    var sessions: SessionHandlers {
        SessionHandlers(
            pool: pool, store: SessionStore(terms: .init()),
            door: .init(token: { _, _, _, _ in "" }, iceServers: { _ in [] }))
    }

    /// A session of the two.
    func session(state: String = "completed") async throws -> UniqueID {
        let (question, session) = (UniqueID(), UniqueID())
        let isOver = state == "completed"
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at)
            VALUES (\(question), \(customer), 'Why?', 'Because.', '["sql"]', 'accepted', now())
            """,
            """
            INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, started_at, ended_at, end_reason)
            VALUES (\(session), \(question), \(customer), \(consultant), \("s-\(session)"), \(state), 12000, 'usd', 600,
                now(), CASE WHEN \(isOver)::boolean THEN now() END, CASE WHEN \(isOver)::boolean THEN 'customer_left' END)
            """,
        ])
        return session
    }

    /// A session with a rating.
    func rated(_ comment: String? = "Nonsense.", stars: Int = 1) async throws -> UniqueID {
        let session = try await session()
        try await pool.query(
            """
            INSERT INTO ratings (session_id, customer_id, consultant_id, stars, comment)
            VALUES (\(session), \(customer), \(consultant), \(stars), \(comment))
            """)
        return session
    }

    /// A question of the customer's for which somebody is looked for.
    func question(_ state: String = "open") async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, expires_at)
            VALUES (\(id), \(customer), 'How?', 'So.', '["sql"]', \(state), now() + interval '1 hour')
            """)
        return id
    }

    /// Reports a session, or the comment on it; the report's id.
    @discardableResult
    func report(
        _ session: UniqueID, by user: UniqueID? = nil, _ role: Role = .customer, kind: String = "session",
        reason: String = "abusive"
    ) async throws -> UniqueID {
        let body = #"{"kind": "\#(kind)", "reason": "\#(reason)", "text": "Words of a reporter"}"#
        let reply = try await reports.report(call(body, by: user ?? customer, role, id: session))
        #expect(reply.status == .created)
        return try #require(UniqueID(reply.json["id"].string ?? ""))
    }

    @discardableResult
    func decide(_ report: UniqueID, _ decision: String, more: String = "", key: String? = nil) async throws -> Reply {
        try await moderation.decide(
            call(#"{"decision": "\#(decision)"\#(more)}"#, by: admin, .admin, id: report, key: key))
    }

    func signIn(_ user: UniqueID) async throws -> Reply {
        let email: String = try await value("SELECT email::text FROM users WHERE id = \(user)")
        return try await SignInHandlers(identity).signIn(
            call(#"{"email": "\#(email)", "password": "\#(Self.password)"}"#))
    }

    /// The only value of a query.
    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
    }

    /// The kinds of what happened to an account, the oldest first; what registration left is passed over.
    func events(of user: UniqueID) async throws -> [String] {
        try await pool.query("SELECT kind FROM security_events WHERE user_id = \(user) ORDER BY id").map { row in
            try row.get("kind", as: String.self)
        }.filter { $0 != "registered" }
    }

    /// The subjects of mails to an account since it was registered, the oldest first.
    func mails(to user: UniqueID) async throws -> [String] {
        try await pool.query(
            """
            SELECT subject FROM mail_outbox JOIN users ON lower(recipient) = lower(users.email::text)
            WHERE users.id = \(user) AND subject <> 'Confirm your e-mail address' ORDER BY mail_outbox.id
            """
        ).map { row in try row.get("subject", as: String.self) }
    }
}

/// A request with JSON.
func call(
    _ body: String = "", by user: UniqueID? = nil, _ role: Role = .customer, id: UniqueID? = nil,
    query: [String: String] = [:], key: String? = nil
) -> Call {
    Call(
        route: "TEST /", parameters: id.map { ["id": $0.description] } ?? [:], query: query,
        headers: [.contentType: "application/json"], body: Array(body.utf8), address: "192.0.2.1",
        caller: user.map { Caller(user: $0, role: role, family: UniqueID(), isVerified: true) },
        requestID: "test", idempotencyKey: key, logger: .quiet)
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
    var bool: Bool? { value as? Bool }
    var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
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

extension Logger {
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
