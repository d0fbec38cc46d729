internal import Database
internal import FoundationEssentials
internal import HTTPTypes
internal import Identifiers
internal import Logging
internal import Passwords
public import REST
internal import Tokens

/// `/auth/login`, `/auth/refresh`, `/auth/logout` and `/auth/logout-everywhere`.
public struct SignInHandlers: Sendable {
    let identity: Identity

    /// Handlers for these accounts.
    public init(_ identity: Identity) { self.identity = identity }

    // MARK: Signing in

    private struct Body: Decodable {
        var email: String
        var password: String
    }

    /// `POST /auth/login {email, password}`: 200 with tokens. 401 `invalid_credentials`, whatever of both is wrong; 429
    /// `sign_in_delayed` after too many failures; 403 `account_suspended` with the right password of a suspended account.
    public func signIn(_ call: Call) async throws -> Reply {
        let body = try call.content(Body.self)
        let email = EmailAddress(body.email)
        let place = SignInFailures.Place(
            account: identity.pseudonyms.of("account \(email?.folded ?? body.email)"),
            origin: identity.pseudonyms.of("origin \(call.address)"))
        let account = try await account(email, place.origin)
        try await wait(place, account, call)

        let isRight = try await identity.verify(body.password, against: account?.hash)
        guard let account, isRight else {
            _ = try await identity.pool.pipeline(
                SignInFailures.record(place)
                    + [SecurityEvents.record(.signInFailed, of: account?.user.id, address: call.address)])
            throw Problem(.unauthorized, code: "invalid_credentials", "E-mail address or password is wrong.")
        }
        let fresh = identity.hasher.needsRehash(account.hash) ? try await identity.hash(body.password) : nil
        let begun: (family: UniqueID, token: SecretToken)? = try await identity.pool.withTransaction { transaction in
            // Somebody may have chosen a new password since the old one was read. The account's row is held against a
            // suspension that would end all sign-ins but this one.
            let rows = try await transaction.query(
                """
                SELECT c.password_hash, users.suspended_at IS NOT NULL AS suspended
                FROM credentials c JOIN users ON users.id = c.user_id
                WHERE c.user_id = \(account.user.id) FOR UPDATE OF c FOR SHARE OF users
                """)
            guard let row = rows.first, try row.get("password_hash", as: String.self) == account.hash else {
                throw Problem(.unauthorized, code: "invalid_credentials", "E-mail address or password is wrong.")
            }
            if try row.get("suspended", as: Bool.self) {
                try await transaction.query(
                    SecurityEvents.record(.signInSuspended, of: account.user.id, address: call.address))
                return nil
            }
            if let fresh {
                try await transaction.query(
                    "UPDATE credentials SET password_hash = \(fresh) WHERE user_id = \(account.user.id)")
            }
            let begun = try await SignIns.begin(for: account.user.id, terms: identity.terms, in: transaction)
            _ = try await transaction.pipeline(
                SignInFailures.forget(place, user: account.user.id)
                    + [SecurityEvents.record(.signedIn, of: account.user.id, address: call.address)])
            return begun
        }
        guard let begun else {
            throw Problem(
                .forbidden, code: "account_suspended",
                "This account is suspended. The mail that we sent about it says why.")
        }
        return try await identity.tokens(for: account.user, family: begun.family, refresh: begun.token, call)
    }

    private struct Account: Sendable {
        var user: User
        var hash: String
        var knowsAddress: Bool
    }

    private func account(_ email: EmailAddress?, _ origin: [UInt8]) async throws(DatabaseError) -> Account? {
        let rows = try await identity.pool.query(
            """
            SELECT \(User.columns), c.password_hash, k.origin IS NOT NULL AS known
            FROM users JOIN credentials c ON c.user_id = users.id
                LEFT JOIN known_addresses k ON k.user_id = users.id AND k.origin = \(origin)
            WHERE users.email = \(email?.text ?? "")
            """)
        guard let row = rows.first else { return nil }
        return Account(
            user: try User(row), hash: try row.get("password_hash", as: String.self),
            knowsAddress: try row.get("known", as: Bool.self))
    }

