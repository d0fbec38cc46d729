/// A currency by its ISO 4217 code, in lowercase as Stripe and our API write it.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three lowercase letters: `usd`.
    public let code: String

    /// - Returns: nil where `code` is not three letters `a-z`.
    public init?(_ code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else {
            return nil
        }
        self.code = code
    }

    private init(known code: String) { self.code = code }

    /// United States dollar.
    public static let usd = Currency(known: "usd")
    /// Euro.
    public static let eur = Currency(known: "eur")
    /// Pound sterling.
    public static let gbp = Currency(known: "gbp")
    /// Swiss franc.
    public static let chf = Currency(known: "chf")
    /// Japanese yen: without minor units.
    public static let jpy = Currency(known: "jpy")

    /// Decimal places of the minor unit: cents have 2, the yen 0, the Kuwaiti dinar 3.
    public var exponent: Int {
        if Self.withoutMinorUnits.contains(code) { return 0 }
        return Self.withThreePlaces.contains(code) ? 3 : 2
    }

    private static let withoutMinorUnits: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
    private static let withThreePlaces: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    /// The code.
    public var description: String { code }
}

extension Currency: Codable {
    /// Reads the code from a string; anything else is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let currency = Currency(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a lowercase ISO 4217 code such as usd")
        }
        self = currency
    }

    /// Writes the code as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}
