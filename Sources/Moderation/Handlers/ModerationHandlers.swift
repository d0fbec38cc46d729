internal import Database
internal import HTTPTypes
public import REST

/// `/admin/moderation` and `/admin/users/{id}/reinstate`: what administrators decide about what is reported.
public struct ModerationHandlers: Sendable {
    private let pool: DatabasePool
    private let desk: ModerationDesk

    /// Handlers on a desk's database.
    public init(_ desk: ModerationDesk) {
        pool = desk.pool
        self.desk = desk
    }

    /// `GET /admin/moderation?state=&limit=&cursor=`: 200 with a page of reports; of the open ones whoever has waited longest
    /// comes first, otherwise the newest.
    public func list(_ call: Call) async throws -> Reply {
        let page = try call.page(after: UniqueID.self)
        var state: ModerationQueue.State?
        if let text = call.query["state"] {
            var fields = Fields()
            state = fields.check("state", text, "open or decided") { ModerationQueue.State(rawValue: $0) }
            try fields.finish()
        }
        let found = try await ModerationQueue.page(state, after: page.after, limit: page.fetched, on: pool)
        return .json(page.listing(of: found, key: \.id) { QueuedReportView($0) })
    }

    private struct Body: Decodable {
        var decision: ModerationCase.Decision
        var note: String?
        var message: String?
    }

    /// What is kept with the request's key, which goes with the administrator: nothing about anybody else.
    private struct Decided: Encodable {
        let id: String
        let state = "decided"
        let decision: String

        private enum CodingKeys: CodingKey { case id, state, decision }
    }

    /// `POST /admin/moderation/{id} {decision, note?, message?}`: 200 with what was decided. The note is for administrators, the
    /// message for whom it is about. 409 `already_decided`.
    public func decide(_ call: Call) async throws -> Reply {
        let admin = try call.signedIn().user
        let id = try call.id(of: "report")
        let body = try call.content(Body.self)
        var fields = Fields()
        let note = fields.check("/note", body.note, ReportText.expectation, ReportText.read)
        let message = fields.check("/message", body.message, ReportText.expectation, ReportText.read)
        if body.decision == .dismiss, message?.isEmpty == false {
            fields.refuse("/message", "expected none: nobody is told of a report that is dismissed")
        }
        try fields.finish()
        let ruling = ModerationDesk.Ruling(
            decision: body.decision, note: note?.isEmpty == true ? nil : note,
            message: message?.isEmpty == true ? nil : message, admin: admin, address: call.address)
        return try await call.transaction(on: pool) { transaction in
            do {
                guard try await desk.decide(id, ruling, in: transaction) else { throw Problem.notFound("report") }
            } catch let refusal as ModerationCase.Refusal {
                throw Problem(refusal)
            }
            return .json(Decided(id: id.description, decision: body.decision.rawValue))
        }
    }

    private struct LiftBody: Decodable { var note: String? }

    /// `POST /admin/users/{id}/reinstate {note?}`: 204; the account may sign in again. 409 `not_suspended`.
    public func reinstate(_ call: Call) async throws -> Reply {
        let admin = try call.signedIn().user
        let id = try call.id(of: "account")
        let body = try call.content(LiftBody.self)
        var fields = Fields()
        let note = fields.check("/note", body.note, ReportText.expectation, ReportText.read)
        try fields.finish()
        return try await call.transaction(on: pool) { transaction in
            let lifted = try await desk.reinstate(
                id, note: note?.isEmpty == true ? nil : note, by: admin, from: call.address, in: transaction)
            switch lifted {
            case true?: return .noContent
            case false?: throw Problem(.conflict, code: "not_suspended", "This account is not suspended.")
            case nil: throw Problem.notFound("account")
            }
        }
    }
}

extension Problem {
    fileprivate init(_ refusal: ModerationCase.Refusal) {
        switch refusal {
        case .alreadyDecided: self.init(.conflict, code: "already_decided", "This report has been decided.")
        case .notAComment: self = .invalid("/decision", "expected another one: there is no comment to hide")
        }
    }
}
