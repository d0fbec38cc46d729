internal import FoundationEssentials
internal import Identifiers

public import Tokens

/// Mints the tokens for sessions' rooms.
public struct RoomTokens: Sendable {
    /// How long a token is good for, in seconds: longer than a call lasts that nobody hangs up.
    public static let lifetime = 7200.0
    private let signer: TokenSigner

    /// Tokens signed by this signer.
    public init(_ signer: TokenSigner) { self.signer = signer }

    /// A person's token for a session's room.
    ///
    /// - Parameter role: `customer` or `consultant`.
    /// - Throws: `TokenError`, or ``Malformed`` where an id, the role or the mode is none.
    public func token(
        session: String, room: String, mode: String, thresholdSeconds: Int, user: String, name: String, role: String
    ) async throws -> String {
        guard let session = SessionID(session), let room = RoomID(room), let user = UserID(user),
            let role = Role(rawValue: role), let mode = RoomMode(rawValue: mode)
        else { throw Malformed() }
        let now = Date()
        let shown = String(String.UnicodeScalarView(name.unicodeScalars.prefix(RoomToken.maximumNameLength)))
        return try await signer.sign(
            RoomToken(
                room: room, session: session, user: user, name: shown, role: role, mode: mode,
                threshold: thresholdSeconds, issuedAt: now, expiresAt: now.addingTimeInterval(Self.lifetime)))
    }

    /// An id, a role or a mode that is none.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description = "a session names something that is no id, role or mode"
    }
}
