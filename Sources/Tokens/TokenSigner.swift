internal import JWTKit

internal import FoundationEssentials

/// Mints tokens.
///
/// ```swift
/// let signer = await TokenSigner(key: try SigningKey.loadOrCreate(atPath: path))
/// let text = try await signer.sign(token)
/// ```
public struct TokenSigner: Sendable {
    private let keys: JWTKeyCollection
    private let id: JWKIdentifier

    /// A signer with `key`.
    public init(key: SigningKey) async {
        id = JWKIdentifier(string: key.publicKey.id)
        keys = await JWTKeyCollection().add(eddsa: EdDSA.PrivateKey(backing: key.key), kid: id)
    }

    /// The token as a JWT: header `alg`, `typ`, `kid`; a fresh `jti`.
    ///
    /// - Throws: ``TokenError`` of code `malformed` where the claims cannot be encoded.
    public func sign(_ token: RoomToken) async throws(TokenError) -> String {
        try await sign(RoomClaims(token, id: UUID().uuidString.lowercased()))
    }

    /// The token as a JWT: header `alg`, `typ`, `kid`; a fresh `jti`.
    ///
    /// - Throws: ``TokenError`` of code `malformed` where the claims cannot be encoded.
    public func sign(_ token: AccessToken) async throws(TokenError) -> String {
        try await sign(AccessClaims(token, id: UUID().uuidString.lowercased()))
    }

    private func sign(_ claims: some JWTPayload) async throws(TokenError) -> String {
        do {
            return try await keys.sign(claims, kid: id)
        } catch {
            throw TokenError(.malformed, "cannot be signed: \(error)")
        }
    }
}
