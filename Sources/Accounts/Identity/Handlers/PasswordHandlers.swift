internal import Database
internal import HTTPTypes
internal import Mail
internal import Passwords
public import REST

/// `/auth/password-reset`, `/auth/password-reset/confirm` and `/me/password`.
public struct PasswordHandlers: Sendable {
    let identity: Identity

    /// How long an answer takes that must not tell whether an address has an account.
    private static let evenTime = Duration.milliseconds(150)

    /// Handlers for these accounts.
    public init(_ identity: Identity) { self.identity = identity }

    private struct ResetBody: Decodable { var email: String }

    /// `POST /auth/password-reset {email}`: 202 always, after the same time. Where the address has an account, a mail
    /// with a link.
    public func requestReset(_ call: Call) async throws -> Reply {
        let end = ContinuousClock.now + Self.evenTime
        let body = try call.content(ResetBody.self)
        guard let email = EmailAddress(body.email) else {
            throw Problem.invalid("/email", "expected an e-mail address")
        }
        try await identity.pool.withTransaction { transaction in
            guard let user = try await Users.find(email, on: transaction),
                try await ResetMails.isDue(for: user.id, in: transaction)
            else { return }
            let token = try await EmailTokens.issue(
                .reset, for: user.id, seconds: identity.terms.resetSeconds, in: transaction)
            try await MailOutbox.append(try identity.mails.reset(to: user, token: token), in: transaction)
            try await transaction.query(SecurityEvents.record(.resetRequested, of: user.id, address: call.address))
        }
        try await Task.sleep(until: end)
        return Reply(status: .accepted)
    }

    private struct ConfirmBody: Decodable {
        var token: String
        var password: String
    }

    /// `POST /auth/password-reset/confirm {token, password}`: 204. Ends every sign-in, and confirms the e-mail address:
    /// only its mailbox had the link. 422 `token_invalid` where the link does not hold, or was used.
    public func confirmReset(_ call: Call) async throws -> Reply {
        let body = try call.content(ConfirmBody.self)
        guard let token = SecretToken(body.token) else { throw Problem.tokenInvalid }
        let rows = try await identity.pool.query(
            """
            SELECT \(User.columns) FROM users JOIN email_tokens t ON t.user_id = users.id
            WHERE t.hash = \(token.hash) AND t.purpose = 'reset' AND t.used_at IS NULL AND t.expires_at > now()
            """)
        guard let row = rows.first else { throw Problem.tokenInvalid }
        let user = try User(row)
        try check(body.password, of: user, at: "/password")
        let hash = try await identity.hash(body.password)
        try await identity.pool.withTransaction { transaction in
            guard try await EmailTokens.use(token, for: .reset, in: transaction) == user.id else {
                throw Problem.tokenInvalid
            }
            try await store(hash, for: user, keeping: nil, .passwordReset, call, in: transaction)
            let place = SignInFailures.Place(
                account: identity.pseudonyms.of("account \(user.email.lowercased())"),
                origin: identity.pseudonyms.of("origin \(call.address)"))
            _ = try await transaction.pipeline(
                ["UPDATE users SET email_verified_at = now() WHERE id = \(user.id) AND email_verified_at IS NULL"]
                    + [SignInFailures.forgetAll(account: place.account)] + SignInFailures.forget(place, user: user.id))
        }
        return .noContent
    }

    private struct ChangeBody: Decodable {
        var currentPassword: String
        var newPassword: String
    }

    /// `POST /me/password {currentPassword, newPassword}`: 204. Ends every other sign-in. 403 `wrong_password`.
    public func change(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let body = try call.content(ChangeBody.self)
        guard let user = try await Users.find(caller.user, on: identity.pool) else { throw Problem.notFound("account") }
        guard try await identity.verifyPassword(user.id, body.currentPassword) else {
            throw Problem(.forbidden, code: "wrong_password", "The current password is another one.")
        }
        try check(body.newPassword, of: user, at: "/newPassword")
        let hash = try await identity.hash(body.newPassword)
        try await identity.pool.withTransaction { transaction in
            try await store(hash, for: user, keeping: caller.family, .passwordChanged, call, in: transaction)
        }
        return .noContent
    }

    private func check(_ password: String, of user: User, at pointer: String) throws {
        let problems = identity.rules.problems(with: password, email: user.email, name: user.name)
        guard problems.isEmpty else {
            throw Problem.invalid(problems.map { .init(pointer: pointer, detail: "\($0)") })
        }
    }

    private func store(
        _ hash: String, for user: User, keeping family: UniqueID?, _ kind: SecurityEventKind, _ call: Call,
        in transaction: Transaction
    ) async throws {
        try await transaction.query(
            "UPDATE credentials SET password_hash = \(hash), changed_at = now() WHERE user_id = \(user.id)")
        try await SignIns.revokeAll(of: user.id, except: family, reason: kind.rawValue, in: transaction)
        try await MailOutbox.append(try identity.mails.passwordChanged(to: user), in: transaction)
        try await transaction.query(SecurityEvents.record(kind, of: user.id, address: call.address))
    }
}
