// One-dimensional PostgreSQL arrays in their text form (manual, section 8.15): {a,"b \"c\"",NULL}.

extension ArrayElement where Self: ParameterEncodable {
    /// The text form of the array.
    public static func parameter(of array: [Self]) -> Parameter {
        var text = "{"
        for element in array {
            if text.utf8.count > 1 { text += "," }
            switch element.parameter {
            case .null: text += "NULL"
            case .text(let value): appendQuoted(value, to: &text)
            case .bytes(let bytes): appendQuoted("\\x" + hexadecimal(bytes), to: &text)
            }
        }
        return .text(text + "}")
    }
}

private func appendQuoted(_ value: String, to text: inout String) {
    text += "\""
    var rest = value[...]
    while let place = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
        text += rest[..<place]
        text += "\\"
        text.unicodeScalars.append(rest.unicodeScalars[place])
        rest = rest[rest.utf8.index(after: place)...]
    }
    text += rest
    text += "\""
}

extension ArrayElement where Self: ColumnDecodable {
    /// The array from its text form; nil where it is nested, holds NULL, or an element is not a value of this type.
    public static func array(columnText: RawSpan) -> [Self]? {
        guard let elements = columnText.withUnsafeBytes({ arrayElements($0) }) else { return nil }
        var array: [Self] = []
        array.reserveCapacity(elements.count)
        for bytes in elements {
            guard let element = Self(columnText: bytes.span.bytes) else { return nil }
            array.append(element)
        }
        return array
    }
}

/// The elements of an array's text, unquoted.
private func arrayElements(_ text: UnsafeRawBufferPointer) -> [[UInt8]]? {
    let (quote, escape, comma) = (UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ","))
    guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return nil }
    if text.count == 2 { return [] }
    let end = text.count - 1
    var elements: [[UInt8]] = []
    var index = 1
    while true {
        var element: [UInt8] = []
        if text[index] == quote {
            index += 1
            while index < end, text[index] != quote {
                if text[index] == escape { index += 1 }
                guard index < end else { return nil }
                element.append(text[index])
                index += 1
            }
            guard index < end else { return nil }
            index += 1
        } else {
            while index < end, text[index] != comma {
                guard text[index] != UInt8(ascii: "{"), text[index] != quote else { return nil }
                element.append(text[index])
                index += 1
            }
            if element.isEmpty || element.elementsEqual("NULL".utf8) { return nil }
        }
        elements.append(element)
        if index == end { return elements }
        guard text[index] == comma, index + 1 < end else { return nil }
        index += 1
    }
}

extension String: ArrayElement {}
extension Int: ArrayElement {}
extension Int32: ArrayElement {}
extension Int64: ArrayElement {}
extension Double: ArrayElement {}
extension Bool: ArrayElement {}
