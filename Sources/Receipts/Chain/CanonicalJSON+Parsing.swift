extension CanonicalJSON {
    /// Why a text is none of these values.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// Where, in bytes from the start.
        public let offset: Int
        /// What is wrong there.
        public let words: String

        /// Where and what.
        public var description: String { "at byte \(offset): \(words)" }
    }

    /// Reads a value in any spelling (RFC 8259), strictly: a name comes once in an object, and numbers are whole.
    ///
    /// - Throws: ``Malformed``.
    public init(parsing bytes: [UInt8]) throws(Malformed) {
        var parser = Parser(bytes: bytes)
        self = try parser.document()
    }
}

private struct Parser {
    let bytes: [UInt8]
    var position = 0

    static let maximumDepth = 16

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(CanonicalJSON.Malformed) -> CanonicalJSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw malformed("something follows the value") }
        return value
    }

    private func malformed(_ words: String) -> CanonicalJSON.Malformed { .init(offset: position, words: words) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(CanonicalJSON.Malformed) -> CanonicalJSON {
        guard depth < Self.maximumDepth else { throw malformed("nested too deeply") }
        skipSpace()
        guard let byte = next else { throw malformed("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try integer()
        default: throw malformed("expected an object, an array, a string or a whole number")
        }
    }

    private mutating func object(depth: Int) throws(CanonicalJSON.Malformed) -> CanonicalJSON {
        position += 1
        var members: [String: CanonicalJSON] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed("expected a member's name") }
            let name = try string()
            guard members[name] == nil else { throw malformed("the member \(name) comes twice") }
            guard take(":") else { throw malformed("expected a colon") }
            members[name] = try value(depth: depth + 1)
        } while take(",")
        guard take("}") else { throw malformed("expected the object's end") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(CanonicalJSON.Malformed) -> CanonicalJSON {
        position += 1
        var elements: [CanonicalJSON] = []
        if take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw malformed("expected the array's end") }
        return .array(elements)
    }

    private mutating func integer() throws(CanonicalJSON.Malformed) -> CanonicalJSON {
        let start = position
        while let byte = next, byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Int64(text), String(value) == text, value.magnitude <= UInt64(CanonicalJSON.largest),
            next.map({ !".eE".utf8.contains($0) }) ?? true
        else {
            position = start
            throw malformed("not a whole number that can be kept exactly")
        }
        return .integer(value)
    }

    private mutating func string() throws(CanonicalJSON.Malformed) -> String {
        position += 1
        var units: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw malformed("not UTF-8") }
                return text
            case UInt8(ascii: "\\"): units += Array(String(try escape()).utf8)
            case 0..<0x20: throw malformed("a control character in a string")
            default: units.append(byte)
            }
        }
        throw malformed("a string without an end")
    }

    private mutating func escape() throws(CanonicalJSON.Malformed) -> Unicode.Scalar {
        guard let byte = next else { throw malformed("an escape without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw malformed("an unknown escape")
        }
    }

    private mutating func escapedScalar() throws(CanonicalJSON.Malformed) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\") else { throw malformed("half a character") }
        position += 1
        guard next == UInt8(ascii: "u") else { throw malformed("half a character") }
        position += 1
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw malformed("half a character") }
        return scalar
    }

    private mutating func codeUnit() throws(CanonicalJSON.Malformed) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+")
        else { throw malformed("expected four hexadecimal digits") }
        position += 4
        return unit
    }
}
