internal import Database
internal import Money

/// What a consultant earned in a month, in one currency. Amounts count in the month in which they moved: what is given back
/// later is taken off then, and what was stated stays so.
struct StatementTotal: Sendable, Hashable {
    /// `2026-11`, in UTC.
    let month: String
    /// Sessions of which something was charged.
    let sessions: Int
    /// What customers paid, without what was given back.
    let charged: Money
    /// What was given back in the month, of it or of earlier charges; taken off `charged` already.
    let refunded: Money
    /// The platform's part of `charged`.
    let fee: Money

    /// The consultant's part.
    var earned: Money { Money(amount: charged.amount - fee.amount, currency: charged.currency) }
}

/// What one session came to in a month.
struct StatementLine: Sendable, Hashable {
    let session: UniqueID
    /// The day of its first movement in the month.
    let day: String
    let charged: Money
    let refunded: Money
    let fee: Money

    var earned: Money { Money(amount: charged.amount - fee.amount, currency: charged.currency) }
}

/// The months of consultants, read from the ledger.
enum StatementStore {
    /// Sessions that one month's statement lists for each person; the totals are of all.
    static let mostLines = 1000
    private static let mostMonths = 600

    /// A consultant's movements: captures, refunds, and disputes that were lost or regained, with what of them came from the
    /// customer and what went to the platform.
    private static func movements(of consultant: UniqueID) -> SQL {
        """
        SELECT to_char(moved.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
            to_char(moved.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, moved.session_id, moved.kind,
            own.currency, -own.amount - coalesce(platform.amount, 0) AS charged,
            CASE moved.kind WHEN 'captured' THEN 0 ELSE own.amount + coalesce(platform.amount, 0) END AS refunded,
            -coalesce(platform.amount, 0) AS fee
        FROM ledger_transactions AS moved
        JOIN (
            SELECT transaction_id, ledger_entries.currency, sum(amount) AS amount
            FROM ledger_entries JOIN ledger_accounts ON ledger_accounts.id = account_id
            WHERE kind = 'consultant_payable' AND person_id = \(consultant)
            GROUP BY transaction_id, ledger_entries.currency
        ) AS own ON own.transaction_id = moved.id
        LEFT JOIN LATERAL (
            SELECT sum(amount) AS amount FROM ledger_entries JOIN ledger_accounts ON ledger_accounts.id = account_id
            WHERE kind = 'platform_fee' AND transaction_id = moved.id
        ) AS platform ON true
        WHERE moved.kind IN ('captured', 'refunded', 'dispute_lost', 'dispute_regained')
        """
    }

    private static let sums: SQL =
        "sum(charged)::int8 AS charged, sum(refunded)::int8 AS refunded, sum(fee)::int8 AS fee"

    /// Every month of a consultant's, the newest first.
    static func totals(of consultant: UniqueID, on database: some Queryable) async throws -> [StatementTotal] {
        try await database.query(
            """
            SELECT month, currency, count(DISTINCT session_id) FILTER (WHERE kind = 'captured') AS sessions, \(sums)
            FROM (\(movements(of: consultant))) AS movement
            GROUP BY month, currency ORDER BY month DESC, currency LIMIT \(mostMonths)
            """
        ).map { row in
            let currency = try currency(row)
            return StatementTotal(
                month: try row.get("month", as: String.self), sessions: try row.get("sessions", as: Int.self),
                charged: try money(row, "charged", currency), refunded: try money(row, "refunded", currency),
                fee: try money(row, "fee", currency))
        }
    }

    /// The sessions of a month, in the order in which money first moved.
    static func lines(
        of consultant: UniqueID, in month: String, on database: some Queryable
    ) async throws -> [StatementLine] {
        try await database.query(
            """
            SELECT session_id, currency, min(day) AS day, \(sums)
            FROM (\(movements(of: consultant))) AS movement WHERE month = \(month) AND session_id IS NOT NULL
            GROUP BY session_id, currency ORDER BY currency, day, session_id LIMIT \(mostLines)
            """
        ).map { row in
            let currency = try currency(row)
            return StatementLine(
                session: try row.get("session_id", as: UniqueID.self), day: try row.get("day", as: String.self),
                charged: try money(row, "charged", currency), refunded: try money(row, "refunded", currency),
                fee: try money(row, "fee", currency))
        }
    }

    private static func currency(_ row: Row) throws(DatabaseError) -> Currency {
        guard let currency = Currency(try row.get("currency", as: String.self)) else {
            throw DatabaseError(.decoding, "a movement in no known currency")
        }
        return currency
    }

    private static func money(_ row: Row, _ column: String, _ currency: Currency) throws(DatabaseError) -> Money {
        Money(amount: try row.get(column, as: Int64.self), currency: currency)
    }
}
