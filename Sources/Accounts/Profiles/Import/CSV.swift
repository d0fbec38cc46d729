/// A table of comma-separated values with a header, RFC 4180, read strictly: what is not well formed is refused with its
/// line, never guessed at.
///
/// Lines may end in CRLF or LF alone, and a byte order mark may come first; both are usual.
struct CSV: Sendable, Hashable {
    /// A record after the header.
    struct Record: Sendable, Hashable {
        /// The line on which it begins, from 1.
        let line: Int
        /// As many as the header has.
        let fields: [String]
    }

    /// Why a text is not such a table.
    struct Malformed: Error, Sendable, Hashable {
        /// From 1.
        let line: Int
        /// For people.
        let reason: String
    }

    /// The columns' names.
    let header: [String]
    /// The records below.
    let records: [Record]

    /// Reads a table.
    init(_ text: String) throws(Malformed) {
        var scanner = Scanner(text)
        guard let first = try scanner.record() else { throw Malformed(line: 1, reason: "the file is empty") }
        header = first.fields.map { $0.trimmed() }
        var records: [Record] = []
        while let record = try scanner.record() {
            // A blank line is a record of one empty field.
            if record.fields == [""], header.count > 1 { continue }
            guard record.fields.count == header.count else {
                throw Malformed(
                    line: record.line,
                    reason: "\(record.fields.count) fields where the header has \(header.count)")
            }
            records.append(record)
        }
        self.records = records
    }

    /// A column's place by its name, whatever its case.
    func column(_ name: String) -> Int? { header.firstIndex { $0.lowercased() == name.lowercased() } }

    /// Takes characters (Unicode scalars, so that CR and LF are two) into fields.
    private struct Scanner {
        private var rest: Substring.UnicodeScalarView
        private var line = 1

        init(_ text: String) {
            rest = text[...].unicodeScalars
            if rest.first == "\u{feff}" { rest.removeFirst() }
        }

        /// The next record; nil at the end.
        mutating func record() throws(Malformed) -> Record? {
            if rest.isEmpty { return nil }
            let start = line
            var fields: [String] = []
            while true {
                fields.append(rest.first == "\"" ? try quoted() : try plain())
                switch rest.popFirst() {
                case ",": continue
                case "\n":
                    line += 1
                    return Record(line: start, fields: fields)
                case "\r":
                    guard rest.popFirst() == "\n" else {
                        throw Malformed(line: line, reason: "a carriage return without a line feed")
                    }
                    line += 1
                    return Record(line: start, fields: fields)
                case nil: return Record(line: start, fields: fields)
                case .some: throw Malformed(line: line, reason: "text after a closing quote")
                }
            }
        }

        private mutating func plain() throws(Malformed) -> String {
            let end = rest.firstIndex { $0 == "," || $0 == "\n" || $0 == "\r" } ?? rest.endIndex
            let field = rest[..<end]
            if field.contains("\"") { throw Malformed(line: line, reason: "a quote inside an unquoted field") }
            rest = rest[end...]
            return String(field)
        }

        /// A field in quotes, in which a quote is written twice.
        private mutating func quoted() throws(Malformed) -> String {
            let start = line
            rest.removeFirst()
            var field = String.UnicodeScalarView()
            while let scalar = rest.popFirst() {
                if scalar == "\"" {
                    guard rest.first == "\"" else { return String(field) }
                    rest.removeFirst()
                } else if scalar == "\n" {
                    line += 1
                }
                field.append(scalar)
            }
            throw Malformed(line: start, reason: "a quote that is never closed")
        }
    }
}
