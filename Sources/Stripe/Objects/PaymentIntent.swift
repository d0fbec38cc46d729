public import Money

/// One hold on a card and what became of it.
public struct PaymentIntent: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<PaymentIntent>
    /// How far it is.
    public let status: Open<Status>
    /// What was to be held, in minor units.
    public let amount: Int64
    /// What may still be captured.
    public let amountCapturable: Int64?
    /// What was captured.
    public let amountReceived: Int64?
    /// In which currency.
    public let currency: Currency
    /// Who pays.
    public let customer: StripeID<Customer>?
    /// With which card.
    public let paymentMethod: StripeID<PaymentMethod>?
    /// The charge of the last attempt; whole where it was asked for by `expand`.
    public let latestCharge: Expandable<Charge>?
    /// Our share.
    public let applicationFeeAmount: Int64?
    /// What the browser needs to authenticate.
    public let clientSecret: String?
    /// `automatic` where a hold expired.
    public let cancellationReason: String?
    /// Why the last attempt failed.
    public let lastPaymentError: PaymentFailure?
    /// When it was made, in seconds since 1970.
    public let created: Int64?
    /// Our own facts.
    public let metadata: [String: String]?

    /// How far a PaymentIntent is.
    public enum Status: String, Sendable {
        /// No card, or the last one was refused.
        case requiresPaymentMethod = "requires_payment_method"
        /// A card, not confirmed.
        case requiresConfirmation = "requires_confirmation"
        /// The bank wants to authenticate.
        case requiresAction = "requires_action"
        /// The bank thinks.
        case processing
        /// The hold stands.
        case requiresCapture = "requires_capture"
        /// Released, or expired.
        case canceled
        /// Captured.
        case succeeded
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, amount, currency, customer, created, metadata
        case amountCapturable = "amount_capturable"
        case amountReceived = "amount_received"
        case paymentMethod = "payment_method"
        case latestCharge = "latest_charge"
        case applicationFeeAmount = "application_fee_amount"
        case clientSecret = "client_secret"
        case cancellationReason = "cancellation_reason"
        case lastPaymentError = "last_payment_error"
    }
}

/// Why an attempt to pay failed.
public struct PaymentFailure: Decodable, Sendable, Equatable {
    /// Stripe's code, such as `card_declined`.
    public let code: String?
    /// The bank's reason, such as `insufficient_funds`.
    public let declineCode: String?
    /// In words.
    public let message: String?

    private enum CodingKeys: String, CodingKey {
        case code, message
        case declineCode = "decline_code"
    }
}

/// A reference: an id, or the whole object where `expand` asked for it.
public enum Expandable<Object: Decodable & Sendable>: Decodable, Sendable {
    /// The id alone.
    case id(StripeID<Object>)
    /// The object, and its id.
    case object(StripeID<Object>, Object)

    /// Reads either.
    public init(from decoder: any Decoder) throws {
        let id = try StripeID<Object>(from: decoder)
        if let object = try? Object(from: decoder) {
            self = .object(id, object)
        } else {
            self = .id(id)
        }
    }

    /// The id.
    public var id: StripeID<Object> {
        switch self {
        case .id(let id), .object(let id, _): id
        }
    }

    /// The object, where it is here.
    public var object: Object? {
        switch self {
        case .id: nil
        case .object(_, let object): object
        }
    }
}
