internal import Billing
internal import Database
internal import Events
internal import Money

/// What a document is going to say: a value, without a number yet.
struct InvoiceDraft: Hashable {
    let kind: InvoiceKind
    let lines: [Invoice.Line]
    let notes: [String]
    let total: Int64
    let waived: Int64
    let processorIDs: [String]
    let corrects: UniqueID?

    /// The invoice over what was charged and is on no invoice yet; nil where that is nothing, or where what is known is not
    /// what the event speaks of: a newer one follows then.
    ///
    /// - Throws: ``Invoices/Refusal/paymentsMissing`` where more is said to have been charged than payments show.
    static func invoice(_ settled: ChargeSettled, of session: SettledSession) throws(Invoices.Refusal) -> InvoiceDraft?
    {
        let charged = session.parts.reduce(0) { $0 + $1.captured }
        guard settled.captured <= charged else { throw .paymentsMissing }
        guard settled.captured == charged else { return nil }
        let written = Set(session.issued.flatMap { $0.lines.compactMap(\.payment) })
        let parts = session.parts.filter { !written.contains($0.payment.description) }
        let isFirst = !session.issued.contains { $0.kind == .invoice }
        let waived = isFirst ? settled.waived : 0
        guard !parts.isEmpty || waived > 0 else { return nil }
        let time = session.time ?? BillableTime(mediaSeconds: settled.mediaSeconds)
        return InvoiceDraft(
            kind: .invoice, lines: parts.map { line($0, of: session, time) },
            notes: notes(settled, waived: waived, isFirst: isFirst, session),
            total: parts.reduce(0) { $0 + $1.captured },
            waived: waived, processorIDs: parts.compactMap(\.processorID), corrects: nil)
    }

    /// The credit note over what was given back and is on no credit note yet; nil where that is nothing.
    ///
    /// - Parameter issued: the session's documents, the oldest first, with an invoice made just now.
    /// - Throws: ``Invoices/Refusal/refundBeyondInvoices`` where more was given back than was invoiced.
    static func creditNote(
        _ settled: ChargeSettled, of session: SettledSession, issued: [Invoice]
    ) throws(Invoices.Refusal) -> InvoiceDraft? {
        let amount = settled.refunded - session.covered(.creditNote)
        guard amount > 0 else { return nil }
        let invoices = issued.filter { $0.kind == .invoice }
        guard let first = invoices.first, settled.refunded <= invoices.reduce(0, { $0 + $1.total.amount }) else {
            throw .refundBeyondInvoices
        }
        let numbers = invoices.map(\.number).joined(separator: ", ")
        let line = Invoice.Line(
            text: "Given back of invoice \(numbers)", seconds: nil, amount: amount, payment: nil)
        return InvoiceDraft(
            kind: .creditNote, lines: [line],
            notes: ["The amount goes back to the card that was charged; its bank shows it within some days."],
            total: amount, waived: 0, processorIDs: invoices.flatMap(\.processorIDs), corrects: first.id)
    }

    /// `Window 1: 10:00 of 10:00 at 120.00 USD/h`
    private static func line(_ part: SettledSession.Part, of session: SettledSession, _ time: BillableTime)
        -> Invoice.Line
    {
        let start = max(part.window - 1, 0) * session.windowSeconds
        let seconds = time.billable(upTo: start + session.windowSeconds) - time.billable(upTo: start)
        let whole = clock(session.windowSeconds)
        return Invoice.Line(
            text: "Window \(part.window): \(clock(seconds)) of \(whole) at \(session.rate.text)/h", seconds: seconds,
            amount: part.captured, payment: part.payment.description)
    }

    private static func notes(
        _ settled: ChargeSettled, waived: Int64, isFirst: Bool, _ session: SettledSession
    ) -> [String] {
        func money(_ amount: Int64) -> String { Money(amount: amount, currency: session.rate.currency).text }
        var notes: [String] = []
        if !isFirst { notes.append("This is in addition to what was invoiced before for the same session.") }
        let unbilled = settled.mediaSeconds - settled.billableSeconds
        if unbilled > 0 {
            notes.append(
                "Not billed: \(clock(unbilled)) of the call, in which the connection was interrupted or poor.")
        }
        if waived > 0 {
            notes.append(
                "Waived: \(money(waived)), a part of the call that costs less than the smallest amount a card can be "
                    + "charged.")
        }
        if isFirst, settled.forgone > 0 {
            notes.append("Not asked for: \(money(settled.forgone)), time for which no money was held.")
        }
        return notes
    }
}

/// `5:00`, `1:05:00`
func clock(_ seconds: Int) -> String {
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
}
