internal import Crypto
internal import JWTKit

extension SigningKey {
    /// Signs bytes that are no token: Ed25519 (RFC 8032), in base64url. What is signed must not look like a token's
    /// `header.payload`; JSON never does.
    ///
    /// - Throws: where the library fails.
    public func signature(over bytes: [UInt8]) throws -> String {
        Base64URL.encode(try key.signature(for: bytes))
    }
}

extension VerificationKey {
    /// Whether `signature`, in base64url, is this key's over the bytes.
    public func isSignature(_ signature: String, over bytes: [UInt8]) -> Bool {
        guard let signature = Base64URL.decode(Array(signature.utf8)) else { return false }
        return key.isValidSignature(signature, for: bytes)
    }

    /// Reads a public key: its 32 bytes in base64url without padding (a JWK's `x`), or PEM (SubjectPublicKeyInfo).
    ///
    /// - Returns: nil where it is neither.
    public init?(_ text: String) {
        if text.contains("-----BEGIN") {
            guard let pem = try? EdDSA.PublicKey(pem: text),
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: pem.rawRepresentation)
            else { return nil }
            self.init(key: key)
            return
        }
        guard let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        self.init(key: key)
    }
}

extension JSONWebKeySet {
    /// The keys that can check signatures; others are left out.
    public var verificationKeys: [VerificationKey] {
        keys.filter { $0.kty == "OKP" && $0.crv == "Ed25519" }.compactMap { VerificationKey($0.x) }
    }
}
