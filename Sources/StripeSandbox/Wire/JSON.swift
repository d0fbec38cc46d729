/// A JSON value to be written.
enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case text(String)
    case array([JSON])
    case object([String: JSON])
    /// What was encoded before.
    case raw(String)

    /// A text, or null.
    static func text(_ value: String?) -> JSON {
        if let value { JSON.text(value) } else { .null }
    }

    /// A number, or null.
    static func int(_ value: Int64?) -> JSON {
        if let value { JSON.int(value) } else { .null }
    }

    /// An object of texts.
    static func texts(_ values: [String: String]) -> JSON { .object(values.mapValues { .text($0) }) }

    /// The value with its keys in order, so that the same object is the same bytes.
    var encoded: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .text(let value): Self.write(value, to: &text)
        case .raw(let value): text += value
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let fields):
            text += "{"
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                Self.write(field.key, to: &text)
                text += ":"
                field.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}":
                let code = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - code.utf8.count) + code
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
