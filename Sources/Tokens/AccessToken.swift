public import Identifiers

public import FoundationEssentials

/// What an access token says: who uses the API and the WebSocket, as what, from which sign-in, until when.
public struct AccessToken: Sendable, Equatable {
    /// Whose it is (`sub`).
    public let user: UserID
    /// The account's role.
    public let role: Role
    /// The sign-in it came from (`sid`): what log-out ends.
    public let family: String
    /// Whether the account's e-mail address was confirmed when it was minted.
    public let isVerified: Bool
    /// When it was minted (`iat`), whole seconds.
    public let issuedAt: Date
    /// When it ends (`exp`), whole seconds.
    public let expiresAt: Date

    /// A token's contents.
    ///
    /// - Parameter family: 1 to 128 characters.
    public init(user: UserID, role: Role, family: String, isVerified: Bool, issuedAt: Date, expiresAt: Date) {
        self.user = user
        self.role = role
        self.family = family
        self.isVerified = isVerified
        self.issuedAt = Date(timeIntervalSince1970: issuedAt.timeIntervalSince1970.rounded(.down))
        self.expiresAt = Date(timeIntervalSince1970: expiresAt.timeIntervalSince1970.rounded(.down))
    }
}
