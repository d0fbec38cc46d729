internal import Database
internal import Events

/// What is kept of somebody who left.
public struct KeptData: Sendable, Hashable, Encodable {
    /// What.
    public let what: String
    /// Why.
    public let why: String
    /// Until when, as RFC 3339.
    public let until: String
}

/// The erasure of a person.
public enum Erasure {
    /// Why somebody cannot be erased.
    public enum Obstacle: Error, Sendable, Hashable {
        /// There is no such account, or not any more.
        case noAccount
        /// They are in a session, or about to be.
        case sessionLive
    }

    /// Locks the account, so that no session can begin until the end of the transaction.
    ///
    /// - Throws: ``Obstacle`` where it cannot be erased.
    static func prepare(_ user: UniqueID, in transaction: Transaction) async throws {
        let answers = try await transaction.pipeline([
            // Questions before people, as everybody does who holds both.
            """
            SELECT FROM questions WHERE state IN ('open', 'matching') AND (customer_id = \(user) OR id IN (
                SELECT question_id FROM requests WHERE consultant_id = \(user) AND state = 'pending'))
            ORDER BY id FOR UPDATE
            """,
            "SELECT FROM users WHERE id = \(user) AND erased_at IS NULL FOR UPDATE",
            "SELECT FROM consultant_profiles WHERE user_id = \(user) FOR UPDATE",
        ])
        guard !answers[1].isEmpty else { throw Obstacle.noAccount }
        // Asked only now: it sees what was committed before the lock was had.
        let live = try await transaction.query(
            """
            SELECT FROM sessions WHERE (customer_id = \(user) OR consultant_id = \(user))
                AND state IN ('pending', 'active') LIMIT 1
            """)
        guard live.isEmpty else { throw Obstacle.sessionLive }
    }

    /// Removes or pseudonymises everything about an account that ``prepare(_:in:)`` has locked.
    ///
    /// - Returns: what is kept, and why.
    static func erase(_ user: UniqueID, in transaction: Transaction) async throws -> [KeptData] {
        try await withdraw(user, in: transaction)
        _ = try await transaction.pipeline(PersonalData.erasure(of: user))
        return try await kept(of: user, in: transaction)
    }

    /// Tells the consultants who are being asked by somebody that they no longer are.
    private static func withdraw(_ customer: UniqueID, in transaction: Transaction) async throws {
        struct Notice: Encodable {
            let requestId: String
            let reason = "cancelled"
            enum CodingKeys: CodingKey { case requestId, reason }
        }
        let rows = try await transaction.query(
            """
            SELECT requests.id, consultant_id FROM requests JOIN questions ON questions.id = question_id
            WHERE customer_id = \(customer) AND requests.state = 'pending' ORDER BY requests.id
            """)
        let events = try rows.map { row in
            let notice = Notice(requestId: try row.get("id", as: UniqueID.self).description)
            return try Push(
                to: try row.get("consultant_id", as: UniqueID.self), method: "request.withdrawn",
                params: JSONText(encoding: notice)
            ).event()
        }
        try await Outbox.append(events, in: transaction)
    }

    private static func kept(of user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> [KeptData] {
        let invoices = RetentionRule.invoices.period.interval
        let events = RetentionRule.securityEvents.period.interval
        let signIns = RetentionRule.signIns.period.interval
        let reports = RetentionRule.reports.period.interval
        let rows = try await transaction.query(
            """
            WITH kept AS (
                SELECT id, created_at FROM sessions WHERE customer_id = \(user) OR consultant_id = \(user)
            )
            SELECT (SELECT count(*) FROM kept) AS sessions,
                (SELECT count(*) FROM invoices WHERE session_id IN (SELECT id FROM kept)) AS invoices,
                date_trunc('year', coalesce(
                    (SELECT max(issued_at) FROM invoices WHERE session_id IN (SELECT id FROM kept)), now()), 'UTC')
                    + interval '1 year' + \(invoices)::interval AS documents_until,
                (SELECT count(*) FROM payments WHERE session_id IN (SELECT id FROM kept)) AS payments,
                (SELECT count(*) FROM ratings WHERE customer_id = \(user) OR consultant_id = \(user)) AS ratings,
                (SELECT count(*) FROM reports WHERE reporter_id = \(user) OR subject_id = \(user)) AS reports,
                (SELECT count(*) FROM security_events WHERE user_id = \(user)) AS events,
                (SELECT count(*) FROM refresh_families WHERE user_id = \(user)) AS sign_ins,
                (SELECT count(*) FROM payouts WHERE consultant_id = \(user)) AS payouts,
                date_trunc('year', coalesce((SELECT max(created_at) FROM kept), now()), 'UTC')
                    + interval '1 year' + \(invoices)::interval AS invoices_until,
                now() + \(events)::interval AS events_until, now() + \(signIns)::interval AS sign_ins_until,
                now() + \(reports)::interval AS reports_until
            """)
        guard let row = rows.first else { return [] }
        func until(_ column: String) throws(DatabaseError) -> String {
            try row.get(column, as: Timestamp.self).description
        }
        func count(_ column: String) throws(DatabaseError) -> Int { try row.get(column, as: Int.self) }
        var kept: [KeptData] = []
        if try count("payments") > 0 {
            kept.append(
                KeptData(
                    what: "Sessions and their payments: times, durations and amounts, without name, address or texts",
                    why: "Tax law: records of payments are kept for ten years after the year they are of",
                    until: try until("invoices_until")))
        } else if try count("sessions") > 0 {
            kept.append(
                KeptData(
                    what: "Sessions: times, durations and rates, without name, address or texts",
                    why: "They are the history of those you talked with, too", until: try until("invoices_until")))
        }
        if try count("payouts") > 0 {
            kept.append(
                KeptData(
                    what: "Payouts: amounts and dates, without name or bank account",
                    why: "Tax law: records of payments are kept for ten years after the year they are of",
                    until: try until("invoices_until")))
        }
        if try count("invoices") > 0 {
            kept.append(
                KeptData(
                    what:
                        "Invoices: number, date, what was charged for and how much, without name, address or question",
                    why: "Tax law: invoices are kept for ten years after the year they are of",
                    until: try until("documents_until")))
        }
        if try count("ratings") > 0 {
            kept.append(
                KeptData(
                    what: "The stars of ratings, without comments and without who gave them",
                    why: "They are part of the averages of consultants", until: try until("invoices_until")))
        }
        if try count("reports") > 0 {
            kept.append(
                KeptData(
                    what: "What was reported of you and by you and what was decided, without anybody's words",
                    why: "To tell how grave it is when it comes again", until: try until("reports_until")))
        }
        if try count("events") > 0 {
            kept.append(
                KeptData(
                    what: "What happened to the account (signed in, deleted), without addresses and details",
                    why: "To find and prove abuse", until: try until("events_until")))
        }
        if try count("sign_ins") > 0 {
            kept.append(
                KeptData(
                    what: "That your sign-ins were ended, and when", why: "So that what they gave out opens nothing",
                    until: try until("sign_ins_until")))
        }
        return kept
    }
}
