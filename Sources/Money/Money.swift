/// An amount of money in minor units (cents), never a fraction. As JSON `{"amount": 1250, "currency": "usd"}`.
public struct Money: Hashable, Sendable, Codable {
    /// In minor units of the currency.
    public let amount: Int64
    /// Which currency.
    public let currency: Currency

    /// An amount of minor units.
    public init(amount: Int64, currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// What a rate per hour makes in `seconds`, half up in minor units.
    ///
    /// - Returns: nil where the result does not fit, or something is negative.
    public func perHour(forSeconds seconds: Int64) -> Money? {
        scaled(by: seconds, over: 3600)
    }

    /// A share in basis points (hundredths of a percent), half up in minor units.
    ///
    /// - Returns: nil where the result does not fit, or something is negative.
    public func share(basisPoints: Int64) -> Money? {
        scaled(by: basisPoints, over: 10_000)
    }

    private func scaled(by factor: Int64, over divisor: Int64) -> Money? {
        guard amount >= 0, factor >= 0 else { return nil }
        let (high, low) = amount.multipliedFullWidth(by: factor)
        guard high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        let (rounded, overflows) = quotient.addingReportingOverflow(remainder >= divisor - remainder ? 1 : 0)
        return overflows || quotient < 0 ? nil : Money(amount: rounded, currency: currency)
    }
}

extension Money: CustomStringConvertible {
    /// For logs: `12.50 usd`.
    public var description: String { "\(decimal) \(currency)" }

    /// For people: `12.50 USD`, `1250 JPY`, `1.250 KWD`.
    public var text: String { "\(decimal) \(currency.code.uppercased())" }

    /// The amount in the currency's major unit, with all its decimal places.
    private var decimal: String {
        let places = currency.exponent
        guard places > 0 else { return String(amount) }
        var digits = String(amount.magnitude)
        while digits.utf8.count <= places { digits = "0" + digits }
        return "\(amount < 0 ? "-" : "")\(digits.dropLast(places)).\(digits.suffix(places))"
    }
}
