/// Who pays.
public struct Customer: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Customer>
    /// Address for receipts.
    public let email: String?
    /// Present and true where it was removed.
    public let deleted: Bool?
    /// Our own facts.
    public let metadata: [String: String]?
    /// Holds the default payment method.
    public let invoiceSettings: InvoiceSettings?

    /// The part of a customer that names the default payment method.
    public struct InvoiceSettings: Decodable, Sendable {
        /// The default.
        public let defaultPaymentMethod: StripeID<PaymentMethod>?

        private enum CodingKeys: String, CodingKey { case defaultPaymentMethod = "default_payment_method" }
    }

    private enum CodingKeys: String, CodingKey {
        case id, email, deleted, metadata
        case invoiceSettings = "invoice_settings"
    }
}

/// A stored card, known to us by brand and last digits only.
public struct PaymentMethod: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<PaymentMethod>
    /// Whose it is; nil once detached.
    public let customer: StripeID<Customer>?
    /// `card`, or another kind.
    public let type: String?
    /// What is shown of a card.
    public let card: Card?

    /// What is shown of a card.
    public struct Card: Decodable, Sendable, Equatable {
        /// `visa`.
        public let brand: String?
        /// The last four digits.
        public let last4: String?
        /// 1 to 12.
        public let expiresInMonth: Int?
        /// Four digits.
        public let expiresInYear: Int?

        private enum CodingKeys: String, CodingKey {
            case brand, last4
            case expiresInMonth = "exp_month"
            case expiresInYear = "exp_year"
        }
    }
}

/// The storing of a card, which Stripe's own client side carries out.
public struct SetupIntent: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<SetupIntent>
    /// How far it is.
    public let status: Open<Status>
    /// What the browser needs to carry it out.
    public let clientSecret: String?
    /// Whose card it will be.
    public let customer: StripeID<Customer>?
    /// The card, once there is one.
    public let paymentMethod: StripeID<PaymentMethod>?

    /// How far a SetupIntent is.
    public enum Status: String, Sendable {
        /// No card yet.
        case requiresPaymentMethod = "requires_payment_method"
        /// A card, not confirmed.
        case requiresConfirmation = "requires_confirmation"
        /// The bank wants to authenticate.
        case requiresAction = "requires_action"
        /// The bank thinks.
        case processing
        /// Given up.
        case canceled
        /// The card is stored.
        case succeeded
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, customer
        case clientSecret = "client_secret"
        case paymentMethod = "payment_method"
    }
}
