/// Parameters as Stripe takes them: `application/x-www-form-urlencoded`, nested by brackets
/// (`transfer_data[destination]=acct_1`), in the order in which they were given.
///
/// The same calls make the same bytes, which an idempotency key demands of a request that is sent again.
public struct Form: Sendable, Equatable {
    private var pairs: [(name: String, value: String)] = []

    /// No parameter.
    public init() {}

    /// Whether there is no parameter.
    public var isEmpty: Bool { pairs.isEmpty }

    /// Adds a text; nil adds nothing, and an empty text unsets what Stripe has.
    public mutating func add(_ name: String, _ value: String?) {
        if let value { pairs.append((name, value)) }
    }

    /// Adds a whole number.
    public mutating func add(_ name: String, _ value: Int64?) {
        add(name, value.map { String($0) })
    }

    /// Adds `true` or `false`.
    public mutating func add(_ name: String, _ value: Bool?) {
        add(name, value.map { $0 ? "true" : "false" })
    }

    /// Adds an id.
    public mutating func add<Object>(_ name: String, _ value: StripeID<Object>?) {
        add(name, value?.text)
    }

    /// Adds `name[key]=value` for each entry, ordered by key.
    public mutating func add(_ name: String, _ values: [String: String]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { add("\(name)[\(key)]", value) }
    }

    /// Adds `name[]=value` for each element.
    public mutating func add(_ name: String, _ values: [String]) {
        for value in values { add("\(name)[]", value) }
    }

    /// The encoded text: a body, or what follows the `?`.
    public var encoded: String {
        pairs.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
    }

    /// Whether both hold the same parameters in the same order.
    public static func == (left: Form, right: Form) -> Bool {
        left.pairs.elementsEqual(right.pairs, by: ==)
    }
}

extension Form {
    /// The most parameters that are read; Stripe's largest request has far fewer.
    static let parameterLimit = 1000

    /// Reads encoded text, `+` as a space (WHATWG URL, "application/x-www-form-urlencoded parsing").
    ///
    /// - Returns: nil where it is not UTF-8, an escape is broken, or there are too many parameters.
    public init?(encoded: String) {
        for part in encoded.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard pairs.count < Self.parameterLimit, let name = halves.first.flatMap(percentDecoded),
                let value = halves.count == 2 ? percentDecoded(halves[1]) : ""
            else {
                return nil
            }
            pairs.append((name, value))
        }
    }

    /// Name and value of each parameter.
    public var parameters: [(name: String, value: String)] { pairs }
}

private let hexDigits = Array("0123456789ABCDEF".utf8)

/// Escapes all but the unreserved characters of RFC 3986 §2.3, as the form encoding allows.
private func percentEncoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes.append(UInt8(ascii: "%"))
            bytes.append(hexDigits[Int(byte >> 4)])
            bytes.append(hexDigits[Int(byte & 15)])
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func percentDecoded(_ bytes: some Collection<UInt8>) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
        switch byte {
        case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
        case UInt8(ascii: "%"):
            guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
            decoded.append(high << 4 | low)
        default: decoded.append(byte)
        }
    }
    return String(validating: decoded, as: UTF8.self)
}

private func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
