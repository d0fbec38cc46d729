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
        try Self.roomToken(try signedPayload(of: text), now)
    }

    /// Checks an access token. Whether its sign-in has been ended since is for the caller to know.
    ///
    /// - Parameters:
    ///   - text: the compact JWT.
    ///   - now: the wall clock.
    /// - Throws: ``TokenError``
    public func verifyAccess(_ text: String, now: Date = Date()) throws(TokenError) -> AccessToken {
        try Self.accessToken(try signedPayload(of: text), now)
    }

    /// Checks a token that may be of either kind, as its audience says.
    ///
    /// - Parameters:
    ///   - text: the compact JWT.
    ///   - now: the wall clock.
    /// - Throws: ``TokenError``
    public func verifyClient(_ text: String, now: Date = Date()) throws(TokenError) -> ClientToken {
        let payload = try signedPayload(of: text)
        return try Self.decode(Purpose.self, from: payload).aud.values.contains(AccessClaims.audience)
            ? .access(try Self.accessToken(payload, now)) : .room(try Self.roomToken(payload, now))
    }

    private static func roomToken(_ payload: Data, _ now: Date) throws(TokenError) -> RoomToken {
        try check(try decode(Purpose.self, from: payload), RoomClaims.audience, "not a room token")
        let claims = try decode(RoomClaims.self, from: payload)
        try check(from: claims.nbf, until: claims.exp, now)
        return try RoomToken(
            room: claims.room, session: claims.session, user: claims.sub, name: claims.name, role: claims.role,
            mode: claims.mode, unmetered: claims.unmetered ?? false, threshold: claims.threshold,
            issuedAt: Date(timeIntervalSince1970: claims.iat ?? 0),
            expiresAt: Date(timeIntervalSince1970: claims.exp))
    }

    private static func accessToken(_ payload: Data, _ now: Date) throws(TokenError) -> AccessToken {
        try check(try decode(Purpose.self, from: payload), AccessClaims.audience, "not an access token")
        let claims = try decode(AccessClaims.self, from: payload)
        try check(from: claims.nbf, until: claims.exp, now)
        guard (1...128).contains(claims.sid.utf8.count) else {
            throw TokenError(.malformed, "sid is empty or too long")
        }
        return AccessToken(
            user: claims.sub, role: claims.role, family: claims.sid, isVerified: claims.emailVerified,
            issuedAt: Date(timeIntervalSince1970: claims.iat ?? 0),
            expiresAt: Date(timeIntervalSince1970: claims.exp))
    }

    /// Who issued it and what for (RFC 7519 §4.1.1, §4.1.3): read before the claims that only the right kind has.
    private static func check(_ purpose: Purpose, _ wanted: String, _ otherwise: String) throws(TokenError) {
        guard purpose.iss == RoomClaims.issuer else { throw TokenError(.wrongIssuer, "issued by somebody else") }
        guard purpose.aud.values.contains(wanted) else { throw TokenError(.wrongAudience, otherwise) }
    }

    /// When it holds (RFC 7519 §4.1.4, §4.1.5).
    private static func check(from start: Double?, until end: Double, _ now: Date) throws(TokenError) {
        let seconds = now.timeIntervalSince1970
        guard end > seconds else { throw TokenError(.expired, "expired") }
        if let start, start > seconds { throw TokenError(.notYetValid, "not valid yet") }
    }

    /// The claims of a token whose signature holds, as they came.
    private func signedPayload(of text: String) throws(TokenError) -> Data {
        guard text.utf8.count <= Self.maximumBytes else {
            throw TokenError(.tooLarge, "longer than \(Self.maximumBytes) bytes")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else {
            throw TokenError(.malformed, "not three parts of base64url")
        }
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(header)) else {
            throw TokenError(.malformed, "the header is not JSON with alg")
        }
        guard header.alg == "EdDSA", header.crit == nil else {
            throw TokenError(.unsupportedAlgorithm, "not plain EdDSA")
        }
        let signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        guard key.key.isValidSignature(signature, for: signed) else {
            throw TokenError(.badSignature, "the signature does not match")
        }
        return Data(payload)
    }

    private static func decode<Claims: Decodable>(
        _ type: Claims.Type, from payload: Data
    ) throws(TokenError) -> Claims {
        do {
            return try JSONDecoder().decode(type, from: payload)
        } catch {
            throw TokenError(.malformed, "a claim is missing or malformed\(place(error))")
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

    private struct Purpose: Decodable {
        var iss: String
        var aud: Audience
    }

    /// The header's fields that decide something. `crit` only has to be seen to be refused (RFC 7515 §4.1.11).
    private struct Header: Decodable {
        var alg: String
        var crit: [String]?
    }
}
