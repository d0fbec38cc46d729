internal import Database
internal import FoundationEssentials
internal import HTTPTypes
internal import Identifiers
public import REST
internal import Tokens

extension Identity {
    private struct TokensView: Encodable {
        var accessToken: String
        var expiresIn: Int
        var refreshToken: String?
        var user: UserView
    }

    /// The answer to a sign-in. A browser gets the refresh token as a cookie that its pages cannot read, others get it in
    /// the content.
    func tokens(for user: User, family: UniqueID, refresh: SecretToken, _ call: Call) async throws -> Reply {
        guard let id = UserID(user.id.description) else { throw Problem.unavailable() }
        let now = Date()
        let access = try await signer.sign(
            AccessToken(
                user: id, role: user.role, family: family.description, isVerified: user.emailVerifiedAt != nil,
                issuedAt: now, expiresAt: now.addingTimeInterval(Double(terms.accessSeconds))))
        let isBrowser = call.isFromBrowser
        var reply = Reply.json(
            TokensView(
                accessToken: access, expiresIn: terms.accessSeconds, refreshToken: isBrowser ? nil : refresh.text,
                user: UserView(user)))
        reply.headers[.cacheControl] = "no-store"
        if isBrowser {
            reply.headers[.setCookie] = RefreshCookie.set(
                refresh.text, seconds: terms.refreshSeconds, isSecure: isSecure)
        }
        return reply
    }

    /// Turns access tokens into callers: the signature first, then whether the sign-in goes on and what the account is
    /// now.
    public var authenticator: Authenticator {
        { token in
            let access: AccessToken
            do throws(TokenError) {
                access = try verifier.verifyAccess(token)
            } catch {
                throw Problem.unauthenticated("The access token does not hold: \(error.message).")
            }
            guard let family = access.familyID, let user = UniqueID(access.user.text) else {
                throw Problem.unauthenticated()
            }
            let rows = try await pool.query(
                """
                SELECT users.role, users.email_verified_at IS NOT NULL AS verified
                FROM refresh_families f JOIN users ON users.id = f.user_id
                WHERE f.id = \(family) AND f.user_id = \(user) AND f.revoked_at IS NULL
                """)
            guard let row = rows.first else { throw Problem.unauthenticated("This sign-in has ended.") }
            return Caller(
                user: user, role: try row.get("role", as: Role.self), family: family,
                isVerified: try row.get("verified", as: Bool.self))
        }
    }
}

extension AccessToken {
    /// The sign-in as we name it; nil where the token names it otherwise.
    var familyID: UniqueID? { UniqueID(family) }
}

extension Call {
    /// The bearer token (RFC 6750 §2.1), whether or not the route looks at it.
    var bearerToken: String? {
        guard let value = headers[.authorization], value.lowercased().hasPrefix("bearer ") else { return nil }
        return String(value.dropFirst("bearer ".count).drop { $0 == " " })
    }

    /// Browsers say where a request comes from, and no page can keep them from it (Fetch, "Sec-Fetch-*").
    var isFromBrowser: Bool {
        headers[.origin] != nil || HTTPField.Name("Sec-Fetch-Site").map { headers[$0] != nil } ?? false
    }
}

/// The refresh token as a browser keeps it: out of reach of scripts, sent to `/api/v1/auth` alone, never from other sites.
enum RefreshCookie {
    private static let name = "consult_refresh"
    private static let attributes = "; Path=/api/v1/auth; HttpOnly; SameSite=Strict"

    static func set(_ token: String, seconds: Int, isSecure: Bool) -> String {
        "\(name)=\(token)\(attributes); Max-Age=\(seconds)\(isSecure ? "; Secure" : "")"
    }

    static var cleared: String { "\(name)=\(attributes); Max-Age=0" }

    static func value(in headers: HTTPFields) -> String? {
        for line in headers[values: .cookie] {
            for pair in line.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }
}
