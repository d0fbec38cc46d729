internal import Database
internal import HTTPTypes
internal import Identifiers
internal import Mail
internal import Passwords
public import REST

/// `/auth/register` and `/auth/verify-email`.
///
/// Nothing here tells whether an address has an account: the answer is the same, and so is the work. What differs goes to
/// the address by mail.
public struct RegistrationHandlers: Sendable {
    let identity: Identity

    /// Handlers for these accounts.
    public init(_ identity: Identity) { self.identity = identity }

    private struct Body: Decodable {
        var email: String
        var password: String
        var name: String
        var role: String
    }

    private struct View: Encodable { let user: UserView }

    /// `POST /auth/register {email, password, name, role}`: 201 with the account, and a mail with a link. An address that
    /// has an account gets the same answer; its owner gets another mail.
    public func register(_ call: Call) async throws -> Reply {
        let body = try call.content(Body.self)
        var fields = Fields()
        let email = fields.check("/email", body.email, "an e-mail address") { EmailAddress($0) }
        let name = fields.check("/name", body.name, "1 to \(PersonName.maximumLength) characters on one line") {
            PersonName($0)
        }
        let role = fields.check("/role", body.role, "customer or consultant") { text in
            [Role.customer, .consultant].first { $0.rawValue == text }
        }
        for problem in identity.rules.problems(with: body.password, email: body.email, name: body.name) {
            fields.refuse("/password", "\(problem)")
        }
        try fields.finish()
        guard let email, let name, let role else { throw Problem.invalid(fields.errors) }

        let hash = try await identity.hash(body.password)
        // Without the password, of which nothing but its bcrypt hash is ever kept.
        let content = Array("\(email.text) \(role.rawValue) \(name.text)".utf8)
        return try await call.transaction(on: identity.pool, identifiedBy: content) { transaction in
            let user = User(id: UniqueID(), email: email, name: name, role: role, createdAt: .now())
            if try await Users.insert(user, passwordHash: hash, in: transaction) {
                try await welcome(user, call, in: transaction)
            } else if let owner = try await Users.find(email, on: transaction) {
                try await warn(owner, call, in: transaction)
            }
            return .json(View(user: UserView(user)), status: .created)
        }
    }

    private func welcome(_ user: User, _ call: Call, in transaction: Transaction) async throws {
        try await Consents.record(
            user.id, [ConsentChoice(.terms, granted: true), ConsentChoice(.privacy, granted: true)], in: transaction)
        let token = try await EmailTokens.issue(
            .verify, for: user.id, seconds: identity.terms.verifySeconds, in: transaction)
        try await MailOutbox.append(try identity.mails.verification(to: user, token: token), in: transaction)
        try await transaction.query(SecurityEvents.record(.registered, of: user.id, address: call.address))
    }

    private func warn(_ owner: User, _ call: Call, in transaction: Transaction) async throws {
        guard try await ResetMails.isDue(for: owner.id, in: transaction) else { return }
        let token = try await EmailTokens.issue(
            .reset, for: owner.id, seconds: identity.terms.resetSeconds, in: transaction)
        try await MailOutbox.append(try identity.mails.registeredAgain(to: owner, token: token), in: transaction)
        try await transaction.query(SecurityEvents.record(.registeredAgain, of: owner.id, address: call.address))
    }

    private struct TokenBody: Decodable { var token: String }

    /// `POST /auth/verify-email {token}`: 204. 422 `token_invalid` where the link does not hold, or was used.
    public func verify(_ call: Call) async throws -> Reply {
        let body = try call.content(TokenBody.self)
        guard let token = SecretToken(body.token) else { throw Problem.tokenInvalid }
        try await identity.pool.withTransaction { transaction in
            guard let user = try await EmailTokens.use(token, for: .verify, in: transaction) else {
                throw Problem.tokenInvalid
            }
            _ = try await transaction.pipeline([
                "UPDATE users SET email_verified_at = now() WHERE id = \(user) AND email_verified_at IS NULL",
                SecurityEvents.record(.emailVerified, of: user, address: call.address),
            ])
        }
        return .noContent
    }
}

extension Problem {
    /// 422: a link from a mail does not hold.
    static let tokenInvalid = Problem(
        .unprocessableContent, code: "token_invalid", "This link does not hold any more, or was used before.")
}

/// Mails with a link to choose a new password: so many an hour, so that nobody can fill a stranger's mailbox.
enum ResetMails {
    static let perHour = 5

    static func isDue(for user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Bool {
        let rows = try await transaction.query(
            """
            SELECT count(*) AS sent FROM security_events
            WHERE user_id = \(user) AND kind IN (\(SecurityEventKind.registeredAgain), \(SecurityEventKind.resetRequested))
                AND occurred_at > now() - interval '1 hour'
            """)
        return try rows[0].get("sent", as: Int.self) < perHour
    }
}
