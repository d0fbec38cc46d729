internal import Database
internal import Mail
internal import Money

/// The mail that brings a document to the customer.
enum InvoiceMail {
    private static let prefix = "invoice "

    /// The mail; nil for a customer who has been erased. The document itself is made when the mail is sent.
    static func email(about invoice: Invoice, clientURL: String) throws(MailError) -> Email? {
        guard let address = invoice.customerEmail else { return nil }
        let link = "\(clientURL)/sessions/\(invoice.session)"
        let (subject, opening, sum) =
            switch invoice.kind {
            case .invoice: ("Invoice \(invoice.number)", "This is the invoice for your session.", "Total")
            case .creditNote:
                ("Credit note \(invoice.number)", "A part of what your session cost is given back.", "Given back")
            }
        var text = "\(opening) It is attached, and on the session's page:\n\n\(link)\n\n"
        for line in invoice.lines {
            text += "\(line.text): \(Money(amount: line.amount, currency: invoice.total.currency).text)\n"
        }
        text += "\(sum): \(invoice.total.text)\n"
        if !invoice.notes.isEmpty { text += "\n" + invoice.notes.joined(separator: "\n") + "\n" }
        if invoice.isSimulated { text += "\nThis is a trial: no real money has moved.\n" }
        return try Email(
            to: try MailAddress(address), subject: subject, text: text, link: link, enclosure: prefix + "\(invoice.id)")
    }

    /// The document that an enclosure names; nil where it is something else.
    static func document(_ enclosure: String) -> UniqueID? {
        enclosure.hasPrefix(prefix) ? UniqueID(String(enclosure.dropFirst(prefix.count))) : nil
    }
}
