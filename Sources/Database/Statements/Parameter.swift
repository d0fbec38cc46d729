/// A value on its way to PostgreSQL. Text is converted there to the type its place in the statement has.
public enum Parameter: Sendable, Hashable {
    /// NULL.
    case null
    /// The value's text.
    case text(String)
    /// The bytes of a `bytea`.
    case bytes([UInt8])
}

/// A value that can be a parameter of a statement.
public protocol ParameterEncodable: Sendable {
    /// The value as PostgreSQL gets it.
    var parameter: Parameter { get }
}

extension ParameterEncodable where Self: BinaryInteger {
    /// The number in decimal.
    public var parameter: Parameter { .text(String(self)) }
}

extension ParameterEncodable where Self: RawRepresentable, RawValue: ParameterEncodable {
    /// The raw value.
    public var parameter: Parameter { rawValue.parameter }
}

extension Int: ParameterEncodable {}
extension Int16: ParameterEncodable {}
extension Int32: ParameterEncodable {}
extension Int64: ParameterEncodable {}

extension String: ParameterEncodable {
    /// The text.
    public var parameter: Parameter { .text(self) }
}

extension Bool: ParameterEncodable {
    /// `t` or `f`.
    public var parameter: Parameter { .text(self ? "t" : "f") }
}

extension Double: ParameterEncodable {
    /// The shortest decimal that reads back as the same number.
    public var parameter: Parameter { .text(description) }
}

/// An element whose array is one parameter or one column.
public protocol ArrayElement: Sendable {
    /// The array as PostgreSQL gets it.
    static func parameter(of array: [Self]) -> Parameter
    /// The array from its text form.
    ///
    /// - Returns: nil where the text is not such an array.
    static func array(columnText: RawSpan) -> [Self]?
}

extension Array: ParameterEncodable where Element: ArrayElement {
    /// The array as PostgreSQL gets it.
    public var parameter: Parameter { Element.parameter(of: self) }
}

extension Array: ColumnDecodable where Element: ArrayElement {
    /// The array from its text form.
    public init?(columnText: RawSpan) {
        guard let array = Element.array(columnText: columnText) else { return nil }
        self = array
    }
}

extension UInt8: ArrayElement {
    /// A `bytea`.
    public static func parameter(of array: [UInt8]) -> Parameter { .bytes(array) }

    /// The bytes of a `bytea` in hexadecimal form.
    public static func array(columnText: RawSpan) -> [UInt8]? {
        columnText.withUnsafeBytes { text in
            guard text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]), text.count.isMultiple(of: 2) else {
                return nil
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.count / 2 - 1)
            for index in stride(from: 2, to: text.count, by: 2) {
                guard let high = hexadecimalDigit(text[index]), let low = hexadecimalDigit(text[index + 1]) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
            return bytes
        }
    }
}

/// The value of a hexadecimal digit's character.
func hexadecimalDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// Bytes in lowercase hexadecimal.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
