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
        var text = text
        guard let id = text.withUTF8({ Self(characters: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    private init?(characters: UnsafeRawBufferPointer) {
        guard characters.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, character) in characters.enumerated() {
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
        String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for half in [high, low] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if place == 8 || place == 13 || place == 18 || place == 23 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
                    text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    place += 1
                }
            }
            return place
        }
    }
}

extension UniqueID: ParameterEncodable, ColumnDecodable, ArrayElement {
    /// The id's text.
    public var parameter: Parameter { .text(description) }

    /// The id of a `uuid` column.
    public init?(columnText: RawSpan) {
        guard let id = columnText.withUnsafeBytes({ Self(characters: $0) }) else { return nil }
        self = id
    }
}
