internal import Database
internal import Events
internal import Stripe

/// The rows of cards. Whoever changes a customer's cards holds the row of the customer.
enum CardStore {
    /// What a card shows of itself; nil where it is no card.
    struct Face {
        let brand: String
        let last4: String
        let month: Int
        let year: Int

        init?(_ method: PaymentMethod) {
            guard let card = method.card, let last4 = card.last4, last4.utf8.count == 4,
                last4.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let month = card.expiresInMonth, (1...12).contains(month),
                let year = card.expiresInYear, (2000...2999).contains(year)
            else { return nil }
            brand = String((card.brand ?? "card").prefix(50))
            self.last4 = last4
            self.month = month
            self.year = year
        }
    }

    /// Keeps a card that Stripe has stored with a customer; the first one is the default. A new one, and one that becomes the
    /// default, is told to whoever waits for a card.
    ///
    /// - Throws: ``PaymentAccountError``: the customer is gone, or the card is, or is somebody else's.
    static func keep(
        _ method: PaymentMethod, of user: UniqueID, asDefault: Bool, in transaction: Transaction
    ) async throws -> StoredCard {
        guard let face = Face(method) else { throw PaymentAccountError.notACard }
        try await lock(user, in: transaction)
        let added = try await transaction.query(
            """
            INSERT INTO payment_methods (id, user_id, processor_id, brand, last4, exp_month, exp_year)
            VALUES (\(UniqueID()), \(user), \(method.id.text), \(face.brand), \(face.last4), \(face.month), \(face.year))
            ON CONFLICT (processor_id) DO NOTHING
            """)
        let isNew = added.affected == 1
        if !isNew { try await update(method, in: transaction) }
        let rows = try await transaction.query(
            """
            SELECT \(StoredCard.columns), user_id = \(user) AS own,
                NOT EXISTS (SELECT FROM payment_methods AS other WHERE other.user_id = \(user) AND other.is_default) AS first
            FROM payment_methods WHERE processor_id = \(method.id.text)
            """)
        guard let row = rows.first else { throw PaymentAccountError.noSuchCard }
        guard try row.get("own", as: Bool.self) else { throw PaymentAccountError.belongsToAnother }
        let card = try StoredCard(row)
        guard card.removedAt == nil else { throw PaymentAccountError.noSuchCard }
        let becomesDefault = try row.get("first", as: Bool.self) || (asDefault && !card.isDefault)
        if becomesDefault { return try await makeDefault(card.id, of: user, in: transaction) }
        if isNew { try await tell(user, in: transaction) }
        return card
    }

    /// Makes a card the default.
    ///
    /// - Throws: ``PaymentAccountError/noSuchCard`` where it was removed meanwhile.
    static func makeDefault(_ id: UniqueID, of user: UniqueID, in transaction: Transaction) async throws -> StoredCard {
        try await lock(user, in: transaction)
        try await transaction.query(
            "UPDATE payment_methods SET is_default = false WHERE user_id = \(user) AND is_default AND id <> \(id)")
        let rows = try await transaction.query(
            """
            UPDATE payment_methods SET is_default = true WHERE id = \(id) AND user_id = \(user) AND removed_at IS NULL
            RETURNING \(StoredCard.columns)
            """)
        guard let row = rows.first else { throw PaymentAccountError.noSuchCard }
        try await tell(user, in: transaction)
        return try StoredCard(row)
    }

    /// Takes a card away; where it was the default, the newest of the others becomes it.
    static func remove(_ id: UniqueID, of user: UniqueID, in transaction: Transaction) async throws {
        try await lock(user, in: transaction)
        _ = try await transaction.pipeline([
            """
            UPDATE payment_methods SET is_default = false, removed_at = clock_timestamp()
            WHERE id = \(id) AND user_id = \(user) AND removed_at IS NULL
            """,
            """
            UPDATE payment_methods SET is_default = true WHERE id = (
                SELECT id FROM payment_methods WHERE user_id = \(user) AND removed_at IS NULL
                ORDER BY created_at DESC, id DESC LIMIT 1)
                AND NOT EXISTS (SELECT FROM payment_methods WHERE user_id = \(user) AND is_default)
            """,
        ])
    }

    /// Takes over what a card shows of itself, such as a new expiry.
    static func update(_ method: PaymentMethod, in transaction: Transaction) async throws {
        guard let face = Face(method) else { return }
        try await transaction.query(
            """
            UPDATE payment_methods SET brand = \(face.brand), last4 = \(face.last4), exp_month = \(face.month),
                exp_year = \(face.year)
            WHERE processor_id = \(method.id.text) AND removed_at IS NULL
            """)
    }

    private static func lock(_ user: UniqueID, in transaction: Transaction) async throws {
        let rows = try await transaction.query(
            "SELECT FROM payment_customers WHERE user_id = \(user) AND erased_at IS NULL FOR UPDATE")
        if rows.isEmpty { throw PaymentAccountError.accountGone }
    }

    private static func tell(_ user: UniqueID, in transaction: Transaction) async throws {
        try await Outbox.append(try PaymentMethodAdded(user: user).event(), in: transaction)
    }
}
