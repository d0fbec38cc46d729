import Billing
import Database
import Money
import Stripe

@testable import Payments

/// What has to be true when a history is over.
struct HistoryExamination {
    /// What the call came to.
    let summary: ChargeSummary
    /// What is not as it has to be.
    private(set) var problems: [String] = []

    /// What a payment came to, as Stripe says.
    private struct Money {
        let name: String
        let window: String
        let captured: Int64
        let refunded: Int64
        let fee: Int64
        let refundedFee: Int64
    }

    private mutating func require(_ holds: Bool, _ words: @autoclosure () -> String) {
        if !holds { problems.append(words()) }
    }

    init(_ history: CallHistory) async throws {
        problems = await history.complaints
        let look = try await history.look()
        let machine = try await history.machine()
        summary = machine.summary
        require(look.isSettled, "not settled: \(look)")
        require(summary.abandoned == 0, "something was left to the operator")

        let payments = try await atStripe(history)
        let captured = payments.reduce(0) { $0 + $1.captured }
        let refunded = payments.reduce(0) { $0 + $1.refunded }
        let (net, fee) = (captured - refunded, payments.reduce(0) { $0 + $1.fee - $1.refundedFee })
        let paid = Dictionary(grouping: payments.filter { $0.captured > $0.refunded }, by: \.window)
        require(paid.values.allSatisfy { $0.count == 1 }, "a window is paid twice")
        try await requirePrice(history, machine, net: net)

        // Of a part that is given back Stripe rounds our share itself, half a cent at most each time.
        let prices = machine.terms.prices
        let cents = Int64(payments.count { $0.refunded > 0 && $0.refunded < $0.captured })
        require(prices.feeBasisPoints == 1500, "a fee of \(prices.feeBasisPoints) basis points")
        require(abs(fee - prices.fee(of: net)) <= cents, "fee \(fee) of \(net)")
        if cents == 0 { require(fee == (net * 15 + 50) / 100, "fee \(fee) of \(net)") }
        require(
            summary.charged == net && summary.fee == fee && summary.captured == captured,
            "Stripe has \(net), fee \(fee), and the machine \(machine.summary)")
        try await requireBooks(history, net: net, fee: fee)
    }

    /// The stand-in's payments, which all have come to an end.
    private mutating func atStripe(_ history: CallHistory) async throws -> [Money] {
        let page = try await history.wire.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents())
        require(!page.hasMore, "more than 100 payments")
        var payments: [Money] = []
        for listed in page.data {
            let intent = try await history.wire.perform(.paymentIntent(listed.id))
            let name = intent.metadata?["payment"] ?? ""
            require(!payments.contains { $0.name == name }, "\(name) was held twice")
            require((intent.amountCapturable ?? 0) == 0, "\(name) is still held")
            // The charge of a hold that was released says that it was given back, though nothing was taken.
            let charge = intent.status == .known(.succeeded) ? intent.latestCharge?.object : nil
            let share = charge?.applicationFee?.object
            payments.append(
                Money(
                    name: name, window: intent.metadata?["window"] ?? "",
                    captured: intent.amountReceived ?? 0, refunded: charge?.amountRefunded ?? 0,
                    fee: share?.amount ?? 0, refundedFee: share?.amountRefunded ?? 0))
        }
        return payments
    }

    /// Never beyond the media time, nothing below the threshold, and otherwise its price to the cent.
    private mutating func requirePrice(_ history: CallHistory, _ machine: ChargeMachine, net: Int64) async throws {
        let (media, summary) = (await history.media, summary)
        let ordered = await history.ordered
        let (terms, plan) = (machine.terms, history.plan)
        var time = BillableTime(records: history.tape.records)
        time.merge(BillableTime(mediaSeconds: media))
        let price = terms.prices.price(ofSeconds: time.billable(upTo: media))
        require(machine.time.mediaSeconds == media, "\(machine.time.mediaSeconds) s of \(media)")
        require(net <= price, "\(net) for \(time.billable(upTo: media)) s")
        guard media >= terms.thresholdSeconds else {
            require(net == 0, "\(net) below the threshold")
            return
        }
        let parts = net + ordered + summary.waived + summary.forgone
        // What was waived or forgone was priced when it was decided; time that is struck later lowers the price of the rest,
        // and moves the cent of a rounding from one window to the next.
        let cents = history.tape.isLate ? Int64(machine.windows.count) : 0
        require(
            parts == price || (cents > 0 && parts >= price - cents), "\(parts) of \(price): \(summary), gave \(ordered)"
        )
        if plan.isFaultless, media <= machine.horizon { require(summary.forgone == 0, "forgone: \(summary)") }
    }

    /// The books say what Stripe says, and come to nothing.
    private mutating func requireBooks(_ history: CallHistory, net: Int64, fee: Int64) async throws {
        let session = await history.session
        let rows = try await history.pool.query(
            """
            SELECT ledger_accounts.kind, sum(amount)::int8 FROM ledger_transactions
                JOIN ledger_entries ON transaction_id = ledger_transactions.id
                JOIN ledger_accounts ON ledger_accounts.id = account_id
            WHERE session_id = \(session) GROUP BY ledger_accounts.kind
            """)
        var balances: [String: Int64] = [:]
        for row in rows { balances[try row.get(0, as: String.self)] = try row.get(1, as: Int64.self) }
        require(balances.values.reduce(0, +) == 0, "the books do not come to 0: \(balances)")
        let expected = ["stripe": net, "platform_fee": -fee, "consultant_payable": fee - net]
        for (kind, amount) in expected {
            require(balances[kind, default: 0] == amount, "the books say \(balances), Stripe \(net), fee \(fee)")
        }
        require(balances["customer", default: 0] == 0 && balances["refunds", default: 0] == 0, "\(balances)")
        let doubled = try await history.pool.query(
            """
            SELECT window_number FROM payments WHERE session_id = \(session) AND captured_amount > refunded_amount
            GROUP BY window_number HAVING count(*) > 1
            """)
        require(doubled.isEmpty, "two payments of a window are kept")
    }
}
