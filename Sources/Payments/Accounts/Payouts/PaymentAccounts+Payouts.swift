public import Database
internal import Logging
internal import Stripe

extension PaymentAccounts {
    /// Payouts read at once.
    private static let pageSize: Int64 = 100
    /// Pages read of one account at once.
    private static let mostPages = 20

    /// Lists a consultant's payouts at Stripe and keeps what was missed: what webhooks would have told.
    ///
    /// - Returns: how many were read.
    @discardableResult
    public func sync(_ user: UniqueID) async throws -> Int {
        guard let text = try await PayoutAccount.find(user, on: pool)?.processorID else { return 0 }
        let account: StripeID<Account> = try Self.known(text)
        try await read(account)
        var (last, count): (StripeID<Payout>?, Int) = (nil, 0)
        for _ in 0..<Self.mostPages {
            let page = try await ask(.payouts(of: account, limit: Self.pageSize, after: last))
            for payout in page.data { try await keep(payout, of: user) }
            count += page.data.count
            last = page.data.last?.id
            guard page.hasMore, last != nil else { break }
        }
        return count
    }

    /// The same for every consultant, one after the other; one that fails does not keep the others from theirs.
    public func syncAll() async throws {
        let rows = try await pool.query(
            "SELECT user_id FROM payout_accounts WHERE processor_id IS NOT NULL ORDER BY user_id")
        for row in rows {
            try Task.checkCancellation()
            let user = try row.get(0, as: UniqueID.self)
            do {
                try await sync(user)
            } catch let error as PaymentAccountError {
                // Stripe is away: for the others, too.
                throw error
            } catch let error as StripeError {
                logger.warning("payouts could not be read", metadata: ["consultant": "\(user)", "error": "\(error)"])
            }
        }
    }

    func keep(_ payout: Payout, of user: UniqueID) async throws {
        try await pool.withTransaction { try await PayoutStore.keep(payout, of: user, in: $0) }
    }
}
