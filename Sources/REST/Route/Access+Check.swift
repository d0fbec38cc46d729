internal import HTTPTypes

extension Access {
    /// Who makes a request, where this access lets them in.
    ///
    /// - Parameter authorization: the `Authorization` header field.
    /// - Throws: ``Problem``: 401 without a token that holds, 403 where the role or the unconfirmed address is in the way.
    public func admit(authorization: String?, _ authenticate: Authenticator) async throws -> Caller? {
        switch self {
        case .anyone: return nil
        case .signedIn: return try await authenticate(Self.token(authorization))
        case .verified(let roles):
            let caller = try await authenticate(Self.token(authorization))
            guard roles.contains(caller.role) else { throw Problem.forbidden() }
            guard caller.isVerified else {
                throw Problem(.forbidden, code: "email_unverified", "Confirm your e-mail address first.")
            }
            return caller
        }
    }

    private static func token(_ authorization: String?) throws(Problem) -> String {
        let parts = authorization?.split(separator: " ", maxSplits: 1)
        guard let parts, parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 4096 else {
            throw .unauthenticated()
        }
        return String(parts[1])
    }
}
