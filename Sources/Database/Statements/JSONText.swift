internal import FoundationEssentials

/// A JSON document as text, for `json` and `jsonb` columns.
public struct JSONText: Hashable, Sendable, ParameterEncodable, ColumnDecodable {
    /// The document. PostgreSQL checks it.
    public let text: String

    /// A document that is already text.
    public init(_ text: String) { self.text = text }

    /// The document of a value.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The value in the document.
    public func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// The document.
    public var parameter: Parameter { .text(text) }

    /// The document in a column.
    public init?(columnText: RawSpan) {
        guard let text = String(columnText: columnText) else { return nil }
        self.text = text
    }
}
