public import Money

/// A consultant's connected account.
public struct Account: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Account>
    /// Whether it may take charges.
    public let chargesEnabled: Bool?
    /// Whether it may be paid out.
    public let payoutsEnabled: Bool?
    /// Whether its holder has answered Stripe's questions.
    public let detailsSubmitted: Bool?
    /// What it may do: `transfers` is `active`, `inactive` or `pending`.
    public let capabilities: [String: String]?
    /// Its currency.
    public let defaultCurrency: Currency?
    /// Where its holder lives, ISO 3166-1.
    public let country: String?
    /// What Stripe still wants to know.
    public let requirements: Requirements?
    /// When it is paid out.
    public let settings: Settings?

    /// Whether a destination charge for it will be taken.
    public var canReceive: Bool { capabilities?["transfers"] == "active" }

    /// What Stripe still wants to know.
    public struct Requirements: Decodable, Sendable {
        /// At once.
        public let currentlyDue: [String]?
        /// Why the account is off.
        public let disabledReason: String?

        private enum CodingKeys: String, CodingKey {
            case currentlyDue = "currently_due"
            case disabledReason = "disabled_reason"
        }
    }

    /// The part of the settings that is read.
    public struct Settings: Decodable, Sendable {
        /// About payouts.
        public let payouts: Payouts?

        /// About payouts.
        public struct Payouts: Decodable, Sendable {
            /// When.
            public let schedule: Schedule?
        }

        /// When money is paid out.
        public struct Schedule: Decodable, Sendable {
            /// `manual`, `daily`, `weekly` or `monthly`.
            public let interval: String?
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, capabilities, country, requirements, settings
        case chargesEnabled = "charges_enabled"
        case payoutsEnabled = "payouts_enabled"
        case detailsSubmitted = "details_submitted"
        case defaultCurrency = "default_currency"
    }
}

/// A link to Stripe's own pages, for its account's holder alone; used once, soon expired.
public struct AccountLink: Decodable, Sendable {
    /// Where to send the browser.
    public let url: String
    /// Until when, in seconds since 1970.
    public let expiresAt: Int64?

    private enum CodingKeys: String, CodingKey {
        case url
        case expiresAt = "expires_at"
    }
}
