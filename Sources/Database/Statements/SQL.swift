/// A statement and its parameters.
///
/// It is written as a literal; what is interpolated becomes a parameter, never text:
///
///     try await pool.query("SELECT name FROM users WHERE email = \(email)")
///
/// sends `SELECT name FROM users WHERE email = $1`. A `SQL` interpolated into another takes its parameters along, and
/// `\(identifier:)` quotes a name. A `String` cannot become a statement.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// Only what is written in the source can be SQL.
    public typealias StringLiteralType = StaticString

    /// The text between the parameters; one more than there are parameters.
    private var segments: [String]
    /// The values of `$1`, `$2`, ….
    private(set) var parameters: [Parameter]

    /// A statement without parameters.
    public init(stringLiteral value: StaticString) {
        segments = [value.description]
        parameters = []
    }

    /// A statement from its interpolated literal.
    public init(stringInterpolation: Interpolation) {
        segments = stringInterpolation.segments
        parameters = stringInterpolation.parameters
    }

    /// The statement as PostgreSQL gets it.
    var text: String {
        if segments.count == 1 { return segments[0] }
        var text = segments[0]
        for (index, segment) in segments.enumerated().dropFirst() {
            text += "$\(index)"
            text += segment
        }
        return text
    }

    /// Collects the literal's parts.
    public struct Interpolation: StringInterpolationProtocol {
        /// Only what is written in the source can be SQL.
        public typealias StringLiteralType = StaticString

        fileprivate var segments = [""]
        fileprivate var parameters: [Parameter] = []

        /// Prepares for a literal of this size.
        public init(literalCapacity: Int, interpolationCount: Int) {
            segments[0].reserveCapacity(literalCapacity)
            parameters.reserveCapacity(interpolationCount)
        }

        /// Adds what is written in the source.
        public mutating func appendLiteral(_ literal: StaticString) { append(literal.description) }

        /// Adds a parameter.
        public mutating func appendInterpolation(_ value: (some ParameterEncodable)?) {
            parameters.append(value?.parameter ?? .null)
            segments.append("")
        }

        /// Adds another statement's text and parameters.
        public mutating func appendInterpolation(_ fragment: SQL) {
            append(fragment.segments[0])
            parameters += fragment.parameters
            segments += fragment.segments.dropFirst()
        }

        /// Adds a quoted name: of a table, a column, a channel, a database.
        public mutating func appendInterpolation(identifier name: String) {
            append(
                "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
        }

        private mutating func append(_ text: String) { segments[segments.count - 1] += text }
    }
}
