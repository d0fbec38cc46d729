internal import Billing
internal import Database
internal import Money
internal import Stripe

/// How far a payment is, in the words that both sides share.
enum PaymentStanding: String, Hashable, Sendable, CaseIterable {
    /// Asked for, and nothing is known.
    case asked
    /// Refused, or never made.
    case failed
    /// The money is held.
    case held
    /// Released.
    case released
    /// The money was taken.
    case captured
    /// Stripe itself does not know yet.
    case undecided
}

/// What moved of a payment, in minor units.
struct PaymentMoney: Hashable, Sendable {
    var captured: Int64 = 0
    var fee: Int64 = 0
    var refunded: Int64 = 0
    var refundedFee: Int64 = 0
}

/// A payment as Stripe tells it.
struct PaymentThere: Hashable, Sendable {
    /// Stripe's name of it.
    let id: String
    /// Our name of it; nil where it is none of ours.
    let name: String?
    let currency: String
    let standing: PaymentStanding
    let money: PaymentMoney
}

/// A payment as we know it.
struct PaymentHere: Hashable, Sendable {
    /// Our name of it: what the keys of its steps begin with.
    let name: String
    /// Stripe's name of it, where it was learnt.
    let processor: String?
    let currency: String
    /// What may be taken.
    let amount: Int64
    /// What the machine says.
    let standing: PaymentStanding
    let money: PaymentMoney
    /// What the row says.
    let rowState: String
    let machineState: String
    let rowMoney: PaymentMoney
    /// What the ledger says.
    let booked: PaymentMoney
    /// Whether the session's money is decided.
    let isSettled: Bool
    /// Whether something was asked of Stripe a moment ago, or has just been learnt.
    let isUnderWay: Bool
}

extension PaymentThere {
    /// What Stripe says of a payment that was read with its charge and our fee.
    init(_ intent: PaymentIntent) {
        id = intent.id.text
        name = intent.metadata?["payment"].flatMap { $0.hasPrefix("cc-") ? $0 : nil }
        currency = intent.currency.code
        switch PaymentFact(intent) {
        case .held: (standing, money) = (.held, PaymentMoney())
        case .cancelled: (standing, money) = (.released, PaymentMoney())
        case .failed: (standing, money) = (.failed, PaymentMoney())
        case .captured(let amount, let fee, let refunded, let refundedFee):
            standing = .captured
            money = PaymentMoney(captured: amount, fee: fee, refunded: refunded, refundedFee: refundedFee)
        case nil: (standing, money) = (.undecided, PaymentMoney())
        }
    }
}

extension PaymentStanding {
    /// Of a hold as it is kept.
    init(_ state: ChargeHold.State) {
        switch state {
        case .created: self = .asked
        case .authorized, .cancelling: self = .held
        case .captured, .refunding, .refunded: self = .captured
        case .cancelled: self = .released
        case .failed: self = .failed
        }
    }
}

extension PaymentMoney {
    /// Of a hold as it is kept.
    init(_ hold: ChargeHold) {
        self.init(
            captured: hold.captured, fee: hold.fee, refunded: hold.refunded, refundedFee: hold.refundedFee)
    }
}
