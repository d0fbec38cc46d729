public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/disputes`: what customers object to at their banks, for administrators.
public struct DisputeHandlers: Sendable {
    private let pool: DatabasePool
    private let desk: DisputeDesk
    private let isSimulated: Bool

    /// Handlers on a database.
    ///
    /// - Parameter isSimulated: whether the money is play money.
    public init(pool: DatabasePool, desk: DisputeDesk, isSimulated: Bool) {
        self.pool = pool
        self.desk = desk
        self.isSimulated = isSimulated
    }

    /// `GET /disputes?session=&limit=&cursor=`: 200 with a page, the newest first. Of what was not sent yet the evidence is shown
    /// as it would be sent now.
    public func list(_ call: Call) async throws -> Reply {
        let page = try call.page(after: UniqueID.self)
        var condition: SQL = "TRUE"
        if let text = call.query["session"] {
            var fields = Fields()
            let session = fields.check("session", text, "a UUID") { UniqueID($0) }
            try fields.finish()
            if let session { condition = "session_id = \(session)" }
        }
        if let after = page.after { condition = "\(condition) AND disputes.id < \(after)" }
        var found: [DisputeView] = []
        for row in try await pool.query(
            """
            SELECT \(DisputeView.columns) FROM disputes JOIN payments ON payments.id = payment_id
            WHERE \(condition) ORDER BY disputes.id DESC LIMIT \(page.fetched)
            """)
        {
            found.append(try await view(row, on: pool))
        }
        return .json(page.listing(of: found, key: \.key) { $0 })
    }

    /// Without the evidence itself: replies are kept for a day.
    private struct Ordered: Encodable {
        let id: String
        let evidenceState: String
    }

    /// `POST /disputes/{id}/evidence`: 202, the evidence is frozen and on its way. 404; 409 `evidence_sent` where it was ordered
    /// before, `dispute_closed` where the bank takes none.
    public func submit(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let id = try call.id(of: "dispute")
        return try await call.transaction(on: pool) { transaction in
            do {
                try await desk.order(id, by: caller.user, in: transaction)
            } catch let refusal as DisputeDesk.Refusal {
                throw refusal.problem
            }
            return .json(Ordered(id: id.description, evidenceState: "ordered"), status: .accepted)
        }
    }

    private func view(_ row: Row, on database: some Queryable) async throws -> DisputeView {
        var view = try DisputeView(row, isSimulated: isSimulated)
        if view.isOpen { view.evidence = try await desk.file.assemble(view.payment, in: database) }
        return view
    }
}

extension DisputeDesk.Refusal {
    fileprivate var problem: Problem {
        switch self {
        case .notFound: Problem.notFound("dispute")
        case .alreadySent:
            Problem(.conflict, code: "evidence_sent", "The evidence is on its way, or with the bank.")
        case .closed: Problem(.conflict, code: "dispute_closed", "The bank takes no evidence for this dispute.")
        }
    }
}
