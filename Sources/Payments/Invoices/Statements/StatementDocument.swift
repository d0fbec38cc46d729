internal import Database
internal import Money

/// A consultant's month as a document.
enum StatementDocument {
    static func of(
        _ month: String, consultant: String, totals: [StatementTotal], lines: [StatementLine], terms: InvoiceTerms,
        at now: Timestamp
    ) -> Document {
        let listed = totals.reduce(0) { $0 + $1.sessions }
        let rest: HTML =
            lines.count < StatementStore.mostLines || listed <= lines.count
            ? "" : "<p class=\"muted\">The first \(lines.count) sessions are listed; the sums are of all.</p>\n"
        return Document(
            name: "statement-\(month)", title: "Statement \(month)",
            body: """
                <article>
                <header>
                <div><h1>Statement</h1><div class="muted">\(month)</div></div>
                <div class="issuer">\(terms.issuer)</div>
                </header>
                \(Document.mark(isSimulated: terms.isSimulated))\(Document.facts([
                    ("Consultant", consultant), ("Month", "\(month), in UTC"), ("As of", now.day),
                ]))\(HTML(totals.map { table($0, lines) }))\(rest)<ul class="notes">
                <li>Amounts count in the month in which they moved. What was given back is taken off.</li>
                </ul>
                </article>

                """, date: Self.date(of: month) ?? now)
    }

    private static func table(_ total: StatementTotal, _ lines: [StatementLine]) -> HTML {
        let rows = lines.filter { $0.charged.currency == total.charged.currency }.map { line -> HTML in
            """
            <tr><td>\(line.day)</td><td>\(line.session.description)</td><td class="amount">\(line.charged.text)</td>\
            <td class="amount">\(line.fee.text)</td><td class="amount">\(line.earned.text)</td></tr>

            """
        }
        return """
            <table>
            <thead><tr><th>Day</th><th>Session</th><th class="amount">Charged</th><th class="amount">Fee</th>\
            <th class="amount">Earned</th></tr></thead>
            <tbody>
            \(HTML(rows))</tbody>
            <tfoot>
            <tr class="total"><td colspan="2">\(total.sessions) sessions</td><td class="amount">\(total.charged.text)</td>\
            <td class="amount">\(total.fee.text)</td><td class="amount">\(total.earned.text)</td></tr>
            </tfoot>
            </table>

            """
    }

    /// The month's beginning: the same document bears the same date.
    private static func date(of month: String) -> Timestamp? { Timestamp("\(month)-01T00:00:00Z") }
}
