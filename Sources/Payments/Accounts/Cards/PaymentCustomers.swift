internal import Database
internal import Stripe

extension PaymentAccounts {
    /// The user's customer at Stripe; made where there is none yet, under a key that follows from the user. Stripe learns our
    /// id of them, and neither name nor address.
    ///
    /// Should Stripe's answer stay away for longer than it remembers keys, or be a failure, which it would repeat under the key,
    /// another one is made; the first has no card, and is never used.
    func customer(of user: UniqueID) async throws -> StripeID<Customer> {
        let answers = try await pool.pipeline([
            """
            INSERT INTO payment_customers (user_id) SELECT id FROM users WHERE id = \(user) AND erased_at IS NULL
            ON CONFLICT (user_id) DO NOTHING
            """,
            "SELECT processor_id, attempt FROM payment_customers WHERE user_id = \(user) AND erased_at IS NULL",
        ])
        guard let row = answers[1].first else { throw PaymentAccountError.accountGone }
        if let id = try row.get("processor_id", as: String?.self) { return try Self.known(id) }
        return try await makeCustomer(of: user, attempt: try row.get("attempt", as: Int.self))
    }

    private func makeCustomer(of user: UniqueID, attempt: Int) async throws -> StripeID<Customer> {
        let call = StripeCall.createCustomer(
            email: nil, name: nil, metadata: ["user": user.description],
            idempotencyKey: try Self.key("cc-customer-\(user)-\(attempt)"))
        let made: Customer
        do {
            made = try await ask(call)
        } catch let error as PaymentAccountError where error == .failed {
            try await pool.query(
                "UPDATE payment_customers SET attempt = \(attempt + 1) WHERE user_id = \(user) AND attempt = \(attempt)"
            )
            throw error
        }
        let rows = try await pool.query(
            """
            UPDATE payment_customers SET processor_id = coalesce(processor_id, \(made.id.text)) WHERE user_id = \(user)
            RETURNING processor_id
            """)
        guard let row = rows.first else { throw PaymentAccountError.accountGone }
        return try Self.known(try row.get(0, as: String.self))
    }

    /// The user's customer at Stripe, where there is one.
    func presentCustomer(of user: UniqueID) async throws -> StripeID<Customer>? {
        let rows = try await pool.query(
            """
            SELECT processor_id FROM payment_customers
            WHERE user_id = \(user) AND erased_at IS NULL AND processor_id IS NOT NULL
            """)
        return try rows.first.map { try Self.known(try $0.get(0, as: String.self)) }
    }

    /// Whose customer it is.
    func user(of customer: StripeID<Customer>) async throws -> UniqueID? {
        try await pool.query(
            "SELECT user_id FROM payment_customers WHERE processor_id = \(customer.text) AND erased_at IS NULL"
        ).first.map { try $0.get(0, as: UniqueID.self) }
    }

    /// Removes the customers of erased accounts from Stripe, with their cards, and then their rows.
    ///
    /// - Returns: how many were removed.
    @discardableResult
    public func removeErasedCustomers(limit: Int = 100) async throws -> Int {
        let rows = try await pool.query(
            """
            SELECT user_id, processor_id, attempt FROM payment_customers WHERE erased_at IS NOT NULL
            ORDER BY erased_at LIMIT \(limit)
            """)
        for row in rows {
            let user = try row.get("user_id", as: UniqueID.self)
            // One that was asked for and never heard of is asked for again, to learn its name.
            let id: StripeID<Customer> =
                if let text = try row.get("processor_id", as: String?.self) {
                    try Self.known(text)
                } else {
                    try await makeCustomer(of: user, attempt: try row.get("attempt", as: Int.self))
                }
            do {
                _ = try await ask(.deleteCustomer(id))
            } catch let error as StripeError where error.isMissing {
                // It is gone already.
            }
            try await pool.query("DELETE FROM payment_customers WHERE user_id = \(user) AND erased_at IS NOT NULL")
        }
        return rows.count
    }
}

extension StripeError {
    /// Whether Stripe says that there is no such object.
    var isMissing: Bool { kind == .notFound || code == "resource_missing" }
}
