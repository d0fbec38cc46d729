/// A closed set of words that Stripe may enlarge at any time: what is new is kept, not refused.
public enum Open<Known: RawRepresentable & Sendable & Hashable>: Sendable, Hashable where Known.RawValue == String {
    /// A word that this module knows.
    case known(Known)
    /// One that came later.
    case unknown(String)

    /// The word.
    public var text: String {
        switch self {
        case .known(let known): known.rawValue
        case .unknown(let text): text
        }
    }

    /// The known word, if it is one.
    public var value: Known? {
        switch self {
        case .known(let known): known
        case .unknown: nil
        }
    }
}

extension Open: Codable {
    /// Reads a string.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = Known(rawValue: text).map { .known($0) } ?? .unknown(text)
    }

    /// Writes the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// One page of a list, newest first.
public struct StripeList<Element: Decodable & Sendable>: Decodable, Sendable {
    /// The page's objects.
    public let data: [Element]
    /// Whether there are more after the last.
    public let hasMore: Bool

    private enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
    }
}

/// The word that an object was removed.
public struct Deleted<Object>: Decodable, Sendable {
    /// What was removed.
    public let id: StripeID<Object>
    /// Whether it is gone.
    public let deleted: Bool
}
