internal import Accounts
public import Database
internal import HTTPTypes
internal import Identifiers
internal import Money
public import REST
internal import Sessions

/// `/requests` and `/me/requests`: live requests, as the consultants who are asked see and answer them.
public struct RequestHandlers: Sendable {
    let pool: DatabasePool
    let desk: RequestDesk

    /// Handlers on a database.
    public init(pool: DatabasePool, desk: RequestDesk) {
        self.pool = pool
        self.desk = desk
    }

    private struct Accepted: Encodable { let sessionId: String }
    private struct Decline: Decodable { var reason: String? }

    /// `POST /requests/{id}/accept`: 200 with the session. Accepting again answers the same; 409 `request_closed` where
    /// somebody else was faster, it was taken back, or its time was over.
    public func accept(_ call: Call) async throws -> Reply {
        let consultant = try Self.consultant(call)
        let id = try call.id(of: "request")
        return try await call.transaction(on: pool) { transaction in
            do {
                let session = try await desk.accept(id, by: consultant, in: transaction)
                return .json(Accepted(sessionId: session.id.description))
            } catch let refusal as Handout.Refusal {
                throw Problem(refusal)
            }
        }
    }

    /// `POST /requests/{id}/decline {reason?}`: 204; also where it is over already. 409 `request_closed` once accepted.
    public func decline(_ call: Call) async throws -> Reply {
        let consultant = try Self.consultant(call)
        let id = try call.id(of: "request")
        let text = call.body.isEmpty ? nil : try call.content(Decline.self).reason
        var fields = Fields()
        let reason = fields.check("/reason", text ?? "", "at most 500 printable characters") { text in
            text.unicodeScalars.count <= 500 && text.isPrintable(except: ["\n", "\r", "\t"]) ? text.trimmed() : nil
        }
        try fields.finish()
        do {
            try await desk.decline(id, by: consultant, reason: reason?.isEmpty == true ? nil : reason)
        } catch let refusal as Handout.Refusal {
            throw Problem(refusal)
        }
        return .noContent
    }

    /// `GET /me/requests?state=&limit=&cursor=`: 200 with a page of the consultant's requests, the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let consultant = try Self.consultant(call)
        let page = try call.page(after: UniqueID.self)
        var condition: SQL = "requests.consultant_id = \(consultant)"
        if let text = call.query["state"] {
            var fields = Fields()
            let states = RequestState.allCases.map(\.rawValue).joined(separator: ", ")
            let state = fields.check("state", text, states) { RequestState(rawValue: $0) }
            try fields.finish()
            if let state { condition = "\(condition) AND requests.state = \(state.rawValue)" }
        }
        if let after = page.after { condition = "\(condition) AND requests.id < \(after)" }
        let rows = try await pool.query(
            "SELECT \(ListedRequest.columns) WHERE \(condition) ORDER BY requests.id DESC LIMIT \(page.fetched)")
        return .json(page.listing(of: try rows.map { try ListedRequest($0) }, key: \.id) { $0 })
    }

    private static func consultant(_ call: Call) throws(Problem) -> UniqueID {
        let caller = try call.signedIn()
        guard caller.role == .consultant else { throw .forbidden("Only consultants are asked.") }
        return caller.user
    }
}

/// A request as its consultant reads it in the list, and as `request.created` has it.
struct ListedRequest: Encodable {
    let id: UniqueID
    let notice: RequestNotice
    let state: RequestState
    let createdAt: Timestamp

    static let columns: SQL = """
        \(Question.columns), requests.id AS request_id, requests.score, requests.reasons,
        requests.rate_amount, requests.rate_currency, requests.state AS request_state,
        requests.created_at AS request_created_at, requests.expires_at AS request_expires_at, requests.consultant_id
        FROM requests JOIN questions ON questions.id = requests.question_id
        """

    init(_ row: Row) throws {
        id = try row.get("request_id", as: UniqueID.self)
        guard let rate = try row.money("rate_amount", "rate_currency"),
            let state = RequestState(rawValue: try row.get("request_state", as: String.self))
        else { throw DatabaseError(.decoding, "a request without a rate, or in an unknown state") }
        let offer = Offer(
            consultant: try row.get("consultant_id", as: UniqueID.self), score: try row.get("score", as: Double.self),
            reasons: try row.get("reasons", as: JSONText.self).decode(as: [String].self),
            rate: rate)
        notice = RequestNotice(
            try Question(row), request: id, offer: offer,
            expiresAt: try row.get("request_expires_at", as: Timestamp.self))
        self.state = state
        createdAt = try row.get("request_created_at", as: Timestamp.self)
    }

    private enum Key: String, CodingKey {
        case requestId, question, score, reasons, rate, state, createdAt, expiresAt
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(notice.requestId, forKey: .requestId)
        try container.encode(notice.question, forKey: .question)
        try container.encode(notice.score, forKey: .score)
        try container.encode(notice.reasons, forKey: .reasons)
        try container.encode(notice.rate, forKey: .rate)
        try container.encode(state.rawValue, forKey: .state)
        try container.encode(createdAt.description, forKey: .createdAt)
        try container.encode(notice.expiresAt, forKey: .expiresAt)
    }
}

extension RequestDesk {
    /// What a consultant who has just connected is to be told again: `request.created` for each that is still pending.
    ///
    /// - Returns: the notifications' parameters, the oldest first.
    public func pending(for consultant: UniqueID) async throws -> [JSONText] {
        let rows = try await pool.query(
            """
            SELECT \(ListedRequest.columns) WHERE requests.consultant_id = \(consultant)
                AND requests.state = 'pending' AND requests.expires_at > clock_timestamp() ORDER BY requests.id LIMIT 20
            """)
        return try rows.map { try JSONText(encoding: try ListedRequest($0).notice) }
    }
}

extension Problem {
    /// A refused answer to a live request.
    init(_ refusal: Handout.Refusal) {
        switch refusal {
        case .notFound: self = .notFound("request")
        case .closed(.accepted):
            self = Problem(.conflict, code: "request_closed", "You have accepted this request.")
        case .closed(.declined): self = Problem(.conflict, code: "request_closed", "You have declined this request.")
        case .closed(.pending), .closed(.expired):
            self = Problem(.conflict, code: "request_closed", "The time to answer this request is over.")
        case .closed(.withdrawn):
            self = Problem(.conflict, code: "request_closed", "The request was taken back: somebody else was faster.")
        }
    }
}
