internal import Database
internal import Money

/// Invoices and credit notes as a document.
enum InvoiceDocument {
    /// One session's documents, each on a page of its own; nil for none.
    ///
    /// - Parameter showsAddress: whether the customer's e-mail address is for its reader.
    static func of(_ invoices: [Invoice], showsAddress: Bool) -> Document? {
        guard let first = invoices.first, let last = invoices.last else { return nil }
        return Document(
            name: first.number, title: "\(heading(first)) \(first.number)",
            body: HTML(invoices.map { article($0, showsAddress: showsAddress) }), date: last.issuedAt)
    }

    private static func heading(_ invoice: Invoice) -> String {
        switch invoice.kind {
        case .invoice: "Invoice"
        case .creditNote: "Credit note"
        }
    }

    private static func article(_ invoice: Invoice, showsAddress: Bool) -> HTML {
        let customer = Document.name(invoice.customerName)
        let address = showsAddress ? invoice.customerEmail.map { "\n\($0)" } ?? "" : ""
        let payments = invoice.processorIDs.joined(separator: ", ")
        return """
            <article>
            <header>
            <div><h1>\(heading(invoice))</h1><div class="muted">\(invoice.number)</div></div>
            <div class="issuer">\(invoice.issuer)</div>
            </header>
            \(Document.mark(isSimulated: invoice.isSimulated))<p class="party"><span class="muted">To</span>
            <bdi>\(customer)</bdi>\(address)</p>
            \(Document.facts([
                ("Date", invoice.issuedAt.day),
                ("Corrects invoice", invoice.corrects),
                ("Consultant", Document.name(invoice.consultantName)),
                ("About", invoice.title),
                ("Session", invoice.session.description),
                ("Media time", "\(clock(invoice.mediaSeconds)), billed \(clock(invoice.billableSeconds))"),
                ("Card payments", payments.isEmpty ? nil : payments),
                ("Receipt", invoice.receiptHead),
            ]))\(table(invoice))\(notes(invoice))</article>

            """
    }

    private static func table(_ invoice: Invoice) -> HTML {
        let currency = invoice.total.currency
        let lines = invoice.lines.map { line -> HTML in
            let amount = Money(amount: line.amount, currency: currency).text
            return "<tr><td>\(line.text)</td><td class=\"amount\">\(amount)</td></tr>\n"
        }
        let sum = invoice.kind == .invoice ? "Total paid" : "Total given back"
        return """
            <table>
            <thead><tr><th>What</th><th class="amount">Amount</th></tr></thead>
            <tbody>
            \(HTML(lines))</tbody>
            <tfoot>
            <tr><td>Without tax</td><td class="amount">\(invoice.subtotal.text)</td></tr>
            <tr><td>Tax, \(percent(invoice.tax.basisPoints)). \(invoice.tax.text)</td>\
            <td class="amount">\(invoice.tax.amount.text)</td></tr>
            <tr class="total"><td>\(sum)</td><td class="amount">\(invoice.total.text)</td></tr>
            </tfoot>
            </table>

            """
    }

    private static func notes(_ invoice: Invoice) -> HTML {
        guard !invoice.notes.isEmpty else { return "" }
        return "<ul class=\"notes\">\n\(HTML(invoice.notes.map { note -> HTML in "<li>\(note)</li>\n" }))</ul>\n"
    }

    /// `7.25 %`
    private static func percent(_ basisPoints: Int) -> String {
        let (whole, part) = basisPoints.quotientAndRemainder(dividingBy: 100)
        if part == 0 { return "\(whole) %" }
        let digits = part < 10 ? "0\(part)" : "\(part)"
        return "\(whole).\(digits.hasSuffix("0") ? String(digits.dropLast()) : digits) %"
    }
}
