public import Database

/// The mails that are to be sent: rows of `mail_outbox`, written in the transaction that caused them.
public enum MailOutbox {
    /// The channel that wakes the couriers.
    static let channel = "mail_outbox"

    /// Appends a mail: it is sent when the transaction commits, and then only.
    ///
    /// - Returns: the mail's id, for logs.
    @discardableResult
    public static func append(_ email: Email, in transaction: Transaction) async throws(DatabaseError) -> MailID {
        let id = MailID()
        _ = try await transaction.pipeline([
            """
            INSERT INTO mail_outbox (id, recipient, recipient_name, subject, text_body, html_body, link,
                enclosure)
            VALUES (\(id), \(email.recipient.address), \(email.recipient.name), \(email.subject), \(email.text),
                \(email.html), \(email.link), \(email.enclosure))
            """,
            "SELECT pg_notify(\(channel), '')",
        ])
        return id
    }

    // MARK: For ops

    /// The outbox's numbers.
    public static func metrics(on database: some Queryable) async throws(DatabaseError) -> MailMetrics {
        let row = try await database.query(
            """
            SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
                count(*) FILTER (WHERE state = 'parked') AS parked, count(*) FILTER (WHERE state = 'sent') AS sent,
                (extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE state = 'pending'))
                    * 1000000)::int8 AS age
            FROM mail_outbox
            """)[0]
        return MailMetrics(
            pending: try row.get("pending", as: Int.self), parked: try row.get("parked", as: Int.self),
            sent: try row.get("sent", as: Int.self),
            oldestAge: try row.get("age", as: Int64?.self).map { .microseconds($0) })
    }

    /// The parked mails, the longest parked first.
    public static func parked(limit: Int = 100, on database: some Queryable) async throws(DatabaseError)
        -> [ParkedMail]
    {
        let rows = try await database.query(
            """
            SELECT id, attempts, last_error, created_at, settled_at FROM mail_outbox
            WHERE state = 'parked' ORDER BY settled_at LIMIT \(limit)
            """)
        var mails: [ParkedMail] = []
        for row in rows {
            mails.append(
                ParkedMail(
                    id: try row.get("id", as: MailID.self), attempts: try row.get("attempts", as: Int.self),
                    lastError: try row.get("last_error", as: String?.self) ?? "",
                    createdAt: try row.get("created_at", as: Timestamp.self),
                    parkedAt: try row.get("settled_at", as: Timestamp.self)))
        }
        return mails
    }

    /// Puts a parked mail back, with all its attempts.
    ///
    /// - Returns: false where there is no parked mail of this id.
    @discardableResult
    public static func unpark(_ id: MailID, on database: some Queryable) async throws(DatabaseError) -> Bool {
        let answers = try await database.pipeline([
            """
            UPDATE mail_outbox SET state = 'pending', attempts = 0, settled_at = NULL, due_at = clock_timestamp()
            WHERE id = \(id) AND state = 'parked'
            """,
            "SELECT pg_notify(\(channel), '')",
        ])
        return answers[0].affected == 1
    }

    /// Deletes mails that were sent or parked longer ago than `age`, at most `limit`.
    ///
    /// - Returns: how many were deleted.
    @discardableResult
    public static func removeSettled(
        olderThan age: Duration, limit: Int = 1000, on database: some Queryable
    ) async throws(DatabaseError) -> Int {
        let before = Timestamp.now().advanced(by: .zero - age)
        return try await database.query(
            """
            DELETE FROM mail_outbox WHERE id IN (
                SELECT id FROM mail_outbox WHERE state <> 'pending' AND settled_at < \(before)
                LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            """
        ).affected
    }
}

/// The outbox's numbers.
public struct MailMetrics: Sendable, Hashable {
    /// Mails that wait, or wait for another attempt.
    public let pending: Int
    /// Mails that were given up.
    public let parked: Int
    /// Mails that were sent and whose rows are still kept.
    public let sent: Int
    /// How long the oldest pending mail has waited; nil where none waits.
    public let oldestAge: Duration?
}

/// A mail that was refused or failed too often, and waits for somebody to look at it.
public struct ParkedMail: Sendable, Hashable {
    /// The mail.
    public let id: MailID
    /// How often it was tried.
    public let attempts: Int
    /// Why it failed last; without anybody's address.
    public let lastError: String
    /// When it was written.
    public let createdAt: Timestamp
    /// When it was parked.
    public let parkedAt: Timestamp
}
