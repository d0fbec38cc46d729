public import Identifiers

public import FoundationEssentials

/// What a room token says: who may enter which room, as what, until when. Good for that room only.
public struct RoomToken: Sendable, Equatable {
    /// The room it opens.
    public let room: RoomID
    /// The booked session behind the room; nil for a token minted by hand.
    public let session: SessionID?
    /// Whom it admits (`sub`).
    public let user: UserID
    /// The name the other side sees: 1 to ``maximumNameLength`` characters, none of them a control character.
    public let name: String
    /// As what; never ``Role/admin``.
    public let role: Role
    /// How the room's media is to travel.
    public let mode: RoomMode
    /// Whether the room has no threshold.
    public let unmetered: Bool
    /// Free media seconds that the session was booked with; nil: those of the server.
    public let threshold: Int?
    /// When it was minted (`iat`), whole seconds.
    public let issuedAt: Date
    /// When it ends (`exp`), whole seconds.
    public let expiresAt: Date

    /// Unicode scalars a name may have at most.
    public static let maximumNameLength = 80

    /// A token's contents.
    ///
    /// - Throws: ``TokenError`` of code `malformed` where the name is empty, too long or has control characters, or
    ///   where `role` is `admin`, which is never a side of a call.
    public init(
        room: RoomID, session: SessionID? = nil, user: UserID, name: String, role: Role = .customer,
        mode: RoomMode = .relay, unmetered: Bool = false, threshold: Int? = nil, issuedAt: Date, expiresAt: Date
    ) throws(TokenError) {
        guard Self.isWellFormedName(name) else {
            throw TokenError(
                .malformed, "name must have 1 to \(Self.maximumNameLength) characters and no control characters")
        }
        guard Self.wallClock.contains(issuedAt.timeIntervalSince1970),
            Self.wallClock.contains(expiresAt.timeIntervalSince1970)
        else { throw TokenError(.malformed, "a time is out of range") }
        guard threshold.map({ (1...86400).contains($0) }) ?? true else {
            throw TokenError(.malformed, "threshold must be 1 to 86400 seconds")
        }
        guard role != .admin else { throw TokenError(.malformed, "role admin is never a side of a call") }
        self.room = room
        self.session = session
        self.user = user
        self.name = name
        self.role = role
        self.mode = mode
        self.unmetered = unmetered
        self.threshold = threshold
        self.issuedAt = Date(timeIntervalSince1970: issuedAt.timeIntervalSince1970.rounded(.down))
        self.expiresAt = Date(timeIntervalSince1970: expiresAt.timeIntervalSince1970.rounded(.down))
    }

    /// Times that RFC 3339 can write: 1970 to 9999.
    private static let wallClock = 0..<253_402_300_800.0

    private static func isWellFormedName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return !scalars.isEmpty && scalars.count <= maximumNameLength
            && scalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                // Bidirectional overrides and the like are format characters: they would let a name rewrite the
                // line it stands in.
                case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
                case .format: scalar == "\u{200D}" || scalar == "\u{200C}"
                default: true
                }
            }
            && !scalars.allSatisfy(\.properties.isWhitespace)
    }
}
