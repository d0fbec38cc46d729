public import Database
internal import Money

/// The double-entry ledger in `ledger_accounts`, `ledger_transactions` and `ledger_entries`. Rows are added and nothing else;
/// the database itself refuses what is not in balance, what is changed, and what is booked twice.
public enum Ledger {
    /// Why something was not booked.
    public enum Refusal: Error, Sendable, Hashable {
        /// The amounts are none: below 0, or a fee beyond its amount.
        case amounts
        /// The source names another movement already.
        case sourceTaken(String)
    }

    /// Books a movement in the caller's transaction, together with the state that caused it.
    ///
    /// - Returns: false where it was booked before, or where nothing moves.
    /// - Throws: `Refusal`; `DatabaseError`.
    @discardableResult
    public static func book(_ movement: LedgerTransaction, in transaction: Transaction) async throws -> Bool {
        guard let entries = movement.event.entries(customer: movement.customer, consultant: movement.consultant) else {
            throw Refusal.amounts
        }
        if entries.isEmpty { return false }
        let id = UniqueID(at: movement.occurred)
        let added = try await transaction.query(
            """
            INSERT INTO ledger_transactions (id, source, kind, session_id, occurred_at)
            VALUES (\(id), \(movement.source), \(movement.event.kind), \(movement.session), \(movement.occurred))
            ON CONFLICT (source) DO NOTHING
            """)
        guard added.affected == 1 else {
            guard try await isSame(movement, entries, in: transaction) else {
                throw Refusal.sourceTaken(movement.source)
            }
            return false
        }
        // Always in the same order, so that two that need the same new accounts do not wait for each other.
        let accounts = Set(entries.map(\.account)).sorted { left, right in
            (left.kind.rawValue, left.person?.description ?? "") < (
                right.kind.rawValue, right.person?.description ?? ""
            )
        }
        var statements: [SQL] = accounts.map { account in
            """
            INSERT INTO ledger_accounts (kind, person_id, currency)
            VALUES (\(account.kind.rawValue), \(account.person), \(movement.currency.code)) ON CONFLICT DO NOTHING
            """
        }
        statements += entries.map { entry in
            """
            INSERT INTO ledger_entries (transaction_id, account_id, currency, amount)
            SELECT \(id), id, currency, \(entry.amount) FROM ledger_accounts
            WHERE kind = \(entry.account.kind.rawValue) AND currency = \(movement.currency.code)
                AND person_id IS NOT DISTINCT FROM \(entry.account.person)::uuid
            """
        }
        _ = try await transaction.pipeline(statements)
        return true
    }

    private static func isSame(
        _ movement: LedgerTransaction, _ entries: [LedgerEntry], in transaction: Transaction
    ) async throws(DatabaseError) -> Bool {
        let rows = try await transaction.query(
            """
            SELECT ledger_transactions.kind, ledger_accounts.kind, person_id, amount, ledger_entries.currency
            FROM ledger_transactions JOIN ledger_entries ON transaction_id = ledger_transactions.id
                JOIN ledger_accounts ON ledger_accounts.id = account_id
            WHERE source = \(movement.source) ORDER BY ledger_entries.id
            """)
        guard rows.count == entries.count else { return false }
        for (row, entry) in zip(rows, entries) {
            guard try row.get(0, as: String.self) == movement.event.kind,
                try row.get(1, as: LedgerAccount.Kind.self) == entry.account.kind,
                try row.get(2, as: UniqueID?.self) == entry.account.person,
                try row.get(3, as: Int64.self) == entry.amount,
                try row.get(4, as: String.self) == movement.currency.code
            else { return false }
        }
        return true
    }
}
