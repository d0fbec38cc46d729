internal import Database
internal import Events

/// A due mail in a courier's hands: its row is locked until the end of the transaction, and free again when the
/// connection is lost.
struct MailClaim {
    let id: MailID
    /// How often it was tried before.
    let failures: Int
    let createdAt: Timestamp
    /// Nil where the row does not hold a mail that can be sent.
    let email: Email?

    /// What became of an attempt.
    enum Outcome: Sendable {
        case sent
        case failed(MailError, RetryPolicy.Verdict)
    }

    /// The mail that has been due for the longest time and that nobody holds.
    ///
    /// - Parameter patience: how long making and sending it may take: as long the transaction may be idle.
    static func take(in transaction: Transaction, patience: Duration) async throws(DatabaseError) -> MailClaim? {
        let milliseconds = "\(patience.components.seconds * 1000)"
        let rows = try await transaction.pipeline([
            """
            SELECT id, recipient, recipient_name, subject, text_body, html_body, link, enclosure, attempts, created_at
            FROM mail_outbox WHERE state = 'pending' AND due_at <= clock_timestamp()
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            "SELECT set_config('idle_in_transaction_session_timeout', \(milliseconds), true)",
        ])[0]
        guard let row = rows.first else { return nil }
        return MailClaim(
            id: try row.get("id", as: MailID.self), failures: try row.get("attempts", as: Int.self),
            createdAt: try row.get("created_at", as: Timestamp.self), email: try email(row))
    }

    private static func email(_ row: Row) throws(DatabaseError) -> Email? {
        let address = try row.get("recipient", as: String.self)
        let name = try row.get("recipient_name", as: String?.self)
        let (subject, text) = (try row.get("subject", as: String.self), try row.get("text_body", as: String.self))
        let (html, link) = (try row.get("html_body", as: String?.self), try row.get("link", as: String?.self))
        let enclosure = try row.get("enclosure", as: String?.self)
        return try? Email(
            to: MailAddress(address, name: name), subject: subject, text: text, html: html, link: link,
            enclosure: enclosure)
    }

    /// Enters what became of the attempt. What a sent mail said is forgotten in the same statement.
    func settle(_ outcome: Outcome, in transaction: Transaction) async throws(DatabaseError) {
        let statement: SQL =
            switch outcome {
            case .sent:
                """
                UPDATE mail_outbox SET state = 'sent', attempts = attempts + 1, settled_at = clock_timestamp(),
                    last_error = NULL, text_body = '', html_body = NULL, link = NULL,
                    enclosure = NULL
                WHERE id = \(id)
                """
            case .failed(let error, .retry(let pause)):
                """
                UPDATE mail_outbox SET attempts = attempts + 1, last_error = \(error.description),
                    due_at = \(Timestamp.now().advanced(by: pause))
                WHERE id = \(id)
                """
            case .failed(let error, .park):
                """
                UPDATE mail_outbox SET state = 'parked', attempts = attempts + 1, last_error = \(error.description),
                    settled_at = clock_timestamp()
                WHERE id = \(id)
                """
            }
        _ = try await transaction.query(statement)
    }

    /// How long until a mail that waits for another attempt is due; nil where none waits.
    static func nextDue(on database: some Queryable) async throws(DatabaseError) -> Duration? {
        let rows = try await database.query(
            """
            SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000000)::int8 FROM mail_outbox
            WHERE state = 'pending' AND due_at > clock_timestamp()
            """)
        return try rows[0].get(0, as: Int64?.self).map { .microseconds($0) }
    }
}
