internal import Database
internal import REST

/// Reads what was issued.
enum InvoiceStore {
    /// A session's documents: invoices before credit notes, the oldest first.
    static func of(session: UniqueID, on database: some Queryable) async throws -> [Invoice] {
        try await database.query(
            """
            SELECT \(Invoice.columns) FROM invoices WHERE session_id = \(session)
            ORDER BY kind DESC, issued_at, number
            """
        ).map { try Invoice($0) }
    }

    /// A document; nil for none.
    static func find(_ id: UniqueID, on database: some Queryable) async throws -> Invoice? {
        try await database.query("SELECT \(Invoice.columns) FROM invoices WHERE id = \(id)").first.map {
            try Invoice($0)
        }
    }

    /// A page of documents, the newest first.
    ///
    /// - Parameter customer: whose; nil: everybody's.
    static func page(
        _ page: Page<UniqueID>, of customer: UniqueID?, on database: some Queryable
    ) async throws -> [Invoice] {
        var condition: SQL = "true"
        if let customer { condition = "invoices.customer_id = \(customer)" }
        if let after = page.after { condition = "\(condition) AND invoices.id < \(after)" }
        return try await database.query(
            "SELECT \(Invoice.columns) FROM invoices WHERE \(condition) ORDER BY invoices.id DESC LIMIT \(page.fetched)"
        ).map { try Invoice($0) }
    }
}
