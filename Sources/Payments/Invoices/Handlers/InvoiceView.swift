internal import Database
internal import Money

/// An invoice or a credit note as JSON, an absent field as null.
struct InvoiceView: Encodable {
    let invoice: Invoice
    /// Whether the customer's e-mail address is for its reader.
    let showsAddress: Bool
    /// What was given back of it, for an invoice.
    let creditNotes: [InvoiceView]
    /// What was invoiced for the same session later.
    let further: [InvoiceView]

    /// A session's documents as one: its first invoice with all that came after it; nil for none.
    static func of(_ invoices: [Invoice], showsAddress: Bool) -> InvoiceView? {
        func view(_ invoice: Invoice, _ creditNotes: [InvoiceView] = [], _ further: [InvoiceView] = []) -> InvoiceView {
            InvoiceView(invoice: invoice, showsAddress: showsAddress, creditNotes: creditNotes, further: further)
        }
        let own = invoices.filter { $0.kind == .invoice }
        guard let first = own.first else { return nil }
        return view(
            first, invoices.filter { $0.kind == .creditNote }.map { view($0) }, own.dropFirst().map { view($0) })
    }

    private struct Line: Encodable {
        let text: String
        let seconds: Int?
        let amount: Money

        private enum Key: String, CodingKey { case text, seconds, amount }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(text, forKey: .text)
            try container.encode(seconds, forKey: .seconds)
            try container.encode(amount, forKey: .amount)
        }
    }

    private struct Tax: Encodable {
        let rateBasisPoints: Int
        let amount: Money
        let text: String
    }

    private enum Key: String, CodingKey {
        case number, kind, corrects, sessionId, issuedAt, issuer, customerName, customerEmail, consultantName, title
        case currency, lines, subtotal, tax, total, waived, mediaSeconds, billableSeconds, notes, processorIds
        case receiptHead, creditNotes, further, simulated
    }

    func encode(to encoder: any Encoder) throws {
        let currency = invoice.total.currency
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(invoice.number, forKey: .number)
        try container.encode(invoice.kind, forKey: .kind)
        try container.encode(invoice.corrects, forKey: .corrects)
        try container.encode(invoice.session.description, forKey: .sessionId)
        try container.encode(invoice.issuedAt.description, forKey: .issuedAt)
        try container.encode(invoice.issuer, forKey: .issuer)
        try container.encode(invoice.customerName, forKey: .customerName)
        try container.encode(showsAddress ? invoice.customerEmail : nil, forKey: .customerEmail)
        try container.encode(invoice.consultantName, forKey: .consultantName)
        try container.encode(invoice.title, forKey: .title)
        try container.encode(currency, forKey: .currency)
        try container.encode(
            invoice.lines.map {
                Line(text: $0.text, seconds: $0.seconds, amount: Money(amount: $0.amount, currency: currency))
            }, forKey: .lines)
        try container.encode(invoice.subtotal, forKey: .subtotal)
        try container.encode(
            Tax(rateBasisPoints: invoice.tax.basisPoints, amount: invoice.tax.amount, text: invoice.tax.text),
            forKey: .tax)
        try container.encode(invoice.total, forKey: .total)
        try container.encode(invoice.waived, forKey: .waived)
        try container.encode(invoice.mediaSeconds, forKey: .mediaSeconds)
        try container.encode(invoice.billableSeconds, forKey: .billableSeconds)
        try container.encode(invoice.notes, forKey: .notes)
        try container.encode(invoice.processorIDs, forKey: .processorIds)
        try container.encode(invoice.receiptHead, forKey: .receiptHead)
        try container.encode(creditNotes, forKey: .creditNotes)
        try container.encode(further, forKey: .further)
        try container.encode(invoice.isSimulated, forKey: .simulated)
    }
}

/// A document in a list.
struct InvoiceItem: Encodable {
    let number: String
    let kind: InvoiceKind
    let sessionId: String
    let issuedAt: String
    let total: Money
    let simulated: Bool

    init(_ invoice: Invoice) {
        number = invoice.number
        kind = invoice.kind
        sessionId = invoice.session.description
        issuedAt = invoice.issuedAt.description
        total = invoice.total
        simulated = invoice.isSimulated
    }
}
