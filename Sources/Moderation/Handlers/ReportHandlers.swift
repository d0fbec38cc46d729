public import Database
internal import HTTPTypes
public import REST
internal import Sessions

/// `/sessions/{id}/report`: what people report of each other.
public struct ReportHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    private struct Body: Decodable {
        var kind: ModerationCase.Kind?
        var reason: ReportReason
        var text: String?
    }

    private struct View: Encodable {
        let id: String
        let kind: String
        let reason: String
        let text: String?
        let state: String
        let createdAt: String

        init(_ report: Reports.Made) {
            id = report.id.description
            kind = report.kind
            reason = report.reason
            text = report.text
            state = report.isDecided ? "decided" : "open"
            createdAt = report.createdAt.description
        }

        private enum Key: String, CodingKey { case id, kind, reason, text, state, createdAt }

        /// With `text` also where there is none.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(id, forKey: .id)
            try container.encode(kind, forKey: .kind)
            try container.encode(reason, forKey: .reason)
            try container.encode(text, forKey: .text)
            try container.encode(state, forKey: .state)
            try container.encode(createdAt, forKey: .createdAt)
        }
    }

    /// `POST /sessions/{id}/report {kind?, reason, text?}`: 201 with the report, by one of the session's two people about the
    /// other; 200 with the one they made before. Of kind `comment`, by the consultant about the rating's comment; 409
    /// `no_comment` where there is none.
    public func report(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let id = try call.id(of: "session")
        let body = try call.content(Body.self)
        var fields = Fields()
        let text = fields.check("/text", body.text, ReportText.expectation, ReportText.read)
        if body.reason == .other, text?.isEmpty == true { fields.refuse("/text", "expected words about what it is") }
        try fields.finish()
        let content = Reports.Content(
            kind: body.kind ?? .session, reason: body.reason, text: text?.isEmpty == true ? nil : text)
        return try await call.transaction(on: pool) { transaction in
            guard let session = try await SessionStore.find(id, on: transaction), let side = session.side(of: user)
            else {
                throw Problem.notFound("session")
            }
            if content.kind == .comment { try await checkComment(of: session, side, in: transaction) }
            let (report, isNew) = try await Reports.add(
                content, of: id, by: user, about: side == .customer ? session.consultant : session.customer,
                at: .now(), in: transaction)
            return .json(View(report), status: isNew ? .created : .ok)
        }
    }

    private func checkComment(of session: Session, _ side: SessionSide, in transaction: Transaction) async throws {
        guard side == .consultant else {
            throw Problem.forbidden("A comment is reported by the consultant whom it is about.")
        }
        let rows = try await transaction.query(
            "SELECT FROM ratings WHERE session_id = \(session.id) AND comment IS NOT NULL")
        guard !rows.isEmpty else {
            throw Problem(.conflict, code: "no_comment", "There is no comment on this session.")
        }
    }
}
