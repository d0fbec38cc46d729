internal import Billing
public import Database
internal import Money
public import Sessions

/// What sessions have cost so far.
public struct ChargeBillings: Sendable {
    private let pool: DatabasePool
    private let isSimulated: Bool

    /// - Parameter isSimulated: whether the money is play money.
    public init(pool: DatabasePool, isSimulated: Bool) {
        self.pool = pool
        self.isSimulated = isSimulated
    }

    /// What these sessions cost; those of which nothing is charged are left out.
    public func find(_ sessions: [UniqueID]) async throws -> [UniqueID: SessionBilling] {
        guard !sessions.isEmpty else { return [:] }
        let rows = try await pool.query("SELECT session_id, machine FROM charges WHERE session_id = ANY (\(sessions))")
        var found: [UniqueID: SessionBilling] = [:]
        for row in rows {
            let machine = try row.get("machine", as: JSONText.self).decode(as: ChargeMachine.self)
            found[try row.get("session_id", as: UniqueID.self)] = SessionBilling(machine, isSimulated: isSimulated)
        }
        return found
    }
}

extension SessionBilling {
    init(_ machine: ChargeMachine, isSimulated: Bool) {
        let currency = machine.terms.prices.currency
        func money(_ amount: Int64) -> Money { Money(amount: amount, currency: currency) }
        let summary = machine.summary
        let holds = machine.holds
        self.init(nothingIn: currency, simulated: isSimulated)
        charged = money(summary.charged)
        fee = money(summary.fee)
        refunded = money(summary.refunded)
        waived = money(summary.waived)
        forgone = money(summary.forgone)
        billableSeconds = summary.billableSeconds
        horizonSeconds = machine.horizon
        self.holds = holds.map { hold in
            Hold(
                window: hold.window, attempt: hold.attempt, amount: money(hold.amount), captured: money(hold.captured),
                state: hold.state.rawValue)
        }
        if machine.state == .running, let last = holds.last, last.state == .failed {
            let code = last.failureCode ?? "card_declined"
            problem = .init(code: code, text: ChargeNotice.problem(code))
        }
        state =
            switch machine.state {
            case .settled: "settled"
            case _ where problem != nil: "failed"
            case _ where summary.captured > 0: "charged"
            case _ where holds.contains { $0.state == .authorized }: "held"
            case .new, .running, .closing: "holding"
            }
    }
}
