public import Database
internal import HTTPTypes
public import REST

/// `/me/consents`: what somebody agreed to.
public struct ConsentHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    private struct Body: Decodable { var consents: [ConsentChoice] }

    /// One document and what was chosen about it; without a choice yet, not granted and never recorded.
    private struct View: Encodable {
        let document: ConsentDocument
        let required: Bool
        let currentVersion: String
        let version: String?
        let granted: Bool
        let recordedAt: String?

        private enum Key: String, CodingKey { case document, required, currentVersion, version, granted, recordedAt }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(document, forKey: .document)
            try container.encode(required, forKey: .required)
            try container.encode(currentVersion, forKey: .currentVersion)
            try container.encode(version, forKey: .version)
            try container.encode(granted, forKey: .granted)
            try container.encode(recordedAt, forKey: .recordedAt)
        }
    }

    private struct List: Encodable { let consents: [View] }

    /// `GET /me/consents`: 200 with every document and what was chosen about it.
    public func show(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        return Self.reply(try await Consents.current(of: user, on: pool))
    }

    /// `PUT /me/consents {consents: [{document, version, granted}]}`: 200 with all of them. Documents that are not named
    /// stay as they are. 409 `consent_required` where one is withdrawn that an account needs.
    public func replace(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let choices = try call.content(Body.self).consents
        var fields = Fields()
        if choices.count > ConsentDocument.allCases.count { fields.refuse("/consents", "expected each document once") }
        for (index, choice) in choices.prefix(ConsentDocument.allCases.count).enumerated() {
            let current = choice.document.currentVersion
            if choice.version != current {
                fields.refuse("/consents/\(index)/version", "expected the current version, \(current)")
            }
        }
        try fields.finish()
        if let choice = choices.first(where: { !$0.granted && $0.document.isRequired }) {
            throw Problem(
                .conflict, code: "consent_required",
                "An account needs consent to '\(choice.document.rawValue)'. To withdraw it, delete the account.")
        }
        return try await pool.withTransaction { transaction in
            try await Consents.record(user, choices, in: transaction)
            return Self.reply(try await Consents.current(of: user, on: transaction))
        }
    }

    private static func reply(_ consents: [Consents.Current]) -> Reply {
        let views = ConsentDocument.allCases.map { document in
            let current = consents.first { $0.choice.document == document }
            return View(
                document: document, required: document.isRequired, currentVersion: document.currentVersion,
                version: current?.choice.version, granted: current?.choice.granted ?? false,
                recordedAt: current?.recordedAt.description)
        }
        return .json(List(consents: views))
    }
}
