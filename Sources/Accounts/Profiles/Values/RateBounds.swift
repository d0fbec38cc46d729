public import Money

/// How much an hour may cost.
///
/// The least is what makes one whole billing window reach the smallest charge that Stripe takes in the currency
/// (docs.stripe.com/currencies, "Minimum and maximum charge amounts"): a window that cannot be charged would be a gift.
public struct RateBounds: Sendable, Hashable {
    /// A currency in which a rate can be set.
    struct Settable: Sendable {
        let currency: Currency
        /// Stripe's smallest charge, in minor units.
        let smallestCharge: Int64
        /// The most that an hour may cost, in minor units.
        let most: Int64
    }

    /// The currencies by their code.
    static let table: [String: Settable] = {
        let rows: [(code: String, smallestCharge: Int64, most: Int64)] = [
            ("aud", 50, 750_000), ("cad", 50, 750_000), ("chf", 50, 500_000), ("czk", 1500, 11_500_000),
            ("dkk", 250, 3_500_000), ("eur", 50, 500_000), ("gbp", 30, 500_000), ("jpy", 50, 750_000),
            ("nok", 300, 5_000_000), ("nzd", 50, 750_000), ("pln", 200, 2_000_000), ("sek", 300, 5_000_000),
            ("sgd", 50, 750_000), ("usd", 50, 500_000),
        ]
        return rows.reduce(into: [:]) { table, row in
            guard let currency = Currency(row.code) else { return }
            table[row.code] = Settable(currency: currency, smallestCharge: row.smallestCharge, most: row.most)
        }
    }()

    /// Length of a billing window.
    let windowSeconds: Int64

    /// The bounds where a billing window lasts this long.
    public init(windowSeconds: Int) { self.windowSeconds = Int64(max(1, windowSeconds)) }

    /// Which bound a rate misses.
    public enum Miss: Error, Sendable, Hashable {
        /// Rates cannot be set in this currency; in these they can.
        case currency(settable: [String])
        /// An hour must cost this at least, so that a window reaches the smallest charge.
        case below(least: Money, smallestCharge: Money, windowSeconds: Int64)
        /// An hour may cost this at most.
        case above(most: Money)

        /// For people.
        public var words: String {
            switch self {
            case .currency(let settable): "expected a currency among \(settable.joined(separator: ", "))"
            case .below(let least, let smallestCharge, let seconds):
                "expected at least \(least) per hour: one billing window of \(seconds) s must reach the smallest charge "
                    + "of \(smallestCharge)"
            case .above(let most): "expected at most \(most) per hour"
            }
        }
    }

    /// The least an hour may cost; nil where rates cannot be set in this currency.
    public func least(in currency: Currency) -> Money? {
        guard let row = Self.table[currency.code] else { return nil }
        let (product, window) = (row.smallestCharge * 3600, windowSeconds)
        return Money(amount: (product - 1) / window + 1, currency: currency)
    }

    /// Checks a rate.
    ///
    /// - Throws: the bound that it misses.
    public func check(_ rate: Money) throws(Miss) {
        guard let row = Self.table[rate.currency.code], let least = least(in: rate.currency) else {
            throw .currency(settable: Self.table.keys.sorted())
        }
        guard rate.amount >= least.amount else {
            throw .below(
                least: least, smallestCharge: Money(amount: row.smallestCharge, currency: rate.currency),
                windowSeconds: windowSeconds)
        }
        guard rate.amount <= row.most else { throw .above(most: Money(amount: row.most, currency: rate.currency)) }
    }
}
