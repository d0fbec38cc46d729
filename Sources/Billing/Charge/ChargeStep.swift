public import Identifiers

/// One request to the processor, as it is stored before it is sent.
public struct ChargeStep: Hashable, Sendable, Codable {
    /// What is asked. What a crash leaves behind is the same for all: the step is part of the stored machine, in the same
    /// transaction as what caused it.
    ///
    /// - A crash before the commit: nothing was sent; the event that caused it comes again.
    /// - A crash after the commit, before or while sending, or before the answer is stored: `.resumed` sends the same step
    ///   with the same key. The processor does it now, or replays its first answer.
    /// - A crash after the answer is stored: nothing is left to do.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Authorise `amount` with an application fee of `fee`, to be captured later. Left behind at worst: a hold that nobody
        /// knows of until it is asked again; it is found by the same key, or cancelled when it is seen.
        case hold
        /// Capture `amount` of a hold with an application fee of `fee`; the rest is released. Left behind at worst: money
        /// taken that is not booked yet; the replayed answer books it.
        case capture
        /// Release a hold. Left behind at worst: a hold that lasts until the replay, or until it expires.
        case cancel
        /// Give back `amount` of a capture and `fee` of its application fee, reversing the transfer. Left behind at worst: a
        /// refund that is not booked yet. Answered by the payment as it is read afterwards.
        case refund
    }

    /// Whose call.
    public let session: SessionID
    /// Which window, from 1.
    public let window: Int
    /// Which attempt at the window's hold, from 1.
    public let attempt: Int
    /// What is asked.
    public let kind: Kind
    /// Which step of the attempt, from 1: a step that was found not done is asked anew under another number.
    public let serial: Int
    /// In minor units; of a cancel 0.
    public let amount: Int64
    /// The platform's part of it, in minor units; of a cancel 0.
    public let fee: Int64

    /// A step.
    public init(session: SessionID, window: Int, attempt: Int, kind: Kind, serial: Int, amount: Int64, fee: Int64) {
        self.session = session
        self.window = window
        self.attempt = attempt
        self.kind = kind
        self.serial = serial
        self.amount = amount
        self.fee = fee
    }

    /// The idempotency key: the same for the same step, and for no other.
    public var key: String { "cc-\(session)-w\(window)-a\(attempt)-\(kind.rawValue)-\(serial)" }
}

/// What the processor says of a payment: where it stands, not what happened to it. Facts may come twice, late and in any order;
/// only those that lead forward are taken.
public enum PaymentFact: Hashable, Sendable, Codable {
    /// The amount is held; `id` is the processor's name of the payment.
    case held(id: String)
    /// The card was declined, or the bank wants to see the customer.
    case failed(code: String, needsAuthentication: Bool)
    /// Captured: so much, with such a fee, and of both so much given back until now.
    case captured(amount: Int64, fee: Int64, refunded: Int64 = 0, refundedFee: Int64 = 0)
    /// Released, or expired.
    case cancelled
}

/// How a step was answered.
public enum StepAnswer: Hashable, Sendable, Codable {
    /// With the payment as it now is.
    case fact(PaymentFact)
    /// It was certainly not done, for another reason than the card's.
    case refused(code: String)
    /// Not at all, or with "try again" (connection lost, timeout, 409, 429): the same step is sent again.
    case unknown
    /// With an error that says nothing about what was done, and that would be replayed (5xx): the payment is looked at.
    case unclear
}

/// What an inquiry found.
public enum Finding: Hashable, Sendable, Codable {
    /// The payment as it is.
    case fact(PaymentFact)
    /// There is none for this attempt.
    case absent
    /// Nothing: the processor could not be asked.
    case unknown
}
