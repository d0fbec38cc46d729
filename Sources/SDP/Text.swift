// Byte-wise reading of lines. Characters are not used for this: a combining mark after a separator would hide it.

extension Substring {
    /// Everything before the first `separator`, and everything after it if there is one.
    func cut(at separator: UInt8) -> (head: Substring, tail: Substring?) {
        guard let index = utf8.firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index], self[utf8.index(after: index)...])
    }

    /// The parts between `separator`s, empty ones included.
    func parts(at separator: UInt8) -> [Substring] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The parts between runs of spaces.
    var words: [Substring] { utf8.split(separator: .space).map { Substring($0) } }

    /// The number that these decimal digits write; nil where there is anything else, a sign too, or it does not fit.
    func decimal<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard !utf8.isEmpty, utf8.allSatisfy(\.isDigit) else { return nil }
        return Number(self)
    }

    /// Without spaces at either end.
    var trimmed: Substring {
        var result = self
        while result.utf8.first == .space { result = result[result.utf8.index(after: result.utf8.startIndex)...] }
        while result.utf8.last == .space { result = result[..<result.utf8.index(before: result.utf8.endIndex)] }
        return result
    }

    /// Whether it is a token (RFC 8866 §9).
    var isToken: Bool { !utf8.isEmpty && utf8.allSatisfy(\.isTokenByte) }

    /// Whether it is made of ice-chars (RFC 8839 §5.1), as many as `lengths` allows.
    func isICE(_ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(utf8.count) && utf8.allSatisfy(\.isICEByte)
    }

    /// In quotes and of bounded length, for an error.
    var quoted: String {
        guard utf8.count > 80 else { return "'\(self)'" }
        return "'\(prefix(60))…'"
    }
}

extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")
    static let slash = UInt8(ascii: "/")
    static let equals = UInt8(ascii: "=")
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
    static let dot = UInt8(ascii: ".")
    static let newline: UInt8 = 10
    static let carriageReturn: UInt8 = 13

    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isICEByte: Bool { isDigit || isLetter || self == UInt8(ascii: "+") || self == .slash }
    var isControl: Bool { self < 0x20 && self != 9 || self == 0x7F }

    /// RFC 8866 §9: token-char.
    var isTokenByte: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A...0x2B, 0x2D...0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }

    /// The value of a hexadecimal digit.
    var hexadecimal: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }
}

/// `byte` as two hexadecimal digits.
func hexadecimalDigits(_ byte: UInt8, uppercase: Bool) -> String {
    let digits = String(byte, radix: 16, uppercase: uppercase)
    return byte < 16 ? "0" + digits : digits
}
