import Database
import Foundation
import Identifiers
import Sessions
import Signaling
import SignalingEvents

extension SessionHandlers.Door {
    /// A door with the tokens and the servers that the signaling core gives out, too.
    init(tokens: RoomTokens, ice: ICEConfiguration) {
        self.init(
            token: { session, user, side, name in
                try await tokens.token(
                    session: session.id.description, room: session.room, mode: session.mode,
                    thresholdSeconds: session.thresholdSeconds, user: user.description, name: name, role: side.rawValue)
            },
            iceServers: { user in
                guard let person = UserID(user.description) else { return [] }
                return ice.servers(for: person, at: Date()).map {
                    .init(urls: $0.urls, username: $0.username, credential: $0.credential)
                }
            })
    }
}
