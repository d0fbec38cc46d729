internal import Billing
internal import Database
internal import Events
internal import Money

/// What a session's two people are told about its money.
struct ChargeNotice: Sendable {
    enum Kind: String, Sendable {
        case captured
        case declined
        case authenticationRequired = "authentication_required"
        case unconfirmed
        case processorAway = "processor_away"
        case settled
    }

    let kind: Kind
    let window: Int?
    let code: String?
    let charged: Money
    let isSimulated: Bool

    /// - Returns: nil where people need not hear of it.
    init?(_ action: ChargeMachine.Action, _ session: ChargedSession, isSimulated: Bool) {
        self.isSimulated = isSimulated
        charged = Money(amount: session.machine.summary.charged, currency: session.currency)
        switch action {
        case .warn(.declined(let window, let code)): (kind, self.window, self.code) = (.declined, window, code)
        case .warn(.authenticationRequired(let window)):
            (kind, self.window, code) = (.authenticationRequired, window, "authentication_required")
        case .warn(.unconfirmed(let window)): (kind, self.window, code) = (.unconfirmed, window, nil)
        case .warn(.processorAway(let window)): (kind, self.window, code) = (.processorAway, window, nil)
        case .book(let booking):
            guard case .captured = booking.movement else { return nil }
            (kind, window, code) = (.captured, nil, nil)
        case .settle: (kind, window, code) = (.settled, nil, nil)
        case .warn(.abandoned), .send, .inquire, .grant: return nil
        }
    }

    private struct Notice: Encodable {
        let sessionId: String
        let kind: String
        let window: Int?
        let code: String?
        let text: String
        let charged: Money
        let simulated: Bool
    }

    func pushes(to session: ChargedSession) throws -> [Event] {
        try [(session.customer, true), (session.consultant, false)].map { person, isCustomer in
            let notice = Notice(
                sessionId: session.id.description, kind: kind.rawValue, window: window, code: isCustomer ? code : nil,
                text: text(forCustomer: isCustomer), charged: charged, simulated: isSimulated)
            return try Push(to: person, method: "session.billing", params: JSONText(encoding: notice)).event()
        }
    }

    private func text(forCustomer isCustomer: Bool) -> String {
        switch kind {
        case .captured:
            isCustomer ? "Your card was charged: \(charged) so far." : "The customer has paid \(charged) so far."
        case .declined where !isCustomer:
            code == StepRequest.Obstacle.noPayoutAccount
                ? "You cannot be paid yet: set up your payouts, or the call ends with its free time."
                : "The customer's card could not be used; the call ends unless they use another one."
        case .declined: Self.problem(code ?? "")
        case .authenticationRequired:
            isCustomer
                ? "Your bank wants you to confirm: use another card, or the call ends with the time that is paid."
                : "The customer's bank wants a confirmation; the call ends unless it comes."
        case .unconfirmed: "The payment is not confirmed yet. The call goes on, and it is settled later."
        case .processorAway: "Payments do not go through at the moment. The call ends with the time that is paid."
        case .settled:
            charged.amount == 0
                ? "The call was free."
                : isCustomer ? "You paid \(charged) for the call." : "The customer paid \(charged)."
        }
    }

    /// Why money could not be held, as the customer reads it.
    static func problem(_ code: String) -> String {
        switch code {
        case StepRequest.Obstacle.noPaymentMethod: "There is no card: add one, or the call ends with its free time."
        case StepRequest.Obstacle.noPayoutAccount:
            "The consultant cannot be paid yet: the call is free, and ends with its free time."
        case "insufficient_funds":
            "Your card has not enough money: use another one, or the call ends with the time that is paid."
        case "expired_card": "Your card has expired: use another one, or the call ends with the time that is paid."
        default: "Your card was declined: use another one, or the call ends with the time that is paid."
        }
    }
}
