/// The caller's name for one attempt to change something at Stripe: whatever is sent under it again is answered, not done
/// again.
///
/// Store it with the request before sending. A new attempt, after a declined card say, takes a new key.
public struct IdempotencyKey: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The key as it is sent.
    public let text: String

    /// - Returns: nil where `text` is not 1 to 255 visible ASCII characters.
    public init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }

    /// Reads a key from a single string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let key = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an idempotency key")
        }
        self = key
    }

    /// Writes the key as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The key's own text.
    public var description: String { text }

    /// For how many seconds after the first sending a request with an unknown outcome may be sent again. Stripe may forget
    /// a key after 24 hours; from then on read the object and reconcile.
    public static let lifetime: Int64 = 23 * 3600
}
