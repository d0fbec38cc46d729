internal import Database
internal import Money

/// What a consultant earned, to the minor unit, from payments and the ledger.
struct Earnings {
    /// Days in UTC, both included; nil: from the start, until now.
    struct Period {
        var from: Timestamp?
        /// The first moment after it.
        var end: Timestamp?
    }

    /// What was captured, and what became of it, in one currency.
    struct Sum: Hashable {
        var charged: Int64 = 0
        var fee: Int64 = 0
        var refunded: Int64 = 0
        var earned: Int64 { charged - refunded - fee }
    }

    struct Total {
        let currency: Currency
        var sum = Sum()
        var paidOut: Int64 = 0
        var pending: Int64 = 0
    }

    struct Week {
        /// Its Monday: `2026-11-23`.
        let start: String
        let currency: Currency
        let sessions: Int
        let sum: Sum
    }

    let totals: [Total]
    let weeks: [Week]

    /// Weeks begin on Monday at 0:00 UTC; a payment counts when it was captured, what was given back of it there too.
    static func of(_ consultant: UniqueID, in period: Period, on database: some Queryable) async throws -> Earnings {
        let payments: SQL = """
            FROM payments JOIN sessions ON sessions.id = session_id
            WHERE consultant_id = \(consultant) AND captured_at IS NOT NULL AND captured_amount > 0
                AND (\(period.from)::timestamptz IS NULL OR captured_at >= \(period.from)::timestamptz)
                AND (\(period.end)::timestamptz IS NULL OR captured_at < \(period.end)::timestamptz)
            """
        let sums: SQL = """
            sum(captured_amount)::int8 AS charged, sum(fee_amount - refunded_fee_amount)::int8 AS fee,
            sum(refunded_amount)::int8 AS refunded
            """
        let answers = try await database.pipeline([
            "SELECT currency, \(sums) \(payments) GROUP BY currency",
            """
            SELECT currency, to_char(date_trunc('week', captured_at, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS start,
                count(DISTINCT session_id) AS sessions, \(sums)
            \(payments) GROUP BY currency, start ORDER BY start DESC, currency
            """,
            """
            SELECT ledger_accounts.currency, coalesce(-sum(amount), 0)::int8 AS pending,
                coalesce(sum(amount) FILTER (WHERE ledger_transactions.kind IN ('payout_paid', 'payout_failed')
                    AND (\(period.from)::timestamptz IS NULL OR occurred_at >= \(period.from)::timestamptz)
                    AND (\(period.end)::timestamptz IS NULL OR occurred_at < \(period.end)::timestamptz)), 0)::int8 AS paid_out
            FROM ledger_accounts JOIN ledger_entries ON account_id = ledger_accounts.id
                JOIN ledger_transactions ON ledger_transactions.id = transaction_id
            WHERE ledger_accounts.kind = 'consultant_payable' AND person_id = \(consultant)
            GROUP BY ledger_accounts.currency
            """,
        ])
        var totals: [Currency: Total] = [:]
        for row in answers[0] {
            let currency = try currency(row)
            totals[currency] = Total(currency: currency, sum: try sum(row))
        }
        for row in answers[2] {
            let currency = try currency(row)
            totals[currency, default: Total(currency: currency)].pending = try row.get("pending", as: Int64.self)
            totals[currency]?.paidOut = try row.get("paid_out", as: Int64.self)
        }
        return Earnings(
            totals: totals.values.sorted { $0.currency.code < $1.currency.code },
            weeks: try answers[1].map { row in
                Week(
                    start: try row.get("start", as: String.self), currency: try currency(row),
                    sessions: try row.get("sessions", as: Int.self), sum: try sum(row))
            })
    }

    private static func currency(_ row: Row) throws(DatabaseError) -> Currency {
        let code = try row.get("currency", as: String.self)
        guard let currency = Currency(code) else { throw DatabaseError(.decoding, "'\(code)' is no currency") }
        return currency
    }

    private static func sum(_ row: Row) throws(DatabaseError) -> Sum {
        Sum(
            charged: try row.get("charged", as: Int64.self), fee: try row.get("fee", as: Int64.self),
            refunded: try row.get("refunded", as: Int64.self))
    }
}
