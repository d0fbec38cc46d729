internal import Database

/// One attempt to have a window's money: a payment at the processor, from its hold on.
public struct Attempt: Hashable, Sendable, Codable {
    /// What is known of the payment.
    public enum Known: Hashable, Sendable, Codable {
        /// Nothing yet: the hold was asked for.
        case asked
        /// The hold failed.
        case failed(code: String, needsAuthentication: Bool)
        /// There is no such payment: the hold was never made.
        case absent
        /// The money is held.
        case held
        /// Released or expired.
        case cancelled
        /// Captured, and so much given back.
        case captured(amount: Int64, fee: Int64, refunded: Int64, refundedFee: Int64)
    }

    /// A step that is not answered yet.
    struct Pending: Hashable, Sendable, Codable {
        enum Phase: Hashable, Sendable, Codable {
            /// Sent; an answer is awaited.
            case sent
            /// To be sent again.
            case resend
            /// To be inquired about.
            case inquire
            /// Inquired about; what was found is awaited.
            case inquired
        }

        let step: ChargeStep
        /// What the payment's refunds come to when a refund is done.
        let refundedAfter: Int64
        let firstSent: Timestamp
        var phase = Phase.sent
        /// When something is to be done if nothing else happens.
        var due: Timestamp
        var tries = 1
    }

    /// Which attempt at its window, from 1.
    public let number: Int
    /// What is held, in minor units.
    public let amount: Int64
    /// The processor's name of the payment, once it is known.
    public internal(set) var processor: String?
    /// What is known of it.
    public internal(set) var known = Known.asked
    var pending: Pending?
    /// Steps made so far.
    var serial = 0
    /// Steps in a row that were found not done.
    var refusals = 0
    /// No step before then.
    var notBefore: Timestamp?
    /// Its capture was refused too often: it is let go.
    var isGivenUp = false
    /// Its cancel or refund was refused too often: it is left to the operator.
    var isAbandoned = false

    /// Whether it is, or may become, money.
    var isLive: Bool {
        switch known {
        case .asked, .held: !isLeaving
        case .captured: true
        case .failed, .absent, .cancelled: false
        }
    }

    /// Whether its money is certain.
    var isSecure: Bool {
        switch known {
        case .held: !isLeaving
        case .captured: true
        case .asked, .failed, .absent, .cancelled: false
        }
    }

    private var isLeaving: Bool { isGivenUp || pending?.step.kind == .cancel }

    var isCaptured: Bool { if case .captured = known { true } else { false } }

    /// Takes in a fact that leads forward.
    ///
    /// - Returns: whether anything is new.
    mutating func learn(_ fact: PaymentFact) -> Bool {
        let before = known
        switch (known, fact) {
        case (_, .held(let id)): processor = processor ?? id
        default: break
        }
        switch (known, fact) {
        case (.asked, .failed(let code, let needs)): known = .failed(code: code, needsAuthentication: needs)
        case (.asked, .held), (.failed, .held), (.absent, .held): known = .held
        case (.asked, .cancelled), (.failed, .cancelled), (.absent, .cancelled), (.held, .cancelled): known = .cancelled
        case (.captured(let amount, let fee, let old, let oldFee), .captured(_, _, let new, let newFee)):
            if new > old {
                known = .captured(amount: amount, fee: fee, refunded: new, refundedFee: max(oldFee, newFee))
            }
        case (_, .captured(let amount, let fee, let refunded, let refundedFee)):
            known = .captured(amount: amount, fee: fee, refunded: refunded, refundedFee: refundedFee)
        case (_, .failed), (.held, .held), (.cancelled, _), (.captured, _): break
        }
        if let pending, isDone(pending) { clearPending() }
        return known != before
    }

    private func isDone(_ pending: Pending) -> Bool {
        switch (pending.step.kind, known) {
        case (_, .asked): false
        case (.hold, _): true
        case (.capture, .captured), (.cancel, .captured): true
        case (.refund, .captured(_, _, let refunded, _)): refunded >= pending.refundedAfter
        case (_, .cancelled): true
        case (_, .failed), (_, .absent), (_, .held): false
        }
    }

    private mutating func clearPending() {
        pending = nil
        refusals = 0
        notBefore = nil
    }
}

/// A window of media time and the attempts at its money.
public struct ChargeWindow: Hashable, Sendable, Codable {
    /// What became of it.
    public enum Outcome: Hashable, Sendable, Codable {
        /// Not decided.
        case open
        /// Its price was captured.
        case taken
        /// Its price lies below the smallest charge, and is not asked for.
        case waived(Int64)
        /// The call ended below the threshold, or before the window began.
        case released
        /// Used, and not paid: no money was held for it.
        case forgone(Int64)
    }

    /// From 1.
    public let number: Int
    /// In the order they were made.
    public internal(set) var attempts: [Attempt] = []
    /// What became of it.
    public internal(set) var outcome = Outcome.open
    /// When it was seen to be full.
    var fullSince: Timestamp?
    /// A card failed; the next attempt waits for the customer.
    var awaitsCustomer = false
    /// Its money was certain while the call ran, or was asked for in time.
    var isCountable = false
    /// Which attempt paid for it, by index.
    var takenBy: Int?
    /// What was said about it already.
    var warned: Set<Warned> = []

    enum Warned: String, Hashable, Sendable, Codable {
        case unconfirmed
        case away
    }

    init(number: Int) { self.number = number }

    /// The attempt that pays for it: the one that was captured, or else the first that may be.
    var chosen: Int? {
        takenBy ?? attempts.firstIndex { $0.isCaptured } ?? attempts.firstIndex { $0.pending?.step.kind == .capture }
            ?? attempts.firstIndex { $0.isSecure } ?? attempts.firstIndex { $0.isLive }
    }

    /// Whether its money is certain, or no longer asked for.
    var isSecure: Bool {
        switch outcome {
        case .open: chosen.map { attempts[$0].isSecure } ?? false
        case .taken, .waived: true
        case .released, .forgone: false
        }
    }

    var failures: Int { attempts.count { if case .failed = $0.known { true } else { false } } }
}
