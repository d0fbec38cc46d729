/// The id of an object at Stripe; its type says of which kind.
///
/// Where Stripe expands a reference, the whole object stands in the id's place: its id is read out of it.
public struct StripeID<Object>: Hashable, Sendable, CustomStringConvertible {
    /// The id as Stripe writes it: `pi_3Nk…`.
    public let text: String

    /// - Returns: nil where `text` is not 1 to 255 characters of `A-Z a-z 0-9 _ -`, so an id never alters a path.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...255).contains(bytes.count), bytes.allSatisfy(isIDByte) else { return nil }
        self.text = text
    }

    /// The id's own text.
    public var description: String { text }
}

extension StripeID: Codable {
    private enum Key: String, CodingKey { case id }

    /// Reads a string, or the `id` of an object.
    public init(from decoder: any Decoder) throws {
        let text: String
        if let plain = try? decoder.singleValueContainer().decode(String.self) {
            text = plain
        } else {
            text = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .id)
        }
        guard let id = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an id as Stripe writes them"))
        }
        self = id
    }

    /// Writes the id as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

private func isIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
    default: false
    }
}
