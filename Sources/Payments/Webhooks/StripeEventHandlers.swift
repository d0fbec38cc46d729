public import Database
public import REST

/// `/ops/stripe-events`: what Stripe told, for operators, above all what failed too often.
public struct StripeEventHandlers: Sendable {
    private let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// `GET /ops/stripe-events?state=&limit=&cursor=`: 200 with a page of events, those received last first.
    public func list(_ call: Call) async throws -> Reply {
        let page = try call.page(after: ListedStripeEvent.Place.self)
        var condition: SQL = "TRUE"
        if let text = call.query["state"] {
            var fields = Fields()
            let states = ListedStripeEvent.states
            let state = fields.check("state", text, states.joined(separator: ", ")) { states.contains($0) ? $0 : nil }
            try fields.finish()
            if let state { condition = "state = \(state)" }
        }
        if let after = page.after {
            condition = "\(condition) AND (received_at, id) < (\(after.receivedAt), \(after.id))"
        }
        let rows = try await pool.query(
            """
            SELECT \(ListedStripeEvent.columns) FROM stripe_events WHERE \(condition)
            ORDER BY received_at DESC, id DESC LIMIT \(page.fetched)
            """)
        let found = try rows.map { row throws(DatabaseError) in try ListedStripeEvent(row) }
        return .json(page.listing(of: found, key: \.place) { $0 })
    }

    /// `POST /ops/stripe-events/{id}/retry`: 204; the event waits again with all its attempts. 404 where no event of this id
    /// is parked.
    ///
    /// One statement: a crash leaves it parked or waiting. An event that is acted on a second time has no second effect, for
    /// what is acted on is the object as Stripe has it now, and only what leads forward is taken.
    public func retry(_ call: Call) async throws -> Reply {
        let id = call.parameters["id"] ?? ""
        let answers = try await pool.pipeline([
            """
            UPDATE stripe_events SET state = 'waiting', attempts = 0, due_at = clock_timestamp()
            WHERE id = \(id) AND state = 'parked'
            """,
            "SELECT pg_notify(\(WebhookHandlers.channel), '')",
        ])
        guard answers[0].affected == 1 else { throw Problem.notFound("parked event") }
        return .noContent
    }
}

/// An event of Stripe's as operators read it.
struct ListedStripeEvent: Sendable, Encodable {
    /// Where a page ended.
    struct Place: Sendable, Hashable {
        let receivedAt: Timestamp
        let id: String
    }

    static let states = ["waiting", "handled", "ignored", "parked"]
    static let columns: SQL = """
        id, type, object_kind, object_id, account, created_at, received_at, state, attempts, due_at, handled_at, last_error
        """

    private let id: String
    private let type: String
    private let objectKind: String
    private let objectID: String
    private let account: String?
    private let createdAt: Timestamp
    private let receivedAt: Timestamp
    private let state: String
    private let attempts: Int
    private let dueAt: Timestamp
    private let handledAt: Timestamp?
    private let lastError: String?

    var place: Place { Place(receivedAt: receivedAt, id: id) }

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id", as: String.self)
        type = try row.get("type", as: String.self)
        objectKind = try row.get("object_kind", as: String.self)
        objectID = try row.get("object_id", as: String.self)
        account = try row.get("account", as: String?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        receivedAt = try row.get("received_at", as: Timestamp.self)
        state = try row.get("state", as: String.self)
        attempts = try row.get("attempts", as: Int.self)
        dueAt = try row.get("due_at", as: Timestamp.self)
        handledAt = try row.get("handled_at", as: Timestamp?.self)
        lastError = try row.get("last_error", as: String?.self)
    }

    private enum Key: String, CodingKey {
        case id, type, objectKind, objectId, account, createdAt, receivedAt, state, attempts, dueAt, handledAt,
            lastError
    }

    /// With every field; `dueAt` is null unless it waits.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(type, forKey: .type)
        try container.encode(objectKind, forKey: .objectKind)
        try container.encode(objectID, forKey: .objectId)
        try container.encode(account, forKey: .account)
        try container.encode(createdAt.description, forKey: .createdAt)
        try container.encode(receivedAt.description, forKey: .receivedAt)
        try container.encode(state, forKey: .state)
        try container.encode(attempts, forKey: .attempts)
        try container.encode(state == "waiting" ? dueAt.description : nil, forKey: .dueAt)
        try container.encode(handledAt?.description, forKey: .handledAt)
        try container.encode(lastError, forKey: .lastError)
    }
}

extension ListedStripeEvent.Place: CursorKey {
    /// The microseconds and the id.
    var cursorParts: [String] { [String(receivedAt.microseconds), id] }

    /// The place of two texts.
    init?(cursorParts: [String]) {
        // Within the years that a timestamp can be written with.
        guard cursorParts.count == 2, let microseconds = Int64(cursorParts[0]),
            (0...253_402_300_799_000_000).contains(microseconds), (1...255).contains(cursorParts[1].utf8.count)
        else { return nil }
        self.init(receivedAt: Timestamp(microseconds: microseconds), id: cursorParts[1])
    }
}
