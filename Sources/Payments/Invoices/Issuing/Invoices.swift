public import Database
public import Events
internal import Mail
internal import Money

/// Issues invoices and credit notes.
///
/// When a session's money is settled the customer gets an invoice over what was charged; what is given back afterwards gets
/// credit notes. Both follow from amounts, not from events: the same event again, or an older one that comes late, issues
/// nothing. A call that costs nothing has no invoice.
public struct Invoices: Sendable {
    /// Why nothing can be issued, though something should be: the event is tried again, and parked in the end.
    public enum Refusal: Error, Sendable, Hashable {
        /// More is said to have been charged than the session's payments show.
        case paymentsMissing
        /// More is said to have been given back than was invoiced.
        case refundBeyondInvoices
    }

    /// The hash that seals a session's receipt; nil where there is none yet.
    public typealias ReceiptHead = @Sendable (_ session: UniqueID, Transaction) async throws -> String?

    /// What every document says.
    public let terms: InvoiceTerms
    let clientURL: String
    private let receiptHead: ReceiptHead

    /// - Parameters:
    ///   - clientURL: the web client's address, for links in mails.
    ///   - receiptHead: what an invoice says about its session's receipt.
    public init(
        terms: InvoiceTerms, clientURL: String, receiptHead: @escaping ReceiptHead = { _, _ in nil }
    ) {
        self.terms = terms
        self.clientURL = clientURL.hasSuffix("/") ? String(clientURL.dropLast()) : clientURL
        self.receiptHead = receiptHead
    }

    /// Takes `charge.settled` in, in the transaction of its delivery.
    ///
    /// - Returns: false where the event is about something else.
    public func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        guard let settled = try ChargeSettled(delivery.event) else { return false }
        try await self.settled(
            settled, receiptHead: try await receiptHead(settled.session, transaction), at: .now(), in: transaction)
        return true
    }

    /// The number of the first invoice of the session that `charge.settled` is about; nil where it has none, or the event is
    /// about something else.
    public static func number(of delivery: Delivery, in transaction: Transaction) async throws -> String? {
        guard let settled = try ChargeSettled(delivery.event) else { return nil }
        return try await transaction.query(
            """
            SELECT number FROM invoices WHERE session_id = \(settled.session) AND kind = 'invoice' ORDER BY id LIMIT 1
            """
        ).first?.get("number", as: String.self)
    }

    /// Issues what a session's settled amounts ask for, and mails it to the customer.
    ///
    /// - Returns: what was issued now; most often nothing or one document.
    /// - Throws: ``Refusal``; `DatabaseError`.
    @discardableResult
    public func settled(
        _ settled: ChargeSettled, receiptHead: String? = nil, at now: Timestamp, in transaction: Transaction
    ) async throws -> [Invoice] {
        guard let session = try await SettledSession.lock(settled.session, in: transaction) else { return [] }
        var issued: [Invoice] = []
        if let draft = try InvoiceDraft.invoice(settled, of: session) {
            issued.append(try await issue(draft, settled, session, receiptHead, at: now, in: transaction))
        }
        if let draft = try InvoiceDraft.creditNote(settled, of: session, issued: session.issued + issued) {
            issued.append(try await issue(draft, settled, session, receiptHead, at: now, in: transaction))
        }
        for invoice in issued {
            guard let email = try InvoiceMail.email(about: invoice, clientURL: clientURL) else { continue }
            try await MailOutbox.append(email, in: transaction)
        }
        return issued
    }

    private func issue(
        _ draft: InvoiceDraft, _ settled: ChargeSettled, _ session: SettledSession, _ receiptHead: String?,
        at now: Timestamp, in transaction: Transaction
    ) async throws -> Invoice {
        let before = session.issued.last { $0.kind == .invoice }
        let basisPoints = draft.kind == .invoice ? terms.tax.basisPoints : before?.tax.basisPoints
        let tax = InvoiceTerms.Tax(
            basisPoints: basisPoints ?? terms.tax.basisPoints,
            text: draft.kind == .invoice ? terms.tax.text : before?.tax.text ?? terms.tax.text)
        let part = tax.part(of: draft.total)
        let (lines, notes) = (try JSONText(encoding: draft.lines), try JSONText(encoding: draft.notes))
        let processorIDs = try JSONText(encoding: draft.processorIDs)
        let number = try await InvoiceNumber.draw(draft.kind, at: now, in: transaction)
        let rows = try await transaction.query(
            """
            INSERT INTO invoices (id, number, kind, corrects, session_id, customer_id, consultant_id, covered, issuer,
                customer_name, customer_email, consultant_name, title, currency, lines, subtotal, tax_basis_points,
                tax_amount, tax_text, total, waived, media_seconds, billable_seconds, notes, processor_ids,
                receipt_head, is_simulated, issued_at)
            VALUES (\(UniqueID(at: now)), \(number), \(draft.kind), \(draft.corrects), \(settled.session),
                \(session.customer), \(session.consultant), \(session.covered(draft.kind) + draft.total),
                \(terms.issuer), \(session.customerName), \(session.customerEmail), \(session.consultantName),
                \(session.title), \(session.rate.currency.code), \(lines), \(draft.total - part), \(tax.basisPoints),
                \(part), \(tax.text), \(draft.total), \(draft.waived), \(settled.mediaSeconds),
                \(settled.billableSeconds), \(notes), \(processorIDs), \(receiptHead), \(terms.isSimulated), \(now))
            RETURNING \(Invoice.columns)
            """)
        return try Invoice(rows[0])
    }
}
