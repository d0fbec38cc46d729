internal import Database
internal import HTTPTypes
public import REST

extension InvoiceHandlers {
    /// `GET /statements`: 200 with a consultant's months, the newest first, each currency by itself.
    public func statements(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let totals = try await StatementStore.totals(of: user, on: pool)
        return .json(Listing(items: totals.map { StatementTotalView($0) }))
    }

    /// `GET /statements/{month}?format=`: 200 with a consultant's month and its sessions; 404 `statement_not_found` for a
    /// month in which nothing was earned.
    public func statement(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let format = try DocumentFormat.wanted(by: call)
        let month = call.parameters["month"] ?? ""
        let (totals, lines, name) = try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) {
            transaction in
            (
                try await StatementStore.totals(of: user, on: transaction).filter { $0.month == month },
                try await StatementStore.lines(of: user, in: month, on: transaction),
                try await transaction.query("SELECT name FROM users WHERE id = \(user)").first?
                    .get("name", as: String.self) ?? ""
            )
        }
        guard !totals.isEmpty else {
            throw Problem(
                .notFound, code: "statement_not_found", "There is no statement for this month, written like 2026-11.")
        }
        let view = StatementView(
            month: month, issuer: terms.issuer, consultantName: name, totals: totals.map { StatementTotalView($0) },
            sessions: lines.map { StatementLineView($0) }, simulated: terms.isSimulated)
        return try await reply(
            format, view,
            StatementDocument.of(
                month, consultant: name, totals: totals, lines: lines, terms: terms, at: .now()))
    }
}
