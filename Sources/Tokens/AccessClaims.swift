internal import Identifiers
internal import JWTKit

internal import FoundationEssentials

/// The claims of an access token as they travel (docs/protocol.md, "Tokens").
struct AccessClaims: JWTPayload {
    static let audience = "api"

    var iss: String
    var aud: Audience
    var sub: UserID
    var role: Role
    var sid: String
    /// `email_verified` of OpenID Connect Core §5.1.
    var emailVerified: Bool
    var exp: Double
    var nbf: Double?
    var iat: Double?
    var jti: String?

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, sid, exp, nbf, iat, jti
        case emailVerified = "email_verified"
    }

    init(_ token: AccessToken, id: String) {
        iss = RoomClaims.issuer
        aud = Audience(values: [Self.audience])
        sub = token.user
        role = token.role
        sid = token.family
        emailVerified = token.isVerified
        exp = token.expiresAt.timeIntervalSince1970
        iat = token.issuedAt.timeIntervalSince1970
        jti = id
    }

    /// Nothing to do: ``TokenVerifier`` checks the claims, because it must answer without awaiting.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
