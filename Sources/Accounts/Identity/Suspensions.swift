public import Database

/// Suspended accounts: `suspended_at` in `users`.
///
/// Whoever is suspended cannot sign in, and every sign-in ends at once; a consultant is no longer available, listed or asked.
/// Nothing else is touched: a call that runs goes on, what is owed is paid, and when the suspension is lifted all is as it was.
public enum Suspensions {
    /// An account whose row is held until the end of the transaction.
    public struct Account: Sendable, Hashable {
        /// Its e-mail address.
        public let email: String
        /// Since when it is suspended; nil: it is not.
        public let suspendedAt: Timestamp?
    }

    /// Holds an account, so that it neither signs in nor asks anything meanwhile.
    ///
    /// - Returns: nil where there is none, or it was erased.
    public static func hold(_ user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Account? {
        try await transaction.query(
            "SELECT email, suspended_at FROM users WHERE id = \(user) AND erased_at IS NULL FOR NO KEY UPDATE"
        ).first.map { row throws(DatabaseError) in
            Account(
                email: try row.get("email", as: String.self),
                suspendedAt: try row.get("suspended_at", as: Timestamp?.self))
        }
    }

    /// Suspends an account that is held. One that is suspended already stays so since then.
    ///
    /// A sign-in begins under the lock of the account's row, so that none begins beside this one and is left out.
    public static func begin(_ user: UniqueID, at now: Timestamp, in transaction: Transaction) async throws {
        try await transaction.query(
            "UPDATE users SET suspended_at = coalesce(suspended_at, \(now)::timestamptz) WHERE id = \(user)")
        // Whoever asks them is told by the trigger of their availability.
        _ = try await Availabilities.wish(false, of: user, in: transaction)
        try await SignIns.revokeAll(of: user, reason: "suspended", in: transaction)
        try await transaction.query(SecurityEvents.record(.suspended, of: user, address: nil))
    }

    /// Lifts the suspension of an account that is held.
    public static func lift(_ user: UniqueID, in transaction: Transaction) async throws {
        try await transaction.query("UPDATE users SET suspended_at = NULL WHERE id = \(user)")
        try await transaction.query(SecurityEvents.record(.suspensionLifted, of: user, address: nil))
    }

    /// Whether an account is suspended.
    public static func contains(_ user: UniqueID, on database: some Queryable) async throws(DatabaseError) -> Bool {
        let rows = try await database.query("SELECT FROM users WHERE id = \(user) AND suspended_at IS NOT NULL")
        return !rows.isEmpty
    }
}
