import Accounts
import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import Money
import REST
import Sessions
import Testing

/// A migrated database with a customer and a consultant in it, and what is needed to let sessions happen to them.
struct World {
    let pool: DatabasePool
    let store = SessionStore(terms: .init())
    let customer: UniqueID
    let consultant: UniqueID

    init(_ purpose: String = "sessions") async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase(purpose), limits: PoolLimits(connections: 6), logger: .quiet)
        customer = try await Self.user(.customer, "Ann Example", on: pool)
        consultant = try await Self.consultant("Cora Example", on: pool)
    }

    var handlers: SessionHandlers {
        SessionHandlers(
            pool: pool, store: store,
            door: .init(
                token: { session, user, side, name in "\(session.room) \(user) \(side.rawValue) \(name)" },
                iceServers: { _ in [.init(urls: ["stun:stun.example.org"])] }))
    }
    var ratings: RatingHandlers { RatingHandlers(pool: pool) }
    var calls: OpsCallHandlers { OpsCallHandlers(pool: pool) }
    var analytics: AnalyticsHandlers { AnalyticsHandlers(pool: pool) }

    static func user(_ role: Role, _ name: String, on pool: DatabasePool) async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(id), \("\(id)@example.org"), \(name), \(role.rawValue), now())
            """)
        return id
    }

    /// A consultant who can be asked.
    static func consultant(_ name: String, on pool: DatabasePool) async throws -> UniqueID {
        let id = try await user(.consultant, name, on: pool)
        try await pool.query(
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency,
                availability, is_connected)
            VALUES (\(id), 'Databases', '["SQL"]', 12000, 'usd', 'available', true)
            """)
        return id
    }

    /// What the accept of a request leads to: the question, the request, a busy consultant, the session.
    @discardableResult
    func accept(
        customer: UniqueID? = nil, consultant: UniqueID? = nil, askedSecondsAgo: Int = 20, at now: Timestamp = .now()
    ) async throws -> Session {
        let (customer, consultant) = (customer ?? self.customer, consultant ?? self.consultant)
        let (question, request) = (UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, created_at, closed_at)
            VALUES (\(question), \(customer), 'Why?', 'Because.', '["sql"]', 'accepted',
                \(now.advanced(by: .seconds(-askedSecondsAgo))), \(now))
            """,
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency,
                expires_at, settled_at)
            VALUES (\(request), \(question), \(consultant), 1, 'accepted', 0.9, 12000, 'usd', \(now), \(now))
            """,
        ])
        let session = try await pool.withTransaction { transaction in
            _ = try await Availabilities.setBusy(consultant, in: transaction)
            return try await store.create(
                question: question, request: request, customer: customer, consultant: consultant,
                rate: Money(amount: 12000, currency: .usd), at: now, in: transaction)
        }
        try await read()
        return session
    }

    /// A session in which these things were reported, in this order.
    func session(_ happenings: SessionReport.Happening...) async throws -> Session {
        let session = try await accept()
        for happening in happenings { try await report(session.id, happening) }
        return try await found(session.id)
    }

    /// What is reported when both come and media flows.
    var begun: [SessionReport.Happening] {
        [.joined(customer), .joined(consultant), .progress(mediaSeconds: 0, running: true)]
    }

    /// Lets the signaling core report something, and the sidecar read all that waits, each event twice.
    func report(_ session: UniqueID, _ happening: SessionReport.Happening) async throws {
        let event = try SessionReport(session, happening).event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
        try await read()
    }

    /// Reads what waits for the sidecar. The ends of sessions are left to whoever hands questions out.
    func read() async throws {
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { delivery, transaction in
            for _ in 1...2 where try await !CallSamples.take(delivery, in: transaction) {
                _ = try await store.handle(delivery, in: transaction)
            }
        }
        while try await reader.handleBatch() > 0 {}
        #expect(reader.metrics.failed == 0)
    }

    func found(_ id: UniqueID) async throws -> Session { try #require(try await SessionStore.find(id, on: pool)) }

    /// What was appended to the outbox of this kind, the oldest first.
    func events(_ kind: String) async throws -> [JSON] {
        try await pool.query("SELECT payload::text FROM outbox_events WHERE kind = \(kind) ORDER BY sequence")
            .map { try JSON(Array($0.get(0, as: String.self).utf8)) }
    }

    func availability(_ user: UniqueID? = nil) async throws -> Availability? {
        try await Profiles.find(user ?? consultant, on: pool)?.availability
    }

    /// The only value of a query.
    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
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
        requestID: "test", idempotencyKey: key, webSocketURL: "ws://localhost:8081/ws", logger: .quiet)
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
    var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
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
