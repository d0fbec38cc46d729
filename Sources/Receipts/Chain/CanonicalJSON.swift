/// JSON of objects, arrays, strings and whole numbers, with exactly one spelling: what hashes and signatures are made over.
///
/// The spelling is RFC 8785's: no white space, members by the UTF-16 code units of their names, the shortest escapes. Other
/// values do not exist here: what is not known is left out, and nothing is a fraction.
public enum CanonicalJSON: Hashable, Sendable {
    /// Members by name.
    case object([String: CanonicalJSON])
    /// Elements in order.
    case array([CanonicalJSON])
    /// Text.
    case string(String)
    /// A whole number of at most 2⁵³ − 1 in size.
    case integer(Int64)

    /// The largest whole number that every JSON reader takes exactly.
    public static let largest: Int64 = (1 << 53) - 1

    /// The one spelling, in UTF-8.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// The one spelling.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .integer(let value): text += String(value)
        case .string(let value): Self.quote(value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { text += "," }
                Self.quote(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    // MARK: Reading

    /// The value of a member; nil where there is none, or this is no object.
    public subscript(name: String) -> CanonicalJSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text; nil where this is something else.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The number; nil where this is something else.
    public var integer: Int? { if case .integer(let value) = self { Int(value) } else { nil } }

    /// The elements; nil where this is something else.
    public var elements: [CanonicalJSON]? { if case .array(let elements) = self { elements } else { nil } }

    /// An object without some of its members; anything else as it is.
    public func without(_ names: String...) -> CanonicalJSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.key) })
    }

    /// An object with a further member, or another value of it; anything else as it is. Nil changes nothing.
    public func with(_ name: String, _ value: CanonicalJSON?) -> CanonicalJSON {
        guard case .object(var members) = self, let value else { return self }
        members[name] = value
        return .object(members)
    }
}
