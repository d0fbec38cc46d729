internal import Database

/// The numbers of documents: in order, without gaps, beginning anew each year, each kind with a sequence of its own.
enum InvoiceNumber {
    /// Draws the next number. Whoever draws another one waits for the end of the transaction; if that is rolled back, the
    /// number was never drawn. So it is drawn as late as possible.
    static func draw(_ kind: InvoiceKind, at moment: Timestamp, in transaction: Transaction) async throws -> String {
        let year = Int(moment.description.prefix(4)) ?? 0
        let rows = try await transaction.query(
            """
            INSERT INTO invoice_counters (year, kind, last) VALUES (\(year), \(kind), 1)
            ON CONFLICT (year, kind) DO UPDATE SET last = invoice_counters.last + 1 RETURNING last
            """)
        return text(kind, year: year, try rows[0].get(0, as: Int.self))
    }

    static func text(_ kind: InvoiceKind, year: Int, _ serial: Int) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let prefix =
            switch kind {
            case .invoice: ""
            case .creditNote: "CN-"
            }
        return "\(prefix)\(padded(year, 4))-\(padded(serial, 6))"
    }
}
