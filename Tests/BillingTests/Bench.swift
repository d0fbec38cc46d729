import Billing
import Database
import Identifiers
import Money
import Testing

typealias Action = ChargeMachine.Action
typealias Event = ChargeMachine.Event

/// A machine at a bench: steps by their short names, time in seconds.
struct Bench {
    var machine: ChargeMachine
    var now: Int64 = 0

    /// By default 100.00 an hour, threshold and window 600 s.
    init(rate: Int64 = 10_000, threshold: Int = 600, window: Int = 600, patience: Int = 2, unsettled: Int = 2) throws {
        let prices = try Prices(rate: Money(amount: rate, currency: .usd))
        machine = ChargeMachine(
            session: try #require(SessionID("s")),
            terms: try ChargeTerms(
                prices: prices, thresholdSeconds: threshold, windowSeconds: window, patienceSeconds: patience,
                unsettledWindows: unsettled))
    }

    mutating func handle(_ event: Event) -> [Action] {
        machine.handle(event, now: Timestamp(secondsSince1970: now))
    }

    mutating func at(_ media: Int) -> [Action] { handle(.progress(BillableTime(mediaSeconds: media))) }

    mutating func end(_ media: Int, unbilled: [Range<Int>] = []) -> [Action] {
        handle(.ended(BillableTime(mediaSeconds: media, unbilled: unbilled)))
    }

    mutating func answer(_ key: String, _ fact: PaymentFact) -> [Action] { answer(key, .fact(fact)) }

    mutating func answer(_ key: String, _ answer: StepAnswer) -> [Action] {
        handle(.answered(key: "cc-s-" + key, answer))
    }

    mutating func later(_ seconds: Int64) -> [Action] {
        now += seconds
        return handle(.tick)
    }

    func step(
        _ kind: ChargeStep.Kind, _ window: Int, attempt: Int = 1, _ serial: Int, _ amount: Int64 = 0, _ fee: Int64 = 0
    ) -> ChargeStep {
        ChargeStep(
            session: machine.session, window: window, attempt: attempt, kind: kind, serial: serial, amount: amount,
            fee: fee)
    }

    func send(
        _ kind: ChargeStep.Kind, _ window: Int, attempt: Int = 1, _ serial: Int, _ amount: Int64 = 0, _ fee: Int64 = 0
    ) -> Action { .send(step(kind, window, attempt: attempt, serial, amount, fee)) }

    func booked(_ source: String, _ movement: ChargeMachine.Booking.Movement) -> Action {
        .book(.init(source: "s-" + source, movement: movement))
    }

    /// What the last of the actions settled.
    func settled(_ actions: [Action]) -> ChargeSummary? {
        if case .settle(let summary)? = actions.last { summary } else { nil }
    }
}
