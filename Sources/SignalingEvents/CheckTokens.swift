internal import Database
internal import FoundationEssentials
internal import Identifiers

public import Tokens

/// Mints the tokens for rooms in which somebody tries the way of a call, alone.
public struct CheckTokens: Sendable {
    /// How long a token is good for, in seconds: as long as a check takes on a slow network.
    public static let lifetime = 60
    /// Media seconds after which such a room ends. A check never gets there, because media flows one way only; two people who
    /// would talk in it, free of charge, do.
    public static let threshold = 30
    private let signer: TokenSigner

    /// Tokens signed by this signer.
    public init(_ signer: TokenSigner) { self.signer = signer }

    /// A fresh room with both of its tokens: one for this person, and one for a guest that stands for the other side.
    ///
    /// - Throws: `TokenError`, or ``RoomTokens/Malformed`` where the id is none.
    public func room(for user: String) async throws -> (room: String, token: String, returnToken: String) {
        guard let room = RoomID("check-\(UniqueID())"), let near = UserID(user),
            let far = UserID.guest(named: Self.name, in: room)
        else { throw RoomTokens.Malformed() }
        let now = Date()
        let end = now.addingTimeInterval(Double(Self.lifetime))
        func token(_ user: UserID, _ role: Role) async throws -> String {
            try await signer.sign(
                RoomToken(
                    room: room, user: user, name: Self.name, role: role, threshold: Self.threshold, issuedAt: now,
                    expiresAt: end))
        }
        return (room.text, try await token(near, .customer), try await token(far, .consultant))
    }

    private static let name = "Network check"
}
