internal import Database

// How money came to move. Tax law and the balance of the books keep it; nothing in a row says who, once the account is
// pseudonymised.

extension PersonalData {
    static let moneyTables: [PersonalTable] = [
        PersonalTable(
            "payment_requests", holds: "what was asked of the payment processor, and how it answered",
            purpose: "so that nothing is charged twice", readers: "operators",
            export: .none("each belongs to a payment, which is there"), fate: .pseudonymised),
        PersonalTable(
            "charges", holds: "which parts of a session are held, charged or given back",
            purpose: "to charge a session, exactly once", readers: "operators",
            export: .none("the payments it leads to are there"), fate: .pseudonymised),
        PersonalTable(
            "ledger_accounts", holds: "what you were charged and paid, or earned and were paid out, to the cent",
            purpose: "to prove every movement of money; tax law", readers: "you, operators",
            export: .sections([
                .init("ledger") { user in
                    jsonList(
                        """
                        SELECT ledger_accounts.kind AS account, ledger_transactions.kind AS movement,
                            session_id AS "sessionId", amount, ledger_entries.currency, occurred_at AS "occurredAt"
                        FROM ledger_accounts JOIN ledger_entries ON account_id = ledger_accounts.id
                            JOIN ledger_transactions ON ledger_transactions.id = transaction_id
                        WHERE person_id = \(user) ORDER BY ledger_entries.id
                        """)
                }
            ]), fate: .pseudonymised),
        PersonalTable(
            "media_records", holds: "how much media went in each direction of a session, for each ten seconds",
            purpose: "to prove what is charged; tax law", readers: "both sides, operators",
            export: .none("the receipts, which are there, sum them up; both sides read each with the receipt"),
            fate: .pseudonymised),
        PersonalTable(
            "media_receipts", holds: "what a session came to and what was paid for it, signed",
            purpose: "to prove what is charged; tax law", readers: "both sides, operators",
            export: .sections([
                .init("receipts") { user in
                    jsonList(
                        """
                        SELECT statement AS receipt, key_id AS "keyId", signature
                        FROM media_receipts JOIN sessions ON sessions.id = session_id
                        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY session_id, revision
                        """)
                }
            ]), fate: .pseudonymised),
    ]
}
