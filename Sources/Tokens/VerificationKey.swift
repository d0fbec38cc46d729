internal import Crypto

/// The Ed25519 public key that checks tokens.
public struct VerificationKey: Sendable, Equatable, CustomStringConvertible {
    let key: Curve25519.Signing.PublicKey

    init(key: Curve25519.Signing.PublicKey) { self.key = key }

    /// The key's `x` in base64url (RFC 8037 §2).
    public var x: String { Base64URL.encode(key.rawRepresentation) }

    /// The key's id (`kid`): its JWK thumbprint (RFC 7638 §3, RFC 8037 appendix A.3).
    public var id: String {
        Base64URL.encode(SHA256.hash(data: Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#.utf8)))
    }

    /// The key as a set to publish at `/.well-known/jwks.json`.
    public var jwks: JSONWebKeySet {
        JSONWebKeySet(keys: [JSONWebKey(kty: "OKP", crv: "Ed25519", x: x, kid: id, alg: "EdDSA", use: "sig")])
    }

    /// The key's id.
    public var description: String { "VerificationKey(\(id))" }

    /// Whether both are the same key.
    public static func == (left: Self, right: Self) -> Bool {
        left.key.rawRepresentation == right.key.rawRepresentation
    }
}

/// A JSON Web Key Set (RFC 7517 §5), ready to encode.
public struct JSONWebKeySet: Codable, Sendable, Equatable {
    /// The keys, newest first.
    public let keys: [JSONWebKey]
}

/// A public Ed25519 key as a JSON Web Key (RFC 8037 §2).
public struct JSONWebKey: Codable, Sendable, Equatable {
    /// `OKP`.
    public let kty: String
    /// `Ed25519`.
    public let crv: String
    /// The public key in base64url.
    public let x: String
    /// The key's id.
    public let kid: String
    /// `EdDSA`.
    public let alg: String
    /// `sig`.
    public let use: String
}
