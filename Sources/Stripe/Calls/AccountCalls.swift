public import Money

/// When a connected account is paid out.
public enum PayoutSchedule: Sendable, Equatable {
    /// When we say so.
    case manual
    /// Every day.
    case daily
    /// Every week on a day, `monday` to `friday`.
    case weekly(anchor: String)
    /// Every month on a day, 1 to 31.
    case monthly(anchor: Int64)
}

extension StripeCall where Object == Account {
    /// Makes a consultant's account. The platform pays Stripe's fees and bears losses, Stripe asks its holder what it must
    /// know, and the holder gets Stripe's small dashboard.
    public static func createAccount(
        email: String, country: String, schedule: PayoutSchedule, metadata: [String: String],
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/accounts", idempotencyKey) { form in
            form.add("capabilities[transfers][requested]", true)
            form.add("controller[fees][payer]", "application")
            form.add("controller[losses][payments]", "application")
            form.add("controller[requirement_collection]", "stripe")
            form.add("controller[stripe_dashboard][type]", "express")
            form.add("country", country)
            form.add("email", email)
            form.add("metadata", metadata)
            form.add(schedule)
        }
    }

    /// Reads an account: whether it is ready is known only from this.
    public static func account(_ id: StripeID<Account>) -> Self { Self(.get, "/v1/accounts/\(id)") }

    /// Changes when an account is paid out.
    public static func setPayoutSchedule(
        _ schedule: PayoutSchedule, of id: StripeID<Account>, idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/accounts/\(id)", idempotencyKey) { $0.add(schedule) }
    }
}

extension StripeCall where Object == Deleted<Account> {
    /// Removes an account whose balance is zero.
    public static func deleteAccount(_ id: StripeID<Account>) -> Self { Self(.delete, "/v1/accounts/\(id)") }
}

extension StripeCall where Object == AccountLink {
    /// A link to the pages on which the account's holder tells Stripe about themselves.
    public static func onboardingLink(
        for account: StripeID<Account>, refreshURL: String, returnURL: String, idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/account_links", idempotencyKey) { form in
            form.add("account", account)
            form.add("refresh_url", refreshURL)
            form.add("return_url", returnURL)
            form.add("type", "account_onboarding")
        }
    }
}

extension StripeCall where Object == Payout {
    /// Pays a connected account out.
    public static func createPayout(
        _ amount: Money, from account: StripeID<Account>, metadata: [String: String] = [:],
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/payouts", idempotencyKey, account: account) { form in
            form.add("amount", amount.amount)
            form.add("currency", amount.currency.code)
            form.add("metadata", metadata)
        }
    }

    /// Reads a payout.
    public static func payout(_ id: StripeID<Payout>, of account: StripeID<Account>) -> Self {
        Self(.get, "/v1/payouts/\(id)", account: account)
    }
}

extension StripeCall where Object == StripeList<Payout> {
    /// An account's payouts, newest first, made at or after `created`.
    public static func payouts(
        of account: StripeID<Account>, since created: Int64? = nil, limit: Int64 = 100,
        after last: StripeID<Payout>? = nil
    ) -> Self {
        Self(.get, "/v1/payouts", account: account) { form in
            form.add("created[gte]", created)
            form.add("limit", limit)
            form.add("starting_after", last)
        }
    }
}

extension StripeCall where Object == Balance {
    /// What an account has; nil: the platform.
    public static func balance(of account: StripeID<Account>? = nil) -> Self {
        Self(.get, "/v1/balance", account: account)
    }
}

extension StripeCall where Object == StripeList<BalanceTransaction> {
    /// The entries of a balance, newest first: what a reconciler reads.
    public static func balanceTransactions(
        of account: StripeID<Account>? = nil, since created: Int64? = nil, limit: Int64 = 100,
        after last: StripeID<BalanceTransaction>? = nil
    ) -> Self {
        Self(.get, "/v1/balance_transactions", account: account) { form in
            form.add("created[gte]", created)
            form.add("limit", limit)
            form.add("starting_after", last)
        }
    }
}

extension Form {
    fileprivate mutating func add(_ schedule: PayoutSchedule) {
        let name = "settings[payouts][schedule]"
        switch schedule {
        case .manual: add("\(name)[interval]", "manual")
        case .daily: add("\(name)[interval]", "daily")
        case .weekly(let anchor):
            add("\(name)[interval]", "weekly")
            add("\(name)[weekly_anchor]", anchor)
        case .monthly(let anchor):
            add("\(name)[interval]", "monthly")
            add("\(name)[monthly_anchor]", anchor)
        }
    }
}