    private func wait(_ place: SignInFailures.Place, _ account: Account?, _ call: Call) async throws {
        let standing = try await SignInFailures.standing(place, on: identity.pool)
        let pause = identity.backoff.pause(
            here: standing.here, elsewhere: standing.elsewhere, isKnownAddress: account?.knowsAddress ?? false,
            now: .now())
        guard pause > .zero else { return }
        try await identity.pool.query(
            SecurityEvents.record(.signInDelayed, of: account?.user.id, address: call.address))
        var problem = Problem.tooMany(
            "Too many failed sign-ins. Wait a moment, or choose a new password by mail.",
            retryAfter: Int(pause.components.seconds) + 1)
        problem.code = "sign_in_delayed"
        throw problem
    }

    // MARK: Staying signed in

    private struct RefreshBody: Decodable { var refreshToken: String? }

    /// `POST /auth/refresh {refreshToken?}`: 200 with new tokens; browsers send the old one as a cookie. 401
    /// `refresh_token_invalid`, and where the token was used before the whole sign-in is ended.
    public func refresh(_ call: Call) async throws -> Reply {
        guard let token = try presented(call) else { throw Self.refreshInvalid }
        let rotation = try await identity.pool.withTransaction { transaction in
            try await SignIns.rotate(
                token, secret: identity.refreshSecret, terms: identity.terms, address: call.address, in: transaction)
        }
        switch rotation {
        case .rotated(let next, let family, let user):
            return try await identity.tokens(for: user, family: family, refresh: next, call)
        case .reused:
            call.logger.warning("a refresh token was presented twice; its sign-in is ended")
            throw Self.refreshInvalid
        case .refused: throw Self.refreshInvalid
        }
    }

    private static let refreshInvalid = Problem(
        .unauthorized, code: "refresh_token_invalid", "Sign in again.",
        headers: [.setCookie: RefreshCookie.cleared])

    private func presented(_ call: Call) throws(Problem) -> SecretToken? {
        let body = call.body.isEmpty ? nil : try call.content(RefreshBody.self).refreshToken
        return (body ?? RefreshCookie.value(in: call.headers)).flatMap { SecretToken($0) }
    }

    // MARK: Signing out

    /// `POST /auth/logout {refreshToken?}`: 204. Ends the sign-in of the refresh token, or of the access token.
    public func signOut(_ call: Call) async throws -> Reply {
        let presented = try presented(call)
        try await identity.pool.withTransaction { transaction in
            var family: UniqueID?
            if let presented { family = try await SignIns.family(of: presented, on: transaction) }
            if family == nil { family = call.bearerToken.flatMap { try? identity.verifier.verifyAccess($0) }?.familyID }
            guard let family else { return }
            let rows = try await transaction.query("SELECT user_id FROM refresh_families WHERE id = \(family)")
            guard let user = try rows.first?.get("user_id", as: UniqueID.self) else { return }
            if try await SignIns.revoke([family], of: user, reason: "signed_out", in: transaction) > 0 {
                try await transaction.query(SecurityEvents.record(.signedOut, of: user, address: call.address))
            }
        }
        return Reply(status: .noContent, headers: [.setCookie: RefreshCookie.cleared])
    }

    /// `POST /auth/logout-everywhere`: 204. Ends every sign-in of the account.
    public func signOutEverywhere(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        try await identity.pool.withTransaction { transaction in
            try await SignIns.revokeAll(of: user, reason: "signed_out_everywhere", in: transaction)
            try await transaction.query(SecurityEvents.record(.signedOutEverywhere, of: user, address: call.address))
        }
        return Reply(status: .noContent, headers: [.setCookie: RefreshCookie.cleared])
    }
}
