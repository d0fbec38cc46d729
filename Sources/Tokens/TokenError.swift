/// Why a token was refused, in words that a client's author can act on.
public struct TokenError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart; the raw value is the `data.code` of the error that the client sees.
    public enum Code: String, Sendable, CaseIterable {
        /// Longer than ``TokenVerifier/maximumBytes``; nothing of it was parsed.
        case tooLarge = "token_too_large"
        /// Not three base64url parts of JSON, or a claim is missing or of the wrong shape.
        case malformed = "token_malformed"
        /// Signed with something else than Ed25519, or with critical extensions.
        case unsupportedAlgorithm = "token_algorithm"
        /// The signature is not this server's.
        case badSignature = "token_signature"
        /// Past its `exp`.
        case expired = "token_expired"
        /// Before its `nbf`.
        case notYetValid = "token_not_yet_valid"
        /// From another issuer.
        case wrongIssuer = "token_issuer"
        /// For another purpose: an access token where a room token is wanted.
        case wrongAudience = "token_audience"
    }

    /// Which kind it is.
    public let code: Code
    /// What is wrong; never contains the token.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}

/// Why a signing key could not be had.
public struct SigningKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// Neither a 32-byte seed in base64 or base64url nor an Ed25519 private key in PEM.
        case malformed = "key_malformed"
        /// The key file cannot be read.
        case unreadable = "key_unreadable"
        /// The key file cannot be created.
        case unwritable = "key_unwritable"
    }

    /// Which kind it is.
    public let code: Code
    /// What is wrong, with the file's path; never contains the key.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
