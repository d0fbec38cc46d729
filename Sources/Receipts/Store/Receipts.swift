public import Database
public import Events
internal import Money
public import Tokens

/// Signs what sessions came to, with the key that signs the tokens.
public struct Receipts: Sendable {
    private let key: SigningKey

    /// Receipts signed with this key; its public half is published at `/.well-known/jwks.json`.
    public init(key: SigningKey) { self.key = key }

    /// A receipt as it was signed.
    public struct Sealed: Sendable, Hashable {
        /// Its revision, from 1.
        public let revision: Int
        /// The hash of the newest record in hexadecimal digits; that of the terms where there is no record.
        public let head: String
    }

    /// Signs the session's records, terms and totals together with what was paid, as a new revision. Where nothing has changed
    /// since the newest one, that one stays. Older revisions are kept.
    ///
    /// - Parameters:
    ///   - invoiceNumber: the number of its invoice; nil keeps that of the revision before.
    ///   - payments: the processor's payments of the session; nil keeps those of the revision before, or none.
    ///   - now: when it is signed.
    /// - Returns: the newest revision; nil where there is no such session.
    /// - Throws: `DatabaseError`.
    @discardableResult
    public func seal(
        _ session: UniqueID, invoiceNumber: String? = nil, payments: [ReceiptPayment]? = nil,
        at now: Timestamp = .now(), in transaction: Transaction
    ) async throws -> Sealed? {
        guard let terms = try await MediaRecords.terms(of: session, locking: true, on: transaction) else { return nil }
        let links = try await MediaRecords.links(of: session, on: transaction)
        let chain = links.last.map { HashChain(head: $0.hash) } ?? HashChain(terms: terms.canonical)
        let before = try await Self.newest(of: session, on: transaction)
        let sorted = payments.map { $0.sorted { $0.id < $1.id } }
        let statement = CanonicalJSON.object([
            "version": .integer(1), "session": .string(session.description), "terms": terms.canonical,
            "head": .string(chain.text), "totals": ReceiptTotals(links.map(\.flow)).canonical,
        ])
        .with("payments", sorted.map { .array($0.map(\.canonical)) } ?? before?.statement["payments"] ?? .array([]))
        .with("invoice", invoiceNumber.map { .string($0) } ?? before?.statement["invoice"])
        if let before, before.statement.without("revision", "sealedAt", "keyId") == statement {
            return Sealed(revision: before.revision, head: chain.text)
        }
        let revision = (before?.revision ?? 0) + 1
        let signed = statement.with("revision", .integer(Int64(revision))).with("sealedAt", .string(now.description))
            .with("keyId", .string(key.publicKey.id))
        try await transaction.query(
            """
            INSERT INTO media_receipts (session_id, revision, statement, key_id, signature)
            VALUES (\(session), \(revision), \(JSONText(signed.text))::jsonb, \(key.publicKey.id),
                \(try key.signature(over: signed.bytes)))
            """)
        return Sealed(revision: revision, head: chain.text)
    }

    /// The newest receipt of a session, in full; nil where none was signed.
    ///
    /// - Throws: `DatabaseError`.
    public static func document(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> CanonicalJSON? {
        guard let newest = try await newest(of: session, on: database) else { return nil }
        let count = newest.statement["totals"]?["records"]?.integer ?? 0
        // What came in since then is not part of it.
        let records = try await MediaRecords.links(of: session, on: database).prefix(count).map {
            $0.record.with("hash", .string(HashChain.text(of: $0.hash)))
        }
        return newest.statement.with("records", .array(records)).with("signature", .string(newest.signature))
    }

    private struct Stored {
        let revision: Int
        let statement: CanonicalJSON
        let signature: String
    }

    private static func newest(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> Stored? {
        try await database.query(
            """
            SELECT revision, statement, signature FROM media_receipts WHERE session_id = \(session)
            ORDER BY revision DESC LIMIT 1
            """
        ).first.map { row throws(DatabaseError) in
            let text = try row.get("statement", as: JSONText.self).text
            guard let statement = try? CanonicalJSON(parsing: Array(text.utf8)) else {
                throw DatabaseError(.decoding, "a receipt that says nothing")
            }
            return Stored(
                revision: try row.get("revision", as: Int.self), statement: statement,
                signature: try row.get("signature", as: String.self))
        }
    }

    // MARK: Events

    /// Takes a record that the signaling core tells, in the transaction of its delivery.
    ///
    /// - Returns: whether the event is one; also of a session that is not known.
    /// - Throws: `DatabaseError`; ``MediaRecords/OutOfOrder``; where the payload is not as it must be.
    public func takeRecord(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        guard let report = try SessionReport(delivery.event), case .record(let record) = report.happening else {
            return false
        }
        try await MediaRecords.append(record, to: report.session, in: transaction)
        return true
    }

    /// Signs the receipt of a session whose room is over, once the session itself is.
    ///
    /// - Throws: `DatabaseError`; where the payload is not as it must be.
    public func sealEnded(_ delivery: Delivery, in transaction: Transaction) async throws {
        guard let report = try SessionReport(delivery.event), case .ended = report.happening else { return }
        let over = try await transaction.query(
            "SELECT FROM sessions WHERE id = \(report.session) AND ended_at IS NOT NULL")
        if !over.isEmpty { try await seal(report.session, in: transaction) }
    }

    /// Signs the receipt of a session anew, with its payments, once all of its money is decided, and again after a refund.
    ///
    /// - Returns: whether the event says that.
    /// - Throws: `DatabaseError`; where the payload is not as it must be.
    public func sealSettled(
        _ delivery: Delivery, invoiceNumber: String? = nil, in transaction: Transaction
    ) async throws -> Bool {
        guard let settled = try ChargeSettled(delivery.event) else { return false }
        let payments = try await Self.payments(of: settled.session, on: transaction)
        try await seal(settled.session, invoiceNumber: invoiceNumber, payments: payments, in: transaction)
        return true
    }

    private static func payments(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> [ReceiptPayment] {
        let rows = try await database.query(
            """
            SELECT processor_id, captured_amount, refunded_amount, currency FROM payments
            WHERE session_id = \(session) AND captured_amount > 0 AND processor_id IS NOT NULL
            """)
        return try rows.map { row throws(DatabaseError) in
            guard let currency = Currency(try row.get("currency", as: String.self)) else {
                throw DatabaseError(.decoding, "a payment in an unknown currency")
            }
            return ReceiptPayment(
                id: try row.get("processor_id", as: String.self),
                captured: Money(amount: try row.get("captured_amount", as: Int64.self), currency: currency),
                refunded: Money(amount: try row.get("refunded_amount", as: Int64.self), currency: currency))
        }
    }
}
