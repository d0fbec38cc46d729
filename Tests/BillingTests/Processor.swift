import Billing
import TestSupport

/// A processor as strict as the real one, and with its faults: answers get lost, late, doubled, and errors are replayed.
struct Processor {
    struct Payment {
        enum State { case held, captured, cancelled, failed }
        var state: State
        let held: Int64
        var captured: Int64 = 0
        var fee: Int64 = 0
        var refunded: Int64 = 0
        var refundedFee: Int64 = 0
        var captures = 0

        var fact: PaymentFact {
            switch state {
            case .held: .held(id: "pi")
            case .captured: .captured(amount: captured, fee: fee, refunded: refunded, refundedFee: refundedFee)
            case .cancelled: .cancelled
            case .failed: .failed(code: "card_declined", needsAuthentication: false)
            }
        }
    }

    /// A payment's place: its window and attempt.
    struct Name: Hashable {
        let window: Int
        let attempt: Int
    }

    private(set) var payments: [Name: Payment] = [:]
    /// The first answer to a key, errors included; nil for what is answered with the payment as it is.
    private var answers: [String: StepAnswer?] = [:]
    private var steps: [String: ChargeStep] = [:]
    /// How many of a hundred holds are declined.
    var declines = 0
    /// How many of a hundred requests meet an error of the processor's own.
    var errors = 0
    /// What must never happen.
    private(set) var complaints: [String] = []

    mutating func send(_ step: ChargeStep, _ random: inout SeededGenerator) -> StepAnswer {
        if let first = steps[step.key], first != step { complaints.append("\(step.key) with another body") }
        steps[step.key] = step
        let name = Name(window: step.window, attempt: step.attempt)
        if let replayed = answers[step.key] {
            if let replayed { return replayed }
            return payments[name].map { .fact($0.fact) } ?? .refused(code: "resource_missing")
        }
        let isError = random.below(100) < errors
        if isError, random.below(2) == 0 {
            answers[step.key] = .some(.unclear)
            return .unclear
        }
        let refusal = apply(step, name, &random)
        if isError {
            answers[step.key] = .some(.unclear)
            return .unclear
        }
        answers[step.key] = .some(refusal)
        if let refusal { return refusal }
        return payments[name].map { .fact($0.fact) } ?? .refused(code: "resource_missing")
    }

    func find(_ step: ChargeStep) -> Finding {
        payments[Name(window: step.window, attempt: step.attempt)].map { .fact($0.fact) } ?? .absent
    }

    /// The payments that are held, in order.
    var held: [Name] {
        payments.filter { $0.value.state == .held }.keys.sorted { ($0.window, $0.attempt) < ($1.window, $1.attempt) }
    }

    mutating func expire(_ name: Name) { payments[name]?.state = .cancelled }

    private mutating func apply(_ step: ChargeStep, _ name: Name, _ random: inout SeededGenerator) -> StepAnswer? {
        if step.kind == .hold {
            if payments[name] != nil { complaints.append("\(step.key) holds twice") }
            if step.amount < 50 { complaints.append("\(step.key) holds less than the smallest charge") }
            payments[name] = Payment(
                state: random.below(100) < declines ? .failed : .held, held: step.amount)
            return nil
        }
        guard var payment = payments[name] else {
            complaints.append("\(step.key) of no payment")
            return .refused(code: "resource_missing")
        }
        switch step.kind {
        case .hold: break
        case .capture:
            guard payment.state == .held else { return .refused(code: "payment_intent_unexpected_state") }
            if step.amount > payment.held || step.amount < 50 || step.fee > step.amount {
                complaints.append("\(step.key) captures \(step.amount), fee \(step.fee)")
            }
            payment.state = .captured
            (payment.captured, payment.fee) = (step.amount, step.fee)
            payment.captures += 1
        case .cancel:
            guard payment.state == .held else { return .refused(code: "payment_intent_unexpected_state") }
            payment.state = .cancelled
        case .refund:
            guard payment.state == .captured, step.amount > 0, payment.refunded + step.amount <= payment.captured,
                payment.refundedFee + step.fee <= payment.fee
            else {
                complaints.append("\(step.key) refunds \(step.amount), fee \(step.fee)")
                return .refused(code: "charge_already_refunded")
            }
            payment.refunded += step.amount
            payment.refundedFee += step.fee
        }
        payments[name] = payment
        return nil
    }
}
