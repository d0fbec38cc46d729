/// An opaque id whose type says what it names, so that a room's id is never taken for a user's.
///
/// An id is 1 to 128 characters of `A-Z a-z 0-9 - _ . :`; anything else is refused where it enters.
public protocol Identifier: Hashable, Sendable, CustomStringConvertible, Codable {
    /// The id as it travels in tokens, messages and paths.
    var text: String { get }
    /// - Returns: nil where `text` is not a well-formed id.
    init?(_ text: String)
}

extension Identifier {
    /// The id's own text.
    public var description: String { text }

    /// Reads an id from a single string; a malformed one is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a well-formed id")
        }
        self = id
    }

    /// Writes the id as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Whether `text` may be an id: short, and printable without escaping anywhere.
func isWellFormedIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...128).contains(bytes.count)
        && bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
            default: false
            }
        }
}
