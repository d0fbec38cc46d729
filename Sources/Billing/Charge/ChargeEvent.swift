extension ChargeMachine {
    /// What happens to a session's money.
    public enum Event: Hashable, Sendable {
        /// The consultant accepted: money is held from now on.
        case accepted
        /// The media clock, and what is known not to be billed.
        case progress(BillableTime)
        /// A step was answered; `key` is the step's.
        case answered(key: String, StepAnswer)
        /// A payment was seen, by a webhook or by reconciling.
        case observed(window: Int, attempt: Int, PaymentFact)
        /// An inquiry about the step with this key was answered.
        case found(key: String, Finding)
        /// The customer has another card, or is back to authenticate: failed holds are tried anew.
        case customerActed
        /// The call is over, with this as the last word about its time. Said again, it can only lower the price.
        case ended(BillableTime)
        /// The operator gives back so much of the session altogether, in minor units.
        case refundOrdered(total: Int64)
        /// Steps that were left to the operator are tried again.
        case takenUp
        /// The machine was read from the database by a process that has just started.
        case resumed
        /// `due` has come.
        case tick
    }

    /// What is to be done. All of it is written in the transaction that stores the machine: steps as rows to be sent after the
    /// commit, bookings as ledger transactions, the others as events of the outbox.
    public enum Action: Hashable, Sendable {
        /// Send it, and hand the answer back as `.answered`.
        case send(ChargeStep)
        /// Read the payment of this step, and hand back what is `.found`. A crash before the answer: `.resumed` asks again.
        case inquire(ChargeStep)
        /// Move the horizon. Provisional: a capture is not confirmed, and both sides are told so.
        case grant(horizon: Int, isProvisional: Bool)
        /// Tell both sides.
        case warn(Warning)
        /// Write this into the ledger, once by its source.
        case book(Booking)
        /// All is decided: invoice and receipt. It comes again where something changed it afterwards.
        case settle(ChargeSummary)
    }

    /// What both sides are told.
    public enum Warning: Hashable, Sendable {
        /// The card was declined: another one is needed before the horizon.
        case declined(window: Int, code: String)
        /// The bank wants to see the customer.
        case authenticationRequired(window: Int)
        /// The call goes on though the processor has not confirmed the capture of this window.
        case unconfirmed(window: Int)
        /// The processor has been silent for too long: the horizon stays where it is.
        case processorAway(window: Int)
        /// A step was refused again and again, and is left to the operator.
        case abandoned(window: Int, attempt: Int)
    }

    /// A movement of money, with the name by which it is booked once.
    public struct Booking: Hashable, Sendable, Codable {
        /// The same for the same movement, and for no other.
        public let source: String
        /// What moved.
        public let movement: Movement

        /// A movement.
        public init(source: String, movement: Movement) {
            self.source = source
            self.movement = movement
        }

        /// What moved, in minor units of the session's currency.
        public enum Movement: Hashable, Sendable, Codable {
            /// Captured from the customer, with the platform's part of it.
            case captured(amount: Int64, fee: Int64)
            /// Given back, with the platform's part of it.
            case refunded(amount: Int64, fee: Int64)
            /// Used and not asked for.
            case waived(amount: Int64)
        }
    }
}

/// What a session came to, in minor units.
public struct ChargeSummary: Hashable, Sendable, Codable {
    /// Whole media seconds.
    public let mediaSeconds: Int
    /// Of these, billable.
    public let billableSeconds: Int
    /// Captured.
    public let captured: Int64
    /// Given back of it.
    public let refunded: Int64
    /// The platform's part of what was not given back.
    public let fee: Int64
    /// Not asked for, being below the smallest charge.
    public let waived: Int64
    /// Used and not paid, because no money was held.
    public let forgone: Int64
    /// Steps that were left to the operator.
    public let abandoned: Int

    /// What the customer pays.
    public var charged: Int64 { captured - refunded }
    /// What the consultant gets.
    public var earned: Int64 { charged - fee }
}
