/// A value that can be read from a column.
public protocol ColumnDecodable {
    /// The value from the column's text form, as PostgreSQL prints it (dates in ISO form, UTC; bytes in hexadecimal).
    ///
    /// - Returns: nil where the text is not a value of this type.
    init?(columnText: RawSpan)
}

extension ColumnDecodable where Self: RawRepresentable, RawValue: ColumnDecodable {
    /// The value with this raw value.
    public init?(columnText: RawSpan) {
        guard let value = RawValue(columnText: columnText) else { return nil }
        self.init(rawValue: value)
    }
}

extension String: ColumnDecodable {
    /// The column's text, whatever its type.
    public init?(columnText: RawSpan) {
        self = columnText.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension ColumnDecodable where Self: FixedWidthInteger {
    /// The number, where it fits.
    public init?(columnText: RawSpan) {
        let value: Self? = columnText.withUnsafeBytes { text in
            var digits = text[...]
            let negative = digits.first == UInt8(ascii: "-")
            if negative { digits = digits.dropFirst() }
            guard !digits.isEmpty else { return nil }
            var value: Self = 0
            for character in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
                let digit = Self(character - UInt8(ascii: "0"))
                let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
                let (next, passed) =
                    negative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
                if overflowed || passed { return nil }
                value = next
            }
            return value
        }
        guard let value else { return nil }
        self = value
    }
}

extension Int: ColumnDecodable {}
extension Int16: ColumnDecodable {}
extension Int32: ColumnDecodable {}
extension Int64: ColumnDecodable {}

extension Double: ColumnDecodable {
    /// The number; `Infinity` and `NaN` included.
    public init?(columnText: RawSpan) {
        guard let text = String(columnText: columnText) else { return nil }
        self.init(text)
    }
}

extension Bool: ColumnDecodable {
    /// `t` or `f`.
    public init?(columnText: RawSpan) {
        guard columnText.byteCount == 1 else { return nil }
        switch columnText.unsafeLoad(as: UInt8.self) {
        case UInt8(ascii: "t"): self = true
        case UInt8(ascii: "f"): self = false
        default: return nil
        }
    }
}
