internal import Crypto

internal import FoundationEssentials

/// 256 bits that nobody guesses, as text for a link, a cookie or a client. Kept on our side as its hash only.
public struct SecretToken: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The token in base64url, 43 characters. A secret.
    public let text: String

    /// A new token from the system's random source.
    public init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64) { Array($0) } }
        self.init(bytes: bytes)
    }

    /// - Returns: nil where `text` does not look like a token of ours.
    public init?(_ text: String) {
        guard text.utf8.count == 43, text.utf8.allSatisfy(Self.isBase64URL) else { return nil }
        self.text = text
    }

    private init(bytes: [UInt8]) {
        let base64 = Data(bytes).base64EncodedString()
        text = String(
            decoding: base64.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                case UInt8(ascii: "="): nil
                default: byte
                }
            }, as: UTF8.self)
    }

    /// What is stored: SHA-256 of the text. 256 random bits need no slow hash.
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// The one token that may follow this one: the same whenever it is asked for, and known only to who has `secret`.
    public func successor(secret: [UInt8]) -> SecretToken {
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: secret))
        return SecretToken(bytes: Array(code))
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Not the token.
    public var description: String { "a secret token" }
    /// Not the token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Replaces something personal by a keyed hash, where only equality matters.
struct Pseudonyms: Sendable {
    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    func of(_ text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }
}
