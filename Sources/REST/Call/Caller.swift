public import Database
public import Identifiers

/// Who makes a request, as their access token proves.
public struct Caller: Sendable, Hashable {
    /// The account.
    public var user: UniqueID
    /// Its role.
    public var role: Role
    /// The sign-in this token came from: what log-out ends.
    public var family: UniqueID
    /// Whether the account's e-mail address is confirmed.
    public var isVerified: Bool

    /// A caller.
    public init(user: UniqueID, role: Role, family: UniqueID, isVerified: Bool) {
        self.user = user
        self.role = role
        self.family = family
        self.isVerified = isVerified
    }
}

/// Turns a bearer token into a caller.
///
/// - Throws: ``Problem`` of status 401 where the token does not hold, 503 where that cannot be told.
public typealias Authenticator = @Sendable (_ bearerToken: String) async throws -> Caller
