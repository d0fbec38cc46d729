internal import Crypto
internal import Identifiers

public import FoundationEssentials

/// Checks tokens: size, shape, algorithm, signature, then the claims. Nothing of a token is believed, and its claims
/// are not even parsed, before its signature holds.
///
/// Synchronous on purpose: one check costs about a tenth of a millisecond, and the signaling thread must answer
/// messages in the order they came.
public struct TokenVerifier: Sendable {
    /// Longer tokens are refused unread.
    public static let maximumBytes = 4096

    private let key: VerificationKey

    /// A verifier for tokens signed by the private half of `key`.
    public init(key: VerificationKey) { self.key = key }

    /// Checks a room token.
    ///
    /// - Parameters:
    ///   - text: the compact JWT.
    ///   - now: the wall clock.
    /// - Throws: ``TokenError``
    public func verify(_ text: String, now: Date = Date()) throws(TokenError) -> RoomToken {
        let claims = try claims(RoomClaims.self, of: text)
        try Self.check(
            claims.iss, claims.aud, RoomClaims.audience, "not a room token", claims.nbf, claims.exp, now)
        return try RoomToken(
            room: claims.room, session: claims.session, user: claims.sub, name: claims.name, role: claims.role,
            mode: claims.mode, unmetered: claims.unmetered ?? false,
            issuedAt: Date(timeIntervalSince1970: claims.iat ?? 0),
            expiresAt: Date(timeIntervalSince1970: claims.exp))
    }

    /// Checks an access token. Whether its sign-in has been ended since is for the caller to know.
    ///
    /// - Parameters:
    ///   - text: the compact JWT.
    ///   - now: the wall clock.
    /// - Throws: ``TokenError``
    public func verifyAccess(_ text: String, now: Date = Date()) throws(TokenError) -> AccessToken {
        let claims = try claims(AccessClaims.self, of: text)
        try Self.check(
            claims.iss, claims.aud, AccessClaims.audience, "not an access token", claims.nbf, claims.exp, now)
        guard (1...128).contains(claims.sid.utf8.count) else {
            throw TokenError(.malformed, "sid is empty or too long")
        }
        return AccessToken(
            user: claims.sub, role: claims.role, family: claims.sid, isVerified: claims.emailVerified,
            issuedAt: Date(timeIntervalSince1970: claims.iat ?? 0),
            expiresAt: Date(timeIntervalSince1970: claims.exp))
    }

    /// What the registered claims must be (RFC 7519 §4.1).
    private static func check(
        _ issuer: String, _ audience: Audience, _ wanted: String, _ otherwise: String, _ start: Double?, _ end: Double,
        _ now: Date
    ) throws(TokenError) {
        guard issuer == RoomClaims.issuer else { throw TokenError(.wrongIssuer, "issued by somebody else") }
        guard audience.values.contains(wanted) else { throw TokenError(.wrongAudience, otherwise) }
        let seconds = now.timeIntervalSince1970
        guard end > seconds else { throw TokenError(.expired, "expired") }
        if let start, start > seconds { throw TokenError(.notYetValid, "not valid yet") }
    }

    /// The claims of a token whose signature holds.
    private func claims<Claims: Decodable>(_ type: Claims.Type, of text: String) throws(TokenError) -> Claims {
        guard text.utf8.count <= Self.maximumBytes else {
            throw TokenError(.tooLarge, "longer than \(Self.maximumBytes) bytes")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else {
            throw TokenError(.malformed, "not three parts of base64url")
        }
        let decoder = JSONDecoder()
        guard let header = try? decoder.decode(Header.self, from: Data(header)) else {
            throw TokenError(.malformed, "the header is not JSON with alg")
        }
        guard header.alg == "EdDSA", header.crit == nil else {
            throw TokenError(.unsupportedAlgorithm, "not plain EdDSA")
        }
        let signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        guard key.key.isValidSignature(signature, for: signed) else {
            throw TokenError(.badSignature, "the signature does not match")
        }
        do {
            return try decoder.decode(type, from: Data(payload))
        } catch {
            throw TokenError(.malformed, "a claim is missing or malformed\(Self.place(error))")
        }
    }

    private static func place(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): ": \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.last.map { ": \($0.stringValue)" } ?? ""
        case nil: ""
        @unknown default: ""
        }
    }

    /// The header's fields that decide something. `crit` only has to be seen to be refused (RFC 7515 §4.1.11).
    private struct Header: Decodable {
        var alg: String
        var crit: [String]?
    }
}
