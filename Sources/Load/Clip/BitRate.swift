/// Bit rates as people write them.
package enum BitRate {
    /// Reads bits per second like `600000`, `600k` or `1.2M`; nil where it is none.
    package static func parse(_ text: String) -> Int? {
        var digits = text[...]
        var scale = 1.0
        switch digits.last {
        case "k", "K": scale = 1e3
        case "m", "M": scale = 1e6
        default: break
        }
        if scale > 1 { digits = digits.dropLast() }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits),
            number * scale < 1e12
        else { return nil }
        return Int((number * scale).rounded())
    }
}
