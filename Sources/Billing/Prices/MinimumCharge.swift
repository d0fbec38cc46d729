public import Money

/// The smallest charge that Stripe takes in a currency, in minor units (docs.stripe.com/currencies, "Minimum and maximum
/// charge amounts").
public enum MinimumCharge {
    /// As Stripe publishes them.
    private static let published: [String: Int64] = [
        "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
        "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
        "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
    ]

    /// Where Stripe publishes none but asks for the equivalent of 0.50 USD: amounts that are safely above it, so that no
    /// rate of exchange of these years makes a charge refused.
    private static let equivalent: [String: Int64] = [
        "bhd": 250, "clp": 600, "jod": 400, "krw": 900, "kwd": 200, "omr": 250, "tnd": 2000, "vnd": 16000, "xof": 400,
    ]

    /// The smallest charge; nil for a currency in which nothing is charged.
    public static func amount(in currency: Currency) -> Int64? {
        published[currency.code] ?? equivalent[currency.code]
    }
}
