extension APIRoute {
    static let payoutRoutes = [
        APIRoute(
            "POST", "v1/payouts",
            ["amount", "currency", "description", "metadata", "metadata[*]", "method", "statement_descriptor"],
            forAccounts: true
        ) { sandbox, call throws(Failure) in try sandbox.createPayout(call) },
        APIRoute("GET", "v1/payouts/*", forAccounts: true) { sandbox, call throws(Failure) in
            guard let row = sandbox.payouts[call.id], row.account == call.account else {
                throw .missing("payout", call.id)
            }
            return sandbox.json(row)
        },
        APIRoute("GET", "v1/payouts", page + ["status"], forAccounts: true) { sandbox, call throws(Failure) in
            let status = call.parameters.text("status")
            return try sandbox.page(
                sandbox.payouts.newestFirst, of: call, created: { sandbox.payouts[$0]?.created },
                json: { id in
                    sandbox.payouts[id].flatMap {
                        $0.account == call.account && $0.status == status ?? $0.status ? sandbox.json($0) : nil
                    }
                })
        },
        APIRoute("POST", "v1/payouts/*/cancel", forAccounts: true) { sandbox, call throws(Failure) in
            try sandbox.cancelPayout(call)
        },
        APIRoute("GET", "v1/balance", forAccounts: true) { sandbox, call throws(Failure) in
            sandbox.balanceJSON(call.account)
        },
        APIRoute("GET", "v1/balance_transactions/*", forAccounts: true) { sandbox, call throws(Failure) in
            guard let row = sandbox.entries[call.id], row.account == call.account else {
                throw .missing("balance_transaction", call.id)
            }
            return sandbox.json(row)
        },
        APIRoute(
            "GET", "v1/balance_transactions", page + ["currency", "payout", "source", "type"], forAccounts: true
        ) { sandbox, call throws(Failure) in
            let type = call.parameters.text("type")
            let source = call.parameters.text("source")
            return try sandbox.page(
                sandbox.entries.newestFirst, of: call, created: { sandbox.entries[$0]?.created },
                json: { id in
                    sandbox.entries[id].flatMap {
                        $0.account == call.account && $0.type == type ?? $0.type && $0.source == source ?? $0.source
                            ? sandbox.json($0) : nil
                    }
                })
        },
    ]
}

extension Sandbox {
    fileprivate mutating func createPayout(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        let currency = try parameters.required("currency").lowercased()
        guard let amount = try parameters.amount("amount") else {
            throw .invalid("Missing required param: amount.", code: "parameter_missing", parameter: "amount")
        }
        if !call.account.isEmpty, accounts[call.account]?.isEnabled != true {
            throw .invalid("Payouts are not enabled for this account.", code: "payouts_not_allowed")
        }
        guard balance(of: call.account, currency) >= amount else {
            throw .invalid(
                "You have insufficient funds in your Stripe account for this payout.", code: "balance_insufficient")
        }
        let metadata = try parameters.metadata()
        let row = pay(
            amount, currency, to: call.account, isAutomatic: false, metadata: metadata, now: call.now, by: call.request)
        return json(row)
    }

    private mutating func pay(
        _ amount: Int64, _ currency: String, to account: String, isAutomatic: Bool, metadata: [String: String],
        now: Int64, by request: SandboxRequest?
    ) -> PayoutRow {
        let id = makeID("po_")
        let entry = enter("payout", -amount, currency: currency, account: account, source: id, at: now)
        let row = PayoutRow(
            id: id, created: now, account: account, amount: amount, currency: currency,
            arrival: now + options.payoutSeconds, isAutomatic: isAutomatic, status: "pending", metadata: metadata,
            entry: entry)
        payouts.insert(row, id: id)
        waitingPayouts[id] = row.arrival
        emit("payout.created", json(row), account: account, at: now, by: request)
        return row
    }

    mutating func arrive(_ id: String, now: Int64) {
        payouts.update(id) { $0.status = "paid" }
        if let row = payouts[id] { emit("payout.paid", json(row), account: row.account, at: now, by: nil) }
    }

    fileprivate mutating func cancelPayout(_ call: Call) throws(Failure) -> JSON {
        guard var row = payouts[call.id], row.account == call.account else { throw .missing("payout", call.id) }
        guard row.status == "pending" else {
            throw .invalid("Payouts can only be canceled while they are pending.", code: "payout_reconciliation_error")
        }
        waitingPayouts[row.id] = nil
        row.status = "canceled"
        payouts.update(row.id) { $0 = row }
        _ = enter(
            "payout_cancel", row.amount, currency: row.currency, account: row.account, source: row.id, at: call.now)
        emit("payout.canceled", json(row), account: row.account, at: call.now, by: call.request)
        return json(row)
    }

    /// Pays out what is there on every account whose day has come. Anchors are not followed, only the length of a
    /// period: a day, a week, thirty days.
    mutating func payOutBySchedule(_ now: Int64) {
        guard now >= nextSchedule else { return }
        nextSchedule = now + 3600
        for id in accounts.newestFirst.reversed() {
            guard let account = accounts[id], account.isEnabled, let period = account.period,
                now - account.lastPayout >= period
            else { continue }
            accounts.update(id) { $0.lastPayout = now }
            for (currency, amount) in balances[id, default: [:]].sorted(by: { $0.key < $1.key }) where amount > 0 {
                _ = pay(amount, currency, to: id, isAutomatic: true, metadata: [:], now: now, by: nil)
            }
        }
    }

    fileprivate func balanceJSON(_ account: String) -> JSON {
        let parts = balances[account, default: ["usd": 0]].sorted { $0.key < $1.key }.map { currency, amount in
            JSON.object([
                "amount": .int(amount), "currency": .text(currency), "source_types": .object(["card": .int(amount)]),
            ])
        }
        let nothing = parts.map { part in
            guard case .object(var fields) = part else { return part }
            fields["amount"] = .int(0)
            fields["source_types"] = .object(["card": .int(0)])
            return JSON.object(fields)
        }
        return .object([
            "object": "balance", "livemode": false, "available": .array(parts), "pending": .array(nothing),
        ])
    }

    func json(_ row: PayoutRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "payout", "created": .int(row.created), "livemode": false,
            "amount": .int(row.amount), "currency": .text(row.currency), "status": .text(row.status),
            "arrival_date": .int(row.arrival), "automatic": .bool(row.isAutomatic), "metadata": .texts(row.metadata),
            "balance_transaction": .text(row.entry), "method": "standard", "type": "bank_account",
            "failure_code": .null, "failure_message": .null, "description": .null, "destination": .null,
            "reconciliation_status": "not_applicable", "source_type": "card", "statement_descriptor": .null,
        ])
    }
}

extension AccountRow {
    /// Seconds between payouts; nil: by hand.
    fileprivate var period: Int64? {
        switch interval {
        case "daily": 86_400
        case "weekly": 7 * 86_400
        case "monthly": 30 * 86_400
        default: nil
        }
    }
}
