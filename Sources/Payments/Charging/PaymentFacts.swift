internal import Billing
internal import Stripe

/// From what Stripe says to what a charge machine wants to know.
extension PaymentFact {
    /// Where a payment stands; nil where Stripe itself does not know yet.
    init?(_ intent: PaymentIntent) {
        switch intent.status {
        case .known(.requiresCapture): self = .held(id: intent.id.text)
        case .known(.canceled): self = .cancelled
        case .known(.succeeded):
            let charge = intent.latestCharge?.object
            self = .captured(
                amount: intent.amountReceived ?? charge?.amountCaptured ?? intent.amount,
                fee: intent.applicationFeeAmount ?? 0, refunded: charge?.amountRefunded ?? 0,
                refundedFee: charge?.applicationFee?.object?.amountRefunded ?? 0)
        case .known(.requiresAction):
            self = .failed(code: "authentication_required", needsAuthentication: true)
        case .known(.requiresPaymentMethod), .known(.requiresConfirmation):
            let failure = intent.lastPaymentError
            let code = failure?.declineCode ?? failure?.code ?? "card_declined"
            self = .failed(code: code, needsAuthentication: failure?.code == "authentication_required")
        case .known(.processing), .unknown: return nil
        }
    }
}

extension StepAnswer {
    /// What an error says of a step.
    init(_ error: StripeError) {
        switch error.kind {
        case .card:
            let code = error.declineCode ?? error.code ?? "card_declined"
            self = .fact(.failed(code: code, needsAuthentication: false))
        case .authenticationRequired:
            self = .fact(.failed(code: "authentication_required", needsAuthentication: true))
        case .keyInUse, .rateLimit, .notSent, .unanswered: self = .unknown
        case .service: self = .unclear
        case .keyReused, .invalidRequest, .notFound, .notAllowed:
            self = .refused(code: error.code ?? error.kind.rawValue)
        }
    }
}
