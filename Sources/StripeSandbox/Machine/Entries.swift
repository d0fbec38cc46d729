extension Sandbox {
    /// Writes a line into an account's balance; what Stripe keeps of it is taken off.
    mutating func enter(
        _ type: String, _ amount: Int64, fee: Int64 = 0, currency: String, account: String = "", source: String,
        at now: Int64
    ) -> String {
        let id = makeID("txn_")
        entries.insert(
            EntryRow(
                id: id, created: now, account: account, amount: amount, fee: fee, currency: currency, type: type,
                source: source), id: id)
        balances[account, default: [:]][currency, default: 0] += amount - fee
        return id
    }

    /// What an account has in a currency.
    func balance(of account: String, _ currency: String) -> Int64 { balances[account]?[currency] ?? 0 }

    /// What Stripe keeps of a captured charge, half up.
    func processingFee(_ amount: Int64) -> Int64 {
        let share = (amount * options.feeBasisPoints + 5_000) / 10_000
        return min(amount, share + options.feeFixed)
    }

    func json(_ row: EntryRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "balance_transaction", "amount": .int(row.amount), "fee": .int(row.fee),
            "net": .int(row.amount - row.fee), "currency": .text(row.currency), "type": .text(row.type),
            "reporting_category": .text(row.type), "source": .text(row.source), "created": .int(row.created),
            "available_on": .int(row.created), "status": "available", "description": .null, "exchange_rate": .null,
            "fee_details": .array(
                row.fee == 0
                    ? []
                    : [
                        .object([
                            "amount": .int(row.fee), "currency": .text(row.currency),
                            "type": row.account.isEmpty ? "stripe_fee" : "application_fee", "description": .null,
                            "application": .null,
                        ])
                    ]),
        ])
    }
}
