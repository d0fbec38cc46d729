internal import Billing
public import Database
internal import HTTPTypes
internal import Identifiers
internal import Money
public import REST

/// `/payments`: what was held, charged and given back.
public struct PaymentHandlers: Sendable {
    private let pool: DatabasePool
    private let store: ChargeStore

    /// Handlers on a database.
    public init(pool: DatabasePool, store: ChargeStore) {
        self.pool = pool
        self.store = store
    }

    /// `GET /payments?session=&state=&limit=&cursor=`: 200 with a page, the newest first: a customer's and a consultant's own,
    /// an admin's everybody's.
    public func list(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let page = try call.page(after: UniqueID.self)
        var condition: SQL = "TRUE"
        if caller.role != .admin {
            condition = "(sessions.customer_id = \(caller.user) OR sessions.consultant_id = \(caller.user))"
        }
        var fields = Fields()
        if let text = call.query["session"],
            let session = fields.check("session", text, "a UUID", { UniqueID($0) })
        {
            condition = "\(condition) AND payments.session_id = \(session)"
        }
        if let text = call.query["state"],
            let state = fields.check("state", text, "a payment's state", { ChargeHold.State(rawValue: $0) })
        {
            condition = "\(condition) AND payments.state = \(state.rawValue)"
        }
        try fields.finish()
        if let after = page.after { condition = "\(condition) AND payments.id < \(after)" }
        let rows = try await pool.query(
            """
            SELECT \(PaymentView.columns) FROM payments JOIN sessions ON sessions.id = payments.session_id
            WHERE \(condition) ORDER BY payments.id DESC LIMIT \(page.fetched)
            """)
        let found = try rows.map { row throws(DatabaseError) in try PaymentView(row, isSimulated: store.isSimulated) }
        return .json(page.listing(of: found, key: \.key) { $0 })
    }

    private struct Order: Decodable {
        var amount: Int64?
        var reason: String?
    }

    private struct Ordered: Encodable {
        let sessionId: String
        let refundTotal: Money
    }

    /// `POST /payments/{id}/refund {amount?, reason?}`: 202, the refund is on its way; without an amount all that is left of
    /// the payment. It is taken from the end of the session's charges backwards, so that what stays is the price of its
    /// beginning. 409 `nothing_to_refund` where there is not so much left, `payment_disputed` where a bank has money of the
    /// session or keeps it: the customer would have it twice.
    public func refund(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let id = try call.id(of: "payment")
        let order = call.body.isEmpty ? Order() : try call.content(Order.self)
        var fields = Fields()
        if let amount = order.amount {
            _ = fields.check("/amount", amount, "a positive number of minor units") { $0 > 0 ? $0 : nil }
        }
        if let reason = order.reason {
            _ = fields.check("/reason", reason, "at most 500 characters") { $0.unicodeScalars.count <= 500 ? $0 : nil }
        }
        try fields.finish()
        return try await call.transaction(on: pool) { transaction in
            let rows = try await transaction.query(
                "SELECT session_id, attempt, window_number FROM payments WHERE id = \(id)")
            guard let row = rows.first,
                var charged = try await ChargedSession.lock(
                    row.get("session_id", as: UniqueID.self), in: transaction)
            else { throw Problem.notFound("payment") }
            let disputed = try await transaction.query(
                """
                SELECT FROM disputes JOIN payments ON payments.id = payment_id
                WHERE session_id = \(charged.id) AND disputes.state IN ('needs_response', 'under_review', 'lost', 'prevented')
                """)
            guard disputed.isEmpty else {
                throw Problem(
                    .conflict, code: "payment_disputed",
                    "The customer has gone to their bank about this session, which has the money or keeps it.")
            }
            let (window, attempt) = (try row.get("window_number", as: Int.self), try row.get("attempt", as: Int.self))
            let machine = charged.machine
            guard let hold = machine.holds.first(where: { $0.window == window && $0.attempt == attempt }) else {
                throw Problem.notFound("payment")
            }
            let left = min(hold.captured - hold.refunded, machine.summary.captured - machine.refundTotal)
            let amount = order.amount ?? left
            guard amount > 0, amount <= left else {
                throw Problem(.conflict, code: "nothing_to_refund", "There is not so much left to give back.")
            }
            let total = machine.refundTotal + amount
            try await transaction.query(
                """
                INSERT INTO refund_orders (id, payment_id, ordered_by, amount, reason)
                VALUES (\(UniqueID()), \(id), \(caller.user), \(amount), \(order.reason))
                """)
            try await store.apply(.refundOrdered(total: total), to: &charged, in: transaction)
            return .json(
                Ordered(
                    sessionId: charged.id.description, refundTotal: Money(amount: total, currency: charged.currency)),
                status: .accepted)
        }
    }
}

/// A payment as its people read it.
struct PaymentView: Encodable, Sendable {
    let key: UniqueID
    private let sessionId: String
    private let window: Int
    private let attempt: Int
    private let amount: Money
    private let captured: Money
    private let fee: Money
    private let refunded: Money
    private let state: String
    private let failureCode: String?
    private let createdAt: Timestamp
    private let capturedAt: Timestamp?
    private let isSimulated: Bool

    static let columns: SQL = """
        payments.id, payments.session_id, window_number, attempt, payments.currency, payments.amount, captured_amount,
        fee_amount, refunded_fee_amount, refunded_amount, payments.state, failure_code, payments.created_at, captured_at
        """

    init(_ row: Row, isSimulated: Bool) throws(DatabaseError) {
        key = try row.get("id", as: UniqueID.self)
        sessionId = try row.get("session_id", as: UniqueID.self).description
        window = try row.get("window_number", as: Int.self)
        attempt = try row.get("attempt", as: Int.self)
        let code = try row.get("currency", as: String.self)
        guard let currency = Currency(code) else {
            throw DatabaseError(.decoding, "a payment's currency is none: \(code)")
        }
        func money(_ column: String) throws(DatabaseError) -> Money {
            Money(amount: try row.get(column, as: Int64.self), currency: currency)
        }
        amount = try money("amount")
        captured = try money("captured_amount")
        let refundedFee = try money("refunded_fee_amount")
        fee = Money(amount: try money("fee_amount").amount - refundedFee.amount, currency: currency)
        refunded = try money("refunded_amount")
        state = try row.get("state", as: String.self)
        failureCode = try row.get("failure_code", as: String?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        capturedAt = try row.get("captured_at", as: Timestamp?.self)
        self.isSimulated = isSimulated
    }

    private enum Key: String, CodingKey {
        case id, sessionId, window, attempt, amount, captured, fee, refunded, state, failureCode, failureText, createdAt
        case capturedAt, simulated
    }

    /// With every field, an absent one as null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(key.description, forKey: .id)
        try container.encode(sessionId, forKey: .sessionId)
        try container.encode(window, forKey: .window)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(amount, forKey: .amount)
        try container.encode(captured, forKey: .captured)
        try container.encode(fee, forKey: .fee)
        try container.encode(refunded, forKey: .refunded)
        try container.encode(state, forKey: .state)
        try container.encode(failureCode, forKey: .failureCode)
        try container.encode(failureCode.map { ChargeNotice.problem($0) }, forKey: .failureText)
        try container.encode(createdAt.description, forKey: .createdAt)
        try container.encode(capturedAt?.description, forKey: .capturedAt)
        try container.encode(isSimulated, forKey: .simulated)
    }
}
