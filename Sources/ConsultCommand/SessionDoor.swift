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
            iceServers: { ice.browserServers(for: $0) })
    }
}

extension NetworkCheckHandlers.Door {
    /// A door with tokens of its own, and the same servers.
    init(tokens: CheckTokens, ice: ICEConfiguration) {
        self.init(
            room: { user in
                let made = try await tokens.room(for: user.description)
                return .init(
                    room: made.room, token: made.token, returnToken: made.returnToken, seconds: CheckTokens.lifetime)
            },
            iceServers: { ice.browserServers(for: $0) })
    }
}

extension ICEConfiguration {
    /// The servers for a person's browser, as the API says them.
    fileprivate func browserServers(for user: UniqueID) -> [SessionHandlers.ICEServer] {
        guard let person = UserID(user.description) else { return [] }
        return servers(for: person, at: Date()).map {
            .init(urls: $0.urls, username: $0.username, credential: $0.credential)
        }
    }
}
