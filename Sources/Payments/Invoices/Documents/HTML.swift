/// A piece of a page. What is interpolated into it is text and is escaped; only another piece goes in as it is.
struct HTML: ExpressibleByStringInterpolation, Hashable {
    let text: String

    init(stringLiteral value: StaticString) { text = value.description }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    /// Pieces one after another.
    init(_ pieces: [HTML]) { text = pieces.map(\.text).joined() }

    struct Interpolation: StringInterpolationProtocol {
        typealias StringLiteralType = StaticString

        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        mutating func appendInterpolation(_ piece: HTML) { text += piece.text }

        mutating func appendInterpolation(_ number: Int) { text += String(number) }

        mutating func appendInterpolation(_ words: String) { text += HTML.escaped(words) }
    }

    /// Without what has a meaning in HTML, between tags and in quoted values, and without control characters.
    private static func escaped(_ words: String) -> String {
        var output = ""
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "\n", "\t": output.unicodeScalars.append(scalar)
            default:
                if scalar.properties.generalCategory != .control { output.unicodeScalars.append(scalar) }
            }
        }
        return output
    }
}
