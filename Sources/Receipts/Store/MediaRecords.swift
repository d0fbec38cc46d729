public import Billing
public import Database
public import Events
internal import Money

/// The records of sessions' calls, chained as they come in. Rows are only added.
public enum MediaRecords {
    /// A record came whose predecessor has not.
    public struct OutOfOrder: Error, Sendable, CustomStringConvertible {
        let number: Int
        let last: Int

        /// Which.
        public var description: String { "record \(number) came after record \(last)" }
    }

    /// Adds a record to its session's chain. One that is there already changes nothing.
    ///
    /// - Returns: whether there is such a session.
    /// - Throws: `DatabaseError`; ``OutOfOrder`` where a record before it is missing.
    @discardableResult
    public static func append(
        _ record: SessionFlow, to session: UniqueID, in transaction: Transaction
    ) async throws -> Bool {
        guard let terms = try await terms(of: session, locking: true, on: transaction) else { return false }
        let rows = try await transaction.query(
            "SELECT number, hash FROM media_records WHERE session_id = \(session) ORDER BY number DESC LIMIT 1")
        var chain = HashChain(terms: terms.canonical)
        var last = 0
        if let row = rows.first {
            last = try row.get("number", as: Int.self)
            chain = HashChain(head: try row.get("hash", as: [UInt8].self))
        }
        guard record.number > last else { return true }
        guard record.number == last + 1 else { throw OutOfOrder(number: record.number, last: last) }
        chain.append(record.canonical)
        try await transaction.query(
            """
            INSERT INTO media_records (session_id, number, source, media_seconds, record, hash)
            VALUES (\(session), \(record.number), \(record.source), \(record.mediaSeconds),
                \(JSONText(record.canonical.text))::jsonb, \(chain.head))
            """)
        return true
    }

    /// What a session's bill is made from, in order.
    ///
    /// - Throws: `DatabaseError`.
    public static func billing(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> [MediaRecord] {
        try await links(of: session, on: database).map(\.flow.billing)
    }

    /// The hash of a session's newest record, in hexadecimal digits; nil where there is none.
    ///
    /// - Throws: `DatabaseError`.
    public static func head(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> String? {
        try await database.query(
            "SELECT hash FROM media_records WHERE session_id = \(session) ORDER BY number DESC LIMIT 1"
        ).first.map { row throws(DatabaseError) in HashChain.text(of: try row.get("hash", as: [UInt8].self)) }
    }

    /// A record in its chain.
    struct Link {
        let flow: SessionFlow
        let record: CanonicalJSON
        let hash: [UInt8]
    }

    static func links(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> [Link] {
        let rows = try await database.query(
            "SELECT record, hash FROM media_records WHERE session_id = \(session) ORDER BY number")
        return try rows.map { row throws(DatabaseError) in
            let text = try row.get("record", as: JSONText.self).text
            guard let record = try? CanonicalJSON(parsing: Array(text.utf8)), let flow = SessionFlow(record) else {
                throw DatabaseError(.decoding, "a media record that says nothing")
            }
            return Link(flow: flow, record: record, hash: try row.get("hash", as: [UInt8].self))
        }
    }

    /// A session's terms, which nothing changes.
    static func terms(
        of session: UniqueID, locking: Bool, on database: some Queryable
    ) async throws(DatabaseError) -> ReceiptTerms? {
        let lock: SQL = locking ? "FOR UPDATE" : ""
        return try await database.query(
            """
            SELECT customer_id, consultant_id, mode, rate_amount, rate_currency, threshold_seconds,
                commission_basis_points
            FROM sessions WHERE id = \(session) \(lock)
            """
        ).first.map { row throws(DatabaseError) in
            guard let currency = Currency(try row.get("rate_currency", as: String.self)) else {
                throw DatabaseError(.decoding, "a session in an unknown currency")
            }
            return ReceiptTerms(
                session: session.description, customer: try row.get("customer_id", as: UniqueID.self).description,
                consultant: try row.get("consultant_id", as: UniqueID.self).description,
                mode: try row.get("mode", as: String.self),
                rate: Money(amount: try row.get("rate_amount", as: Int64.self), currency: currency),
                thresholdSeconds: try row.get("threshold_seconds", as: Int.self),
                commissionBasisPoints: try row.get("commission_basis_points", as: Int.self))
        }
    }
}
