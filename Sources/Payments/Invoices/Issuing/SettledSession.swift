internal import Billing
internal import Database
internal import Money

/// What the database knows about a session that is to be invoiced.
struct SettledSession {
    /// A part of the call that was charged.
    struct Part {
        let payment: UniqueID
        let window: Int
        let captured: Int64
        let processorID: String?
    }

    let customer: UniqueID
    let consultant: UniqueID
    let customerName: String?
    let customerEmail: String?
    let consultantName: String?
    let title: String?
    let rate: Money
    let windowSeconds: Int
    /// The media clock's last word with what is not billed of it; nil where no charge machine is kept.
    let time: BillableTime?
    /// What was charged, in the order of the call.
    let parts: [Part]
    /// What was issued before, the oldest first.
    let issued: [Invoice]

    /// Reads it, and keeps others from issuing for the session until the end of the transaction; nil for no such session.
    static func lock(_ session: UniqueID, in transaction: Transaction) async throws -> SettledSession? {
        let answers = try await transaction.pipeline([
            "SELECT FROM sessions WHERE id = \(session) FOR NO KEY UPDATE",
            """
            SELECT sessions.customer_id, sessions.consultant_id, rate_amount, rate_currency, window_seconds,
                CASE WHEN customer.erased_at IS NULL THEN customer.name END AS customer_name,
                CASE WHEN customer.erased_at IS NULL THEN customer.email::text END AS customer_email,
                CASE WHEN consultant.erased_at IS NULL THEN consultant.name END AS consultant_name,
                CASE WHEN customer.erased_at IS NULL THEN questions.title END AS title, charges.machine
            FROM sessions JOIN users AS customer ON customer.id = sessions.customer_id
                JOIN users AS consultant ON consultant.id = sessions.consultant_id
                JOIN questions ON questions.id = sessions.question_id
                LEFT JOIN charges ON charges.session_id = sessions.id
            WHERE sessions.id = \(session)
            """,
            """
            SELECT id, window_number, captured_amount, processor_id FROM payments
            WHERE session_id = \(session) AND captured_amount > 0 ORDER BY window_number, attempt
            """,
            "SELECT \(Invoice.columns) FROM invoices WHERE session_id = \(session) ORDER BY issued_at, number",
        ])
        guard let row = answers[1].first else { return nil }
        guard let currency = Currency(try row.get("rate_currency", as: String.self)) else {
            throw DatabaseError(.decoding, "a session in no known currency")
        }
        let machine = try row.get("machine", as: JSONText?.self).flatMap { try? $0.decode(as: ChargeMachine.self) }
        return SettledSession(
            customer: try row.get("customer_id", as: UniqueID.self),
            consultant: try row.get("consultant_id", as: UniqueID.self),
            customerName: try row.get("customer_name", as: String?.self),
            customerEmail: try row.get("customer_email", as: String?.self),
            consultantName: try row.get("consultant_name", as: String?.self),
            title: try row.get("title", as: String?.self),
            rate: Money(amount: try row.get("rate_amount", as: Int64.self), currency: currency),
            windowSeconds: try row.get("window_seconds", as: Int.self), time: machine?.time,
            parts: try answers[2].map { row throws(DatabaseError) in
                Part(
                    payment: try row.get("id", as: UniqueID.self), window: try row.get("window_number", as: Int.self),
                    captured: try row.get("captured_amount", as: Int64.self),
                    processorID: try row.get("processor_id", as: String?.self))
            },
            issued: try answers[3].map { try Invoice($0) })
    }

    /// What was invoiced, or credited, before.
    func covered(_ kind: InvoiceKind) -> Int64 { issued.filter { $0.kind == kind }.reduce(0) { $0 + $1.total.amount } }
}
