internal import Billing
internal import Database
internal import Money
internal import Stripe

extension Reconciler {
    /// An account of a consultant who is still there.
    private struct Payee: Sendable {
        let user: UniqueID
        let account: StripeID<Account>
        let isPayable: Bool
        let payoutsEnabled: Bool
    }

    /// One account after the other, whose payouts come by pages.
    func comparePayouts(
        _ since: Timestamp?, _ repairs: Bool, _ report: inout ReconciliationReport
    ) async throws {
        var last: UniqueID?
        while true {
            let page = try await payees(after: last)
            for payee in page {
                try Task.checkCancellation()
                report.add(try await compare(payee, repairs))
                try await comparePayouts(of: payee, since, repairs, &report)
            }
            guard let end = page.last?.user else { return }
            last = end
        }
    }

    private func payees(after last: UniqueID?) async throws -> [Payee] {
        var condition: SQL = "processor_id IS NOT NULL AND erased_at IS NULL"
        if let last { condition = "\(condition) AND user_id > \(last)" }
        return try await pool.query(
            """
            SELECT user_id, processor_id, is_payable, payouts_enabled FROM payout_accounts
                JOIN users ON users.id = user_id
            WHERE \(condition) ORDER BY user_id LIMIT 100
            """
        ).map { row in
            Payee(
                user: try row.get("user_id", as: UniqueID.self),
                account: try PaymentAccounts.known(try row.get("processor_id", as: String.self)),
                isPayable: try row.get("is_payable", as: Bool.self),
                payoutsEnabled: try row.get("payouts_enabled", as: Bool.self))
        }
    }

    private func compare(_ payee: Payee, _ repairs: Bool) async throws -> [ReconciliationFinding] {
        let began = Timestamp.now()
        let account: Account
        do {
            account = try await ask(.account(payee.account))
        } catch let error as StripeError where [.notFound, .notAllowed].contains(error.kind) {
            return [.init(.accountDiffers, payee.account.text, "Stripe does not know it")]
        }
        let (canReceive, isPaidOut) = (account.canReceive, account.payoutsEnabled ?? false)
        guard canReceive != payee.isPayable || isPaidOut != payee.payoutsEnabled else { return [] }
        var finding = ReconciliationFinding(
            .accountDiffers, payee.account.text,
            "Stripe says payable \(canReceive), paid out \(isPaidOut); we say \(payee.isPayable), "
                + "\(payee.payoutsEnabled)", repair: .keep)
        if repairs {
            try await PayoutAccount.keep(account, readAt: began, on: pool)
            finding.isRepaired = true
        }
        return [finding]
    }

    private func comparePayouts(
        of payee: Payee, _ since: Timestamp?, _ repairs: Bool, _ report: inout ReconciliationReport
    ) async throws {
        var seen: Set<String> = []
        var last: StripeID<Payout>?
        while true {
            let page: StripeList<Payout>
            do {
                page = try await ask(.payouts(of: payee.account, since: since.map(\.second), after: last))
            } catch let error as StripeError where [.notFound, .notAllowed].contains(error.kind) {
                return
            }
            for payout in page.data {
                seen.insert(payout.id.text)
                report.payouts += 1
                report.add(try await compare(payout, of: payee, repairs))
            }
            last = page.data.last?.id
            guard page.hasMore, last != nil else { break }
        }
        var condition: SQL = "consultant_id = \(payee.user)"
        // A day later than Stripe's list begins, because its clock is not ours.
        if let since { condition = "\(condition) AND created_at >= \(since.advanced(by: .seconds(86_400)))" }
        for row in try await pool.query("SELECT processor_id FROM payouts WHERE \(condition) ORDER BY id") {
            let id = try row.get(0, as: String.self)
            guard !seen.contains(id) else { continue }
            report.payouts += 1
            report.add(PayoutComparison.findings(of: id, there: nil, ours: try await side(id), isBooked: true))
        }
    }

