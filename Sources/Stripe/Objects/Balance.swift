public import Money

/// What an account has at Stripe.
public struct Balance: Decodable, Sendable {
    /// What may be paid out.
    public let available: [Part]
    /// What will be.
    public let pending: [Part]

    /// The amount in one currency.
    public struct Part: Decodable, Sendable, Equatable {
        /// In minor units; may be below zero.
        public let amount: Int64
        /// Which currency.
        public let currency: Currency
    }
}

/// One entry of an account's balance.
public struct BalanceTransaction: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<BalanceTransaction>
    /// In minor units; what leaves is below zero.
    public let amount: Int64
    /// What Stripe keeps of it.
    public let fee: Int64
    /// What the balance changes by.
    public let net: Int64
    /// Which currency.
    public let currency: Currency
    /// `charge`, `refund`, `application_fee`, `transfer`, `adjustment`, `payout` and others.
    public let type: String
    /// The object behind it: of many kinds, so a plain text.
    public let source: String?
    /// When, in seconds since 1970.
    public let created: Int64?
}

/// Money on its way to a bank account.
public struct Payout: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Payout>
    /// In minor units.
    public let amount: Int64
    /// Which currency.
    public let currency: Currency
    /// How far it is.
    public let status: Open<Status>
    /// When the bank has it, in seconds since 1970.
    public let arrivalDate: Int64?
    /// Whether the schedule made it.
    public let automatic: Bool?
    /// When it was made, in seconds since 1970.
    public let created: Int64?
    /// Why it failed, as a word such as `account_closed`.
    public let failureCode: String?
    /// Why it failed.
    public let failureMessage: String?

    /// How far a payout is.
    public enum Status: String, Sendable {
        /// Not handed to the bank yet.
        case pending
        /// Handed to the bank.
        case inTransit = "in_transit"
        /// Arrived, as far as Stripe knows.
        case paid
        /// Came back.
        case failed
        /// Stopped before it left.
        case canceled
    }

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, status, automatic, created
        case arrivalDate = "arrival_date"
        case failureCode = "failure_code"
        case failureMessage = "failure_message"
    }
}
