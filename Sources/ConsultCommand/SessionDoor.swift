import Database
import Foundation
import Identifiers
import Sessions
import Signaling
import Tokens

extension SessionHandlers.Door {
    /// How long a room token from the API holds; a new one can be had as long as the session runs.
    private static let lifetime: TimeInterval = 2 * 3600

    /// A door whose tokens are signed with the server's key.
    init(signer: TokenSigner, ice: ICEConfiguration) {
        self.init(
            token: { session, user, side, name in
                guard let room = RoomID(session.room), let id = SessionID(session.id.description),
                    let person = UserID(user.description)
                else { throw TokenError(.malformed, "the session's room has no well-formed name") }
                let now = Date()
                return try await signer.sign(
                    RoomToken(
                        room: room, session: id, user: person, name: name,
                        role: side == .customer ? .customer : .consultant,
                        mode: RoomMode(rawValue: session.mode) ?? .relay, issuedAt: now,
                        expiresAt: now.addingTimeInterval(Self.lifetime)))
            },
            iceServers: { user in
                guard let person = UserID(user.description) else { return [] }
                return ice.servers(for: person, at: Date()).map {
                    .init(urls: $0.urls, username: $0.username, credential: $0.credential)
                }
            })
    }
}
