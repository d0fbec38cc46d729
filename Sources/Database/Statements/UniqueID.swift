/// A UUID for a row, made by the application: version 7 (RFC 9562, section 5.7), so that ids made later sort later and
/// an index grows at its end.
public struct UniqueID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// A new id of this moment.
    public init(at moment: Timestamp = .now()) {
        var random = SystemRandomNumberGenerator()
        self.init(at: moment, random: &random)
    }

    /// A new id of this moment with the given randomness.
    public init(at moment: Timestamp, random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(clamping: moment.microseconds / 1000)
        high = milliseconds << 16 | 0x7000 | random.next() & 0x0fff
        low = 0x8000_0000_0000_0000 | random.next() >> 2
    }

    /// The id of this text, of any version, with hyphens.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, character) in text.utf8.enumerated() {
            switch index {
            case 8, 13, 18, 23:
                guard character == UInt8(ascii: "-") else { return nil }
            default:
                guard let digit = hexadecimalDigit(character) else { return nil }
                if index < 18 {
                    halves.0 = halves.0 << 4 | UInt64(digit)
                } else {
                    halves.1 = halves.1 << 4 | UInt64(digit)
                }
            }
        }
        (high, low) = halves
    }

    /// Whether one id sorts before another, as in PostgreSQL.
    public static func < (left: UniqueID, right: UniqueID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension UniqueID: CustomStringConvertible {
    /// The id in lowercase with hyphens.
    public var description: String {
        let bytes = [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
        }
        let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
        return groups.map { hexadecimal($0) }.joined(separator: "-")
    }
}

extension UniqueID: ParameterEncodable, ColumnDecodable, ArrayElement {
    /// The id's text.
    public var parameter: Parameter { .text(description) }

    /// The id of a `uuid` column.
    public init?(columnText: RawSpan) {
        guard let text = String(columnText: columnText) else { return nil }
        self.init(text)
    }
}
