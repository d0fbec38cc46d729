public import Database
public import Money

/// What stands on an account.
public struct LedgerBalance: Hashable, Sendable {
    /// What the account is for.
    public let kind: LedgerAccount.Kind
    /// Whose it is; nil for all of its kind together, and for the platform's.
    public let person: UniqueID?
    /// The sum of its entries: a debit is positive, a credit negative.
    public let amount: Money
    /// How many entries.
    public let entries: Int
}

extension Ledger {
    /// The balances of all accounts of each kind together, by currency.
    public static func balances(on database: some Queryable) async throws(DatabaseError) -> [LedgerBalance] {
        try await read(
            """
            SELECT kind, NULL::uuid, ledger_accounts.currency, coalesce(sum(amount), 0), count(amount)
            FROM ledger_accounts LEFT JOIN ledger_entries ON account_id = ledger_accounts.id
            GROUP BY kind, ledger_accounts.currency ORDER BY ledger_accounts.currency, kind
            """, on: database)
    }

    /// The balances of a person's accounts.
    public static func balances(
        of person: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> [LedgerBalance] {
        try await read(
            """
            SELECT kind, person_id, ledger_accounts.currency, coalesce(sum(amount), 0), count(amount)
            FROM ledger_accounts LEFT JOIN ledger_entries ON account_id = ledger_accounts.id
            WHERE person_id = \(person)
            GROUP BY kind, person_id, ledger_accounts.currency ORDER BY ledger_accounts.currency, kind
            """, on: database)
    }

    private static func read(
        _ statement: SQL, on database: some Queryable
    ) async throws(DatabaseError) -> [LedgerBalance] {
        var balances: [LedgerBalance] = []
        for row in try await database.query(statement) {
            let code = try row.get(2, as: String.self)
            guard let currency = Currency(code) else { throw DatabaseError(.decoding, "'\(code)' is no currency") }
            balances.append(
                LedgerBalance(
                    kind: try row.get(0, as: LedgerAccount.Kind.self), person: try row.get(1, as: UniqueID?.self),
                    amount: Money(amount: try row.get(3, as: Int64.self), currency: currency),
                    entries: try row.get(4, as: Int.self)))
        }
        return balances
    }
}
