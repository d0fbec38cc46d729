public import Money

/// One authorisation of a card, and the money it moved.
public struct Charge: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Charge>
    /// What was held, in minor units.
    public let amount: Int64
    /// What was captured of it.
    public let amountCaptured: Int64?
    /// What was given back.
    public let amountRefunded: Int64?
    /// In which currency.
    public let currency: Currency
    /// Whether it was captured.
    public let captured: Bool?
    /// Whether its customer disputes it.
    public let disputed: Bool?
    /// What it belongs to.
    public let paymentIntent: StripeID<PaymentIntent>?
    /// The consultant's part.
    public let transfer: StripeID<Transfer>?
    /// Our part; whole where it was asked for by `expand`.
    public let applicationFee: Expandable<ApplicationFee>?
    /// The entry in the platform's balance.
    public let balanceTransaction: StripeID<BalanceTransaction>?
    /// Facts of the card.
    public let paymentMethodDetails: Details?

    /// Facts of how it was paid.
    public struct Details: Decodable, Sendable {
        /// Facts of the card.
        public let card: Card?

        /// Facts of the card.
        public struct Card: Decodable, Sendable {
            /// When the hold expires, in seconds since 1970.
            public let captureBefore: Int64?

            private enum CodingKeys: String, CodingKey { case captureBefore = "capture_before" }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, captured, disputed, transfer
        case amountCaptured = "amount_captured"
        case amountRefunded = "amount_refunded"
        case paymentIntent = "payment_intent"
        case applicationFee = "application_fee"
        case balanceTransaction = "balance_transaction"
        case paymentMethodDetails = "payment_method_details"
    }
}

/// The platform's share of a charge.
public struct ApplicationFee: Decodable, Sendable {
    /// In minor units.
    public let amount: Int64
    /// What was given back of it.
    public let amountRefunded: Int64

    private enum CodingKeys: String, CodingKey {
        case amount
        case amountRefunded = "amount_refunded"
    }
}

/// Money given back.
public struct Refund: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Refund>
    /// In minor units.
    public let amount: Int64
    /// In which currency.
    public let currency: Currency
    /// `succeeded`, `pending`, `failed`, `canceled` or `requires_action`.
    public let status: String?
    /// Of which charge.
    public let charge: StripeID<Charge>?
    /// Of which PaymentIntent.
    public let paymentIntent: StripeID<PaymentIntent>?
    /// What was taken back from the consultant.
    public let transferReversal: StripeID<TransferReversal>?
    /// Our own facts.
    public let metadata: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, status, charge, metadata
        case paymentIntent = "payment_intent"
        case transferReversal = "transfer_reversal"
    }
}

/// Money moved to a connected account.
public struct Transfer: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Transfer>
    /// In minor units.
    public let amount: Int64
    /// What was taken back of it.
    public let amountReversed: Int64?
    /// In which currency.
    public let currency: Currency
    /// To whom.
    public let destination: StripeID<Account>?

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, destination
        case amountReversed = "amount_reversed"
    }
}

/// A part of a transfer taken back.
public struct TransferReversal: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<TransferReversal>
    /// In minor units.
    public let amount: Int64
    /// In which currency.
    public let currency: Currency
    /// Of which transfer.
    public let transfer: StripeID<Transfer>?
    /// Our own facts.
    public let metadata: [String: String]?
}
