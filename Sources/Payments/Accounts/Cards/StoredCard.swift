public import Database

/// A stored card, as it is shown.
public struct StoredCard: Sendable, Hashable {
    /// Our id.
    public let id: UniqueID
    /// Stripe's id.
    public let processorID: String
    /// `visa`.
    public let brand: String
    /// The last four digits.
    public let last4: String
    /// 1 to 12.
    public let expiryMonth: Int
    /// Four digits.
    public let expiryYear: Int
    /// Whether it is what calls are charged to.
    public let isDefault: Bool
    /// When it was stored here.
    public let createdAt: Timestamp
    /// When it was removed.
    public let removedAt: Timestamp?

    static let columns: SQL = """
        payment_methods.id, payment_methods.processor_id, brand, last4, exp_month, exp_year, is_default,
        payment_methods.created_at, removed_at
        """

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id", as: UniqueID.self)
        processorID = try row.get("processor_id", as: String.self)
        brand = try row.get("brand", as: String.self)
        last4 = try row.get("last4", as: String.self)
        expiryMonth = try row.get("exp_month", as: Int.self)
        expiryYear = try row.get("exp_year", as: Int.self)
        isDefault = try row.get("is_default", as: Bool.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        removedAt = try row.get("removed_at", as: Timestamp?.self)
    }

    /// A customer's cards, the newest first, without the removed ones.
    public static func all(of user: UniqueID, on database: some Queryable) async throws(DatabaseError) -> [StoredCard] {
        try await database.query(
            """
            SELECT \(columns) FROM payment_methods WHERE user_id = \(user) AND removed_at IS NULL
            ORDER BY created_at DESC, id DESC
            """
        ).map { row throws(DatabaseError) in try StoredCard(row) }
    }

    /// One of a customer's cards, also where it was removed.
    static func find(
        _ id: UniqueID, of user: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> StoredCard? {
        try await database.query("SELECT \(columns) FROM payment_methods WHERE id = \(id) AND user_id = \(user)").first
            .map { row throws(DatabaseError) in try StoredCard(row) }
    }
}
