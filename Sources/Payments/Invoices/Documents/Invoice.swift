public import Database
public import Money

/// What an issued document is.
public enum InvoiceKind: String, Sendable, Hashable, Codable, ParameterEncodable, ColumnDecodable {
    /// What was charged.
    case invoice
    /// What was given back of it.
    case creditNote = "credit_note"
}

/// An invoice or a credit note as it was issued: it never changes, but for people who are erased.
public struct Invoice: Sendable, Hashable {
    /// One line. Lines contain their tax.
    public struct Line: Sendable, Hashable, Codable {
        /// What it is for.
        public let text: String
        /// Billed seconds; nil where it is not about time.
        public let seconds: Int?
        /// In minor units of the document's currency.
        public let amount: Int64
        /// The row of `payments` that the line is of; nil for none.
        public let payment: String?
    }

    /// The tax within the total.
    public struct Tax: Sendable, Hashable {
        /// The rate in hundredths of a percent.
        public let basisPoints: Int
        /// How much of the total is tax.
        public let amount: Money
        /// What is said about it.
        public let text: String
    }

    /// Names the row.
    public let id: UniqueID
    /// Names the document: `2026-000123`, or `CN-2026-000007` for a credit note.
    public let number: String
    /// What it is.
    public let kind: InvoiceKind
    /// The number of the invoice that a credit note is about.
    public let corrects: String?
    /// The session it is about.
    public let session: UniqueID
    /// Who paid.
    public let customer: UniqueID
    /// Who was paid.
    public let consultant: UniqueID
    /// Whose document it is: name and address, on one or more lines.
    public let issuer: String
    /// The customer's name as of the issue; nil once the customer is erased.
    public let customerName: String?
    /// The customer's e-mail address as of the issue; nil once the customer is erased.
    public let customerEmail: String?
    /// The consultant's name as of the issue; nil once the consultant is erased.
    public let consultantName: String?
    /// The title of the question; nil once the customer is erased.
    public let title: String?
    /// What it consists of.
    public let lines: [Line]
    /// The total without its tax.
    public let subtotal: Money
    /// The tax.
    public let tax: Tax
    /// What was paid, or given back.
    public let total: Money
    /// What was used and not asked for.
    public let waived: Money
    /// Media seconds of the session.
    public let mediaSeconds: Int
    /// Of these, billed.
    public let billableSeconds: Int
    /// What else is to be known, each in a sentence.
    public let notes: [String]
    /// The payments' names at the payment processor.
    public let processorIDs: [String]
    /// The hash that seals the session's receipt, where it was known.
    public let receiptHead: String?
    /// Whether no real money moved.
    public let isSimulated: Bool
    /// When it was issued.
    public let issuedAt: Timestamp

    static let columns: SQL = """
        invoices.id, invoices.number, invoices.kind,
        (SELECT number FROM invoices AS corrected WHERE corrected.id = invoices.corrects) AS corrects,
        invoices.session_id, invoices.customer_id, invoices.consultant_id, invoices.issuer, invoices.customer_name, invoices.customer_email,
        invoices.consultant_name, invoices.title, invoices.currency, invoices.lines, invoices.subtotal,
        invoices.tax_basis_points, invoices.tax_amount, invoices.tax_text, invoices.total, invoices.waived,
        invoices.media_seconds, invoices.billable_seconds, invoices.notes, invoices.processor_ids,
        invoices.receipt_head, invoices.is_simulated, invoices.issued_at
        """

    init(_ row: Row) throws {
        let code = try row.get("currency", as: String.self)
        guard let currency = Currency(code) else { throw DatabaseError(.decoding, "an invoice in no known currency") }
        func money(_ column: String) throws(DatabaseError) -> Money {
            Money(amount: try row.get(column, as: Int64.self), currency: currency)
        }
        id = try row.get("id", as: UniqueID.self)
        number = try row.get("number", as: String.self)
        kind = try row.get("kind", as: InvoiceKind.self)
        corrects = try row.get("corrects", as: String?.self)
        session = try row.get("session_id", as: UniqueID.self)
        customer = try row.get("customer_id", as: UniqueID.self)
        consultant = try row.get("consultant_id", as: UniqueID.self)
        issuer = try row.get("issuer", as: String.self)
        customerName = try row.get("customer_name", as: String?.self)
        customerEmail = try row.get("customer_email", as: String?.self)
        consultantName = try row.get("consultant_name", as: String?.self)
        title = try row.get("title", as: String?.self)
        lines = try row.get("lines", as: JSONText.self).decode(as: [Line].self)
        subtotal = try money("subtotal")
        tax = Tax(
            basisPoints: try row.get("tax_basis_points", as: Int.self), amount: try money("tax_amount"),
            text: try row.get("tax_text", as: String.self))
        total = try money("total")
        waived = try money("waived")
        mediaSeconds = try row.get("media_seconds", as: Int.self)
        billableSeconds = try row.get("billable_seconds", as: Int.self)
        notes = try row.get("notes", as: JSONText.self).decode(as: [String].self)
        processorIDs = try row.get("processor_ids", as: JSONText.self).decode(as: [String].self)
        receiptHead = try row.get("receipt_head", as: String?.self)
        isSimulated = try row.get("is_simulated", as: Bool.self)
        issuedAt = try row.get("issued_at", as: Timestamp.self)
    }
}
