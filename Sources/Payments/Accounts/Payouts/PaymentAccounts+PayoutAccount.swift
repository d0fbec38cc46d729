public import Database
internal import Logging
internal import Stripe

extension PaymentAccounts {
    /// Where an account's holder lives, unless they say otherwise.
    static let defaultCountry = "US"

    /// Makes a consultant's account at Stripe where there is none yet, and a link to the pages on which Stripe asks its holder
    /// what it must know. The link is for them alone, works once, and not for long.
    ///
    /// What makes the account is stored before it is sent, and sent again as it was.
    ///
    /// - Parameter country: ISO 3166-1; only for a new account.
    /// - Throws: ``PaymentAccountError``.
    public func openPayoutAccount(of user: UniqueID, country: String? = nil) async throws -> String {
        let account = try await account(of: user, country: country ?? Self.defaultCountry)
        // The page is the consultant's own; where they come back to says nothing, so the account is read.
        let link = try await ask(
            .onboardingLink(
                for: account, refreshURL: "\(clientURL)/earnings",
                returnURL: "\(clientURL)/earnings",
                idempotencyKey: try Self.onceKey("cc-onboarding")))
        try await read(account)
        return link.url
    }

    private func account(of user: UniqueID, country: String) async throws -> StripeID<Account> {
        let stored = try await pool.withTransaction { transaction -> Row? in
            let people = try await transaction.query(
                "SELECT email::text FROM users WHERE id = \(user) AND erased_at IS NULL FOR SHARE")
            guard let person = people.first else { throw PaymentAccountError.accountGone }
            let call = StripeCall.createAccount(
                email: try person.get(0, as: String.self), country: country,
                schedule: PayoutAccount.Interval.weekly.schedule, metadata: ["user": user.description],
                idempotencyKey: try Self.key("cc-account-\(UniqueID())"))
            return try await transaction.pipeline([
                """
                INSERT INTO payout_accounts (user_id, request) VALUES (\(user), \(try JSONText(encoding: call.request)))
                ON CONFLICT (user_id) DO NOTHING
                """,
                "SELECT processor_id, request FROM payout_accounts WHERE user_id = \(user)",
            ])[1].first
        }
        guard let stored else { throw PaymentAccountError.noPayoutAccount }
        if let id = try stored.get("processor_id", as: String?.self) { return try Self.known(id) }
        guard let request = try stored.get("request", as: JSONText?.self) else {
            throw PaymentAccountError.noPayoutAccount
        }
        return try await make(try request.decode(as: StripeRequest.self), of: user)
    }

    private func make(_ request: StripeRequest, of user: UniqueID) async throws -> StripeID<Account> {
        let made: Account
        do {
            made = try await ask(StripeCall<Account>(request))
        } catch let error as PaymentAccountError where error == .failed {
            try await pool.query("DELETE FROM payout_accounts WHERE user_id = \(user) AND processor_id IS NULL")
            throw error
        } catch let error as StripeError where error.kind == .invalidRequest {
            // It will never be taken; another country may.
            try await pool.query("DELETE FROM payout_accounts WHERE user_id = \(user) AND processor_id IS NULL")
            if error.code == "country_unsupported" || error.parameter == "country" {
                throw PaymentAccountError.countryNotServed
            }
            throw error
        }
        let rows = try await pool.query(
            """
            UPDATE payout_accounts SET processor_id = coalesce(processor_id, \(made.id.text)), request = NULL
            WHERE user_id = \(user) RETURNING processor_id
            """)
        guard let row = rows.first else { throw PaymentAccountError.accountGone }
        return try Self.known(try row.get(0, as: String.self))
    }

    /// Reads an account and keeps what it is.
    func read(_ id: StripeID<Account>) async throws {
        let began = Timestamp.now()
        try await PayoutAccount.keep(try await ask(.account(id)), readAt: began, on: pool)
    }

    /// A consultant's account; one that is not ready is read anew, because nobody says when its holder is done.
    public func payoutAccount(of user: UniqueID) async throws -> PayoutAccount? {
        let stored = try await PayoutAccount.find(user, on: pool)
        guard let stored, stored.state != .enabled, let text = stored.processorID else { return stored }
        do {
            try await read(try Self.known(text))
        } catch {
            logger.info("a payout account is shown as it was read before", metadata: ["reason": "\(error)"])
            return stored
        }
        return try await PayoutAccount.find(user, on: pool)
    }

    /// Changes when an account is paid out.
    ///
    /// - Throws: ``PaymentAccountError/noPayoutAccount`` where there is none.
    public func setInterval(_ interval: PayoutAccount.Interval, of user: UniqueID) async throws -> PayoutAccount {
        guard let text = try await PayoutAccount.find(user, on: pool)?.processorID else {
            throw PaymentAccountError.noPayoutAccount
        }
        let id: StripeID<Account> = try Self.known(text)
        _ = try await ask(
            .setPayoutSchedule(interval.schedule, of: id, idempotencyKey: try Self.onceKey("cc-interval")))
        try await read(id)
        guard let changed = try await PayoutAccount.find(user, on: pool) else {
            throw PaymentAccountError.noPayoutAccount
        }
        return changed
    }

    /// Whose account it is.
    func holder(of account: StripeID<Account>) async throws -> UniqueID? {
        try await pool.query("SELECT user_id FROM payout_accounts WHERE processor_id = \(account.text)").first
            .map { try $0.get(0, as: UniqueID.self) }
    }
}
