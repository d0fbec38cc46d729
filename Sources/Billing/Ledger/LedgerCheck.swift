public import Database

/// What an examination of the ledger came to. Each part of it adds findings; without any the ledger is in order.
public struct LedgerReport: Sendable {
    /// Something that is not as it has to be.
    public struct Finding: Hashable, Sendable, Codable {
        /// Which rule it breaks: a stable name.
        public let rule: String
        /// What it is about: a transaction's source, a payment, an account.
        public let subject: String
        /// For people.
        public let words: String

        /// A finding.
        public init(rule: String, subject: String, words: String) {
            self.rule = rule
            self.subject = subject
            self.words = words
        }
    }

    /// How many transactions there are.
    public var transactions = 0
    /// What stands on the accounts.
    public var balances: [LedgerBalance] = []
    /// What is not in order, at most `limit` of each rule.
    public var findings: [Finding] = []

    /// At most so many findings of a rule are named.
    public static let limit = 100

    /// Whether nothing was found.
    public var isInOrder: Bool { findings.isEmpty }
}

extension Ledger {
    /// Examines the ledger by itself and against the payments it was written for.
    ///
    /// What the database refuses anyhow is examined too: a restored backup or a disabled trigger would not say so.
    public static func check(on pool: DatabasePool) async throws -> LedgerReport {
        try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
            var report = LedgerReport()
            let count = try await transaction.query("SELECT count(*) FROM ledger_transactions")
            report.transactions = try count[0].get(0, as: Int.self)
            report.balances = try await balances(on: transaction)
            for rule in rules {
                for row in try await transaction.query("\(rule.statement) LIMIT \(LedgerReport.limit)") {
                    report.findings.append(
                        .init(
                            rule: rule.name, subject: try row.get(0, as: String.self),
                            words: rule.words + ": " + (try row.get(1, as: String.self))))
                }
            }
            return report
        }
    }

    private struct Rule: Sendable {
        let name: String
        let words: String
        /// Rows of what breaks the rule: what it is about, and by how much.
        let statement: SQL
    }

    private static var rules: [Rule] {
        [
            Rule(
                name: "balanced", words: "its entries do not come to nothing",
                statement: """
                    SELECT source, sum(amount) || ' ' || currency FROM ledger_transactions
                        JOIN ledger_entries ON transaction_id = ledger_transactions.id
                    GROUP BY source, currency HAVING sum(amount) <> 0 ORDER BY source
                    """),
            Rule(
                name: "complete", words: "it has fewer than two entries",
                statement: """
                    SELECT source, count(amount)::text FROM ledger_transactions
                        LEFT JOIN ledger_entries ON transaction_id = ledger_transactions.id
                    GROUP BY source HAVING count(amount) < 2 ORDER BY source
                    """),
            Rule(
                name: "customers_even", words: "what is charged and what is paid differ",
                statement: """
                    SELECT person_id::text, sum(amount) || ' ' || ledger_accounts.currency FROM ledger_accounts
                        JOIN ledger_entries ON account_id = ledger_accounts.id
                    WHERE kind = 'customer' GROUP BY person_id, ledger_accounts.currency
                    HAVING sum(amount) <> 0 ORDER BY person_id
                    """),
            Rule(
                name: "payments", words: "its payments and its ledger entries differ (payments, ledger)",
                statement: """
                    WITH paid AS (
                        SELECT session_id, currency::text, sum(captured_amount - refunded_amount) AS amount,
                            sum(fee_amount - refunded_fee_amount) AS fee
                        FROM payments WHERE captured_amount > 0 GROUP BY session_id, currency
                    ), booked AS (
                        SELECT session_id, ledger_entries.currency::text,
                            coalesce(sum(amount) FILTER (WHERE ledger_accounts.kind = 'stripe'), 0) AS amount,
                            coalesce(-sum(amount) FILTER (WHERE ledger_accounts.kind = 'platform_fee'), 0) AS fee
                        FROM ledger_transactions JOIN ledger_entries ON transaction_id = ledger_transactions.id
                            JOIN ledger_accounts ON ledger_accounts.id = account_id
                        WHERE ledger_transactions.kind IN ('captured', 'refunded') AND session_id IN (SELECT id FROM sessions)
                        GROUP BY session_id, ledger_entries.currency
                    )
                    SELECT session_id::text, format('%s fee %s, %s fee %s %s', coalesce(paid.amount, 0),
                        coalesce(paid.fee, 0), coalesce(booked.amount, 0), coalesce(booked.fee, 0), currency)
                    FROM paid FULL JOIN booked USING (session_id, currency)
                    WHERE session_id IN (SELECT session_id FROM charges) AND (coalesce(paid.amount, 0), coalesce(paid.fee, 0))
                        IS DISTINCT FROM (coalesce(booked.amount, 0), coalesce(booked.fee, 0))
                    ORDER BY session_id
                    """),
            // A bank that gives money back may say so some days before.
            Rule(
                name: "disputes", words: "it is decided, and money is still held for it",
                statement: """
                    SELECT disputes.processor_id, sum(ledger_entries.amount) || ' ' || ledger_entries.currency
                    FROM disputes JOIN payments ON payments.id = payment_id
                        JOIN ledger_transactions ON ledger_transactions.session_id = payments.session_id
                            AND starts_with(source, 'dispute ' || disputes.processor_id || ' ')
                        JOIN ledger_entries ON transaction_id = ledger_transactions.id
                        JOIN ledger_accounts ON ledger_accounts.id = account_id
                    WHERE ledger_accounts.kind = 'disputes' AND closed_at IS NOT NULL
                        AND (disputes.state <> 'won' OR closed_at < now() - interval '7 days')
                    GROUP BY disputes.processor_id, ledger_entries.currency HAVING sum(ledger_entries.amount) <> 0
                    ORDER BY disputes.processor_id
                    """),
        ]
    }
}
