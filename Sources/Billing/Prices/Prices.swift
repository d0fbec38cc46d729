public import Money

/// What media seconds cost, and the platform's share of it: the one place that computes either.
///
/// A price is rate × seconds / 3600, half up in minor units, and the fee is so many basis points of what is charged, half up
/// likewise. Of a part of a call neither is rounded by itself: a part costs the *difference* between the prices of the
/// whole up to its end and up to its start. So parts always add up to the price of the whole, however it is cut.
///
///     let prices = try Prices(rate: Money(amount: 10_000, currency: .usd))
///     prices.price(ofSeconds: 600)             // 16.67
///     prices.price(fromSecond: 600, to: 1200)  // 16.66: both together are 33.33
///     prices.fee(of: 3333)                     // 5.00
public struct Prices: Hashable, Sendable {
    /// What an hour costs.
    public let rate: Money
    /// The platform's share, in hundredths of a percent.
    public let feeBasisPoints: Int
    /// The least that is charged at once; below it a part is waived. In minor units.
    public let minimumCharge: Int64

    /// The most that Stripe takes at once has eight digits; a rate beyond that is a mistake.
    public static let greatestRate: Int64 = 99_999_999

    /// Why there are no such prices.
    public enum Refusal: Error, Sendable, Hashable {
        /// A rate is positive and has at most eight digits in minor units.
        case rateOutOfRange
        /// A fee has 0 to 10,000 basis points.
        case feeOutOfRange
        /// Nothing is charged in this currency.
        case currencyUnknown
        /// A full window costs less than the smallest charge: it could never be taken.
        case windowBelowMinimum(least: Money)
    }

    /// Prices by a rate per hour.
    ///
    /// - Throws: the `Refusal`. Whether a full window reaches the smallest charge is asked with `check(windowSeconds:)`.
    public init(rate: Money, feeBasisPoints: Int = 1500) throws(Refusal) {
        guard (1...Self.greatestRate).contains(rate.amount) else { throw .rateOutOfRange }
        guard (0...10_000).contains(feeBasisPoints) else { throw .feeOutOfRange }
        guard let minimum = MinimumCharge.amount(in: rate.currency) else { throw .currencyUnknown }
        self.rate = rate
        self.feeBasisPoints = feeBasisPoints
        minimumCharge = minimum
    }

    /// The currency of all of it.
    public var currency: Currency { rate.currency }

    /// Refuses a rate whose full window could not be charged.
    public func check(windowSeconds: Int) throws(Refusal) {
        guard price(ofSeconds: windowSeconds) >= minimumCharge else {
            let seconds = Int64(max(1, windowSeconds))
            // The least rate whose price rounds up to the minimum: rate × seconds × 2 ≥ (2 × minimum − 1) × 3600.
            let least = ((2 * minimumCharge - 1) * 3600 + 2 * seconds - 1) / (2 * seconds)
            throw .windowBelowMinimum(least: Money(amount: least, currency: currency))
        }
    }

    /// The price of the first `seconds` of a call, in minor units. Seconds below 0 count as 0.
    public func price(ofSeconds seconds: Int) -> Int64 {
        // At most 10^8 × 2^31: within Int64, so nothing here can overflow.
        let product = rate.amount * Self.bounded(seconds)
        return (product + 1800) / 3600
    }

    /// The price of a part of a call: the difference of what the whole costs at its end and at its start.
    public func price(fromSecond start: Int, to end: Int) -> Int64 {
        max(0, price(ofSeconds: end) - price(ofSeconds: start))
    }

    /// What has to be held so that a part of `seconds` can be paid wherever in the call it lies: rounded up, at most one
    /// minor unit more than such a part costs.
    public func hold(forSeconds seconds: Int) -> Int64 {
        (rate.amount * Self.bounded(seconds) + 3599) / 3600
    }

    /// The platform's fee of all that is charged in a session, half up in minor units.
    ///
    /// - Parameter charged: minor units; below 0 counts as 0, and beyond 10^14 as that.
    public func fee(of charged: Int64) -> Int64 {
        (min(max(charged, 0), 100_000_000_000_000) * Int64(feeBasisPoints) + 5000) / 10_000
    }

    /// The fee of a charge of `amount` that follows charges of `earlier` altogether: the difference of the fees of the
    /// whole, so that the fees of a session add up to the fee of its total.
    public func fee(of amount: Int64, after earlier: Int64) -> Int64 { fee(of: earlier + amount) - fee(of: earlier) }

    private static func bounded(_ seconds: Int) -> Int64 { Int64(min(max(seconds, 0), Int(Int32.max))) }
}

extension Prices: Codable {
    private enum CodingKeys: String, CodingKey {
        case rate
        case feeBasisPoints
    }

    /// Reads a rate and a fee, and refuses what `init(rate:feeBasisPoints:)` refuses.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            rate: container.decode(Money.self, forKey: .rate),
            feeBasisPoints: container.decode(Int.self, forKey: .feeBasisPoints))
    }

    /// Writes the rate and the fee.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rate, forKey: .rate)
        try container.encode(feeBasisPoints, forKey: .feeBasisPoints)
    }
}
