/// One attempt to have a window's money, as it is kept and shown.
public struct ChargeHold: Hashable, Sendable {
    /// How far it is.
    public enum State: String, Hashable, Sendable, Codable {
        /// Asked for.
        case created
        /// The money is held.
        case authorized
        /// The window was paid from it.
        case captured
        /// Held, and on its way to be released.
        case cancelling
        /// Released.
        case cancelled
        /// Never held: declined, or not made.
        case failed
        /// Taken besides what paid the window, and on its way back.
        case refunding
        /// Given back altogether.
        case refunded
    }

    /// Which window, from 1.
    public let window: Int
    /// Which attempt at it, from 1.
    public let attempt: Int
    /// How far it is.
    public let state: State
    /// What is held, in minor units.
    public let amount: Int64
    /// What was taken of it.
    public let captured: Int64
    /// The platform's part of what was taken.
    public let fee: Int64
    /// What was given back.
    public let refunded: Int64
    /// The platform's part of what was given back.
    public let refundedFee: Int64
    /// Why it failed.
    public let failureCode: String?
    /// What the keys of all its steps begin with; the name under which the processor's object refers to it.
    public let name: String
}

extension ChargeMachine {
    /// All attempts, in the order of the windows and of the attempts at each.
    public var holds: [ChargeHold] {
        windows.flatMap { window in
            window.attempts.enumerated().map { index, attempt in
                let money = attempt.known.money
                return ChargeHold(
                    window: window.number, attempt: attempt.number,
                    state: attempt.state(paysWindow: window.chosen == index),
                    amount: attempt.amount, captured: money.captured, fee: money.fee, refunded: money.refunded,
                    refundedFee: money.refundedFee, failureCode: attempt.known.failureCode,
                    name: "cc-\(session)-w\(window.number)-a\(attempt.number)")
            }
        }
    }

    /// The keys of the steps that are not answered.
    public var openKeys: Set<String> {
        Set(places.compactMap { self[$0].pending?.step.key })
    }

    /// Whether with so many media seconds a window is full whose price is not asked for yet, so that it should be known which
    /// of its seconds are not billed.
    public func fillsWindow(at mediaSeconds: Int) -> Bool {
        windows.contains { $0.outcome == .open && mediaSeconds >= terms.takenFrom($0.number) }
    }

    /// What of the session was given back, or is to be.
    public var refundTotal: Int64 { max(orderedRefund, summary.refunded) }
}

extension Attempt {
    func state(paysWindow: Bool) -> ChargeHold.State {
        switch known {
        case .asked: .created
        case .failed, .absent: .failed
        case .held: pending?.step.kind == .cancel ? .cancelling : .authorized
        case .cancelled: .cancelled
        case .captured(let amount, _, let refunded, _):
            refunded >= amount ? .refunded : paysWindow ? .captured : .refunding
        }
    }
}

extension Attempt.Known {
    fileprivate var money: (captured: Int64, fee: Int64, refunded: Int64, refundedFee: Int64) {
        guard case .captured(let amount, let fee, let refunded, let refundedFee) = self else { return (0, 0, 0, 0) }
        return (amount, fee, refunded, refundedFee)
    }

    fileprivate var failureCode: String? {
        switch self {
        case .failed(let code, _): code
        case .absent: "not_made"
        case .asked, .held, .cancelled, .captured: nil
        }
    }
}
