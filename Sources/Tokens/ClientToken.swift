public import Identifiers

/// What a client may show to say who it is: an account's access token, or a token for one room.
public enum ClientToken: Sendable, Equatable {
    /// The account itself.
    case access(AccessToken)
    /// Somebody in one room.
    case room(RoomToken)

    /// Whose it is.
    public var user: UserID {
        switch self {
        case .access(let token): token.user
        case .room(let token): token.user
        }
    }

    /// As what: in the account, or in the room.
    public var role: Role {
        switch self {
        case .access(let token): token.role
        case .room(let token): token.role
        }
    }
}
