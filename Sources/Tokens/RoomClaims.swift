internal import Identifiers
internal import JWTKit

internal import FoundationEssentials

/// The claims of a room token as they travel (docs/protocol.md, "Tokens").
struct RoomClaims: JWTPayload {
    static let issuer = "consult"
    static let audience = "room"

    var iss: String
    var aud: Audience
    var sub: UserID
    var room: RoomID
    var session: SessionID?
    var name: String
    var role: Role
    var mode: RoomMode
    var unmetered: Bool?
    var threshold: Int?
    var exp: Double
    var nbf: Double?
    var iat: Double?
    var jti: String?

    init(_ token: RoomToken, id: String) {
        iss = Self.issuer
        aud = Audience(values: [Self.audience])
        sub = token.user
        room = token.room
        session = token.session
        name = token.name
        role = token.role
        mode = token.mode
        unmetered = token.unmetered ? true : nil
        threshold = token.threshold
        exp = token.expiresAt.timeIntervalSince1970
        iat = token.issuedAt.timeIntervalSince1970
        jti = id
    }

    /// Nothing to do: ``TokenVerifier`` checks the claims, because it must answer without awaiting.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// The `aud` claim: one string, or an array of them (RFC 7519 §4.1.3).
struct Audience: Codable, Sendable, Equatable {
    var values: [String]

    init(values: [String]) { self.values = values }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
            values = [one]
        } else {
            values = try container.decode([String].self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let one = values.first, values.count == 1 {
            try container.encode(one)
        } else {
            try container.encode(values)
        }
    }
}