    private func compare(
        _ payout: Payout, of payee: Payee, _ repairs: Bool
    ) async throws -> [ReconciliationFinding] {
        func findings(_ payout: Payout) async throws -> [ReconciliationFinding] {
            // A word that this version does not know is looked at when it has become another.
            guard let state = payout.status.value, payout.amount != 0 else { return [] }
            let booked = try await pool.query(
                """
                SELECT count(*) FILTER (WHERE source = \("payout \(payout.id)"))
                    > count(*) FILTER (WHERE source = \("payout \(payout.id) came back")) AS is_booked
                FROM ledger_transactions
                WHERE source IN (\("payout \(payout.id)"), \("payout \(payout.id) came back"))
                """)
            return PayoutComparison.findings(
                of: payout.id.text,
                there: PayoutSide(amount: payout.amount, currency: payout.currency.code, state: state),
                ours: try await side(payout.id.text), isBooked: try booked[0].get("is_booked", as: Bool.self))
        }
        guard try await !findings(payout).isEmpty else { return [] }
        // A webhook may have been faster than the list.
        let anew = try await ask(.payout(payout.id, of: payee.account))
        var found = try await findings(anew)
        guard repairs, found.contains(where: { $0.repair == .keep }) else { return found }
        try await accounts.keep(anew, of: payee.user)
        let left = try await findings(anew).map(\.rule)
        for index in found.indices { found[index].isRepaired = !left.contains(found[index].rule) }
        return found
    }

    private func side(_ id: String) async throws -> PayoutSide? {
        try await pool.query("SELECT amount, currency::text, state FROM payouts WHERE processor_id = \(id)").first
            .map { row in
                let state = try row.get("state", as: String.self)
                guard let known = Payout.Status(rawValue: state) else {
                    throw DatabaseError(.decoding, "'\(state)' is no state of a payout")
                }
                return PayoutSide(
                    amount: try row.get("amount", as: Int64.self), currency: try row.get("currency", as: String.self),
                    state: known)
            }
    }

    // MARK: Disputes

    /// What banks hold back of our payments, by Stripe's account and by the ledger's. The list is short, and read as a whole.
    func compareDisputes() async throws -> [ReconciliationFinding] {
        var held: [String: Int64] = [:]
        var last: StripeID<Dispute>?
        while true {
            let page = try await ask(StripeCall<StripeList<Dispute>>.disputes(after: last))
            let ours = try await pool.query(
                "SELECT processor_id FROM payments WHERE processor_id = ANY (\(page.data.compactMap { $0.paymentIntent?.text }))"
            ).map { try $0.get(0, as: String.self) }
            for dispute in page.data {
                guard let intent = dispute.paymentIntent?.text, ours.contains(intent),
                    dispute.status == .known(.needsResponse) || dispute.status == .known(.underReview)
                else { continue }
                // One that was opened a moment ago is on its way to us.
                if let created = dispute.created, created > before.second { return [] }
                held[dispute.currency.code, default: 0] += dispute.amount
            }
            last = page.data.last?.id
            guard page.hasMore, last != nil else { break }
        }
        let underWay = try await pool.query(
            "SELECT FROM stripe_events WHERE state = 'waiting' AND object_kind = 'dispute' LIMIT 1")
        guard underWay.isEmpty else { return [] }
        var booked: [String: Int64] = [:]
        for balance in try await Ledger.balances(on: pool) where balance.kind == .disputes {
            booked[balance.amount.currency.code, default: 0] += balance.amount.amount
        }
        return Set(held.keys).union(booked.keys).sorted().compactMap { currency in
            let (theirs, ours) = (held[currency, default: 0], booked[currency, default: 0])
            guard theirs != ours else { return nil }
            return .init(
                .disputesDiffer, currency, "banks hold back \(theirs) by Stripe's account, \(ours) by the ledger's")
        }
    }
}
