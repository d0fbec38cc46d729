struct CustomerRow: Codable, Sendable {
    let id: String
    let created: Int64
    var email: String?
    var name: String?
    var description: String?
    var metadata: [String: String]
    var defaultMethod: String?
    var isDeleted = false
}

struct MethodRow: Codable, Sendable {
    let id: String
    let created: Int64
    /// Which of Stripe's test methods it came from.
    let card: TestCard
    var customer: String?
    /// Whether its owner authenticated while it was stored.
    var isSetUp = false
}

struct SetupRow: Codable, Sendable {
    enum Status: String, Codable, Sendable {
        case needsMethod = "requires_payment_method"
        case needsConfirmation = "requires_confirmation"
        case needsAction = "requires_action"
        case succeeded, canceled
    }

    let id: String
    let created: Int64
    let secret: String
    let customer: String?
    let usage: String
    var status: Status
    var method: String?
    var metadata: [String: String]
    var returnURL: String?
    var problem: Problem?
}

/// Why a bank refused.
struct Problem: Codable, Sendable, Equatable {
    var code: String
    var declineCode: String?
    var message: String

    static let authentication = Problem(
        code: "authentication_required", declineCode: "authentication_required",
        message: "Your card was declined. This transaction requires authentication.")
    static let declined = Problem(
        code: "card_declined", declineCode: "generic_decline", message: "Your card was declined.")
    static let abandoned = Problem(
        code: "payment_intent_authentication_failure",
        message: "The provided PaymentMethod has failed authentication.")
}

struct IntentRow: Codable, Sendable {
    enum Status: String, Codable, Sendable {
        case needsMethod = "requires_payment_method"
        case needsConfirmation = "requires_confirmation"
        case needsAction = "requires_action"
        case needsCapture = "requires_capture"
        case succeeded, canceled
    }

    let id: String
    let created: Int64
    let secret: String
    let amount: Int64
    let currency: String
    let isManual: Bool
    var status: Status
    var customer: String?
    var method: String?
    var received: Int64 = 0
    var fee: Int64?
    var destination: String?
    /// What is transferred, where it is not the whole.
    var transferAmount: Int64?
    var description: String?
    var receiptEmail: String?
    var transferGroup: String?
    var metadata: [String: String]
    var charge: String?
    var problem: Problem?
    var canceledAt: Int64?
    var cancellationReason: String?
}

struct ChargeRow: Codable, Sendable {
    let id: String
    let created: Int64
    let intent: String
    let amount: Int64
    let currency: String
    let customer: String?
    let method: String
    let card: TestCard
    let metadata: [String: String]
    var problem: Problem?
    var captureBefore: Int64?
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var isCaptured = false
    var isReleased = false
    var fee: Int64 = 0
    var feeRefunded: Int64 = 0
    var feeID: String?
    var transfer: String?
    var destination: String?
    var entry: String?
    var dispute: String?
}

struct RefundRow: Codable, Sendable {
    let id: String
    let created: Int64
    let charge: String
    let intent: String
    let amount: Int64
    let currency: String
    let reason: String?
    var metadata: [String: String]
    let reversal: String?
    let entry: String
}

struct TransferRow: Codable, Sendable {
    let id: String
    let created: Int64
    let amount: Int64
    let currency: String
    let destination: String
    let charge: String
    var reversed: Int64 = 0
}

struct ReversalRow: Codable, Sendable {
    let id: String
    let created: Int64
    let transfer: String
    let amount: Int64
    let currency: String
    var metadata: [String: String]
    let refund: String?
}

struct AccountRow: Codable, Sendable {
    let id: String
    let created: Int64
    let country: String
    let currency: String
    let controller: [String: String]
    let requested: [String]
    var email: String?
    var metadata: [String: String]
    var isEnabled = false
    var interval: String
    var anchor: String?
    var lastPayout: Int64
}

struct LinkRow: Codable, Sendable {
    let token: String
    let account: String
    let expires: Int64
    let returnURL: String
    let refreshURL: String
}

struct DisputeRow: Codable, Sendable {
    enum Status: String, Codable, Sendable {
        case warningNeedsResponse = "warning_needs_response"
        case warningUnderReview = "warning_under_review"
        case warningClosed = "warning_closed"
        case needsResponse = "needs_response"
        case underReview = "under_review"
        case won, lost
    }

    let id: String
    let created: Int64
    let charge: String
    let intent: String
    let amount: Int64
    let currency: String
    let reason: String
    var dueBy: Int64
    var status: Status
    var evidence: [String: String] = [:]
    var submissions: Int64 = 0
    var metadata: [String: String] = [:]
    var entries: [String] = []
}

struct PayoutRow: Codable, Sendable {
    let id: String
    let created: Int64
    /// Empty: the platform.
    let account: String
    let amount: Int64
    let currency: String
    let arrival: Int64
    let isAutomatic: Bool
    var status: String
    var metadata: [String: String]
    let entry: String
}

/// One line of an account's balance.
struct EntryRow: Codable, Sendable {
    let id: String
    let created: Int64
    /// Empty: the platform.
    let account: String
    let amount: Int64
    let fee: Int64
    let currency: String
    let type: String
    let source: String
}

struct EventRow: Codable, Sendable {
    let id: String
    let type: String
    let created: Int64
    /// Empty: the platform.
    let account: String
    /// The whole event as JSON.
    let body: String
    var isDelivered = false
    /// What a fault does to its delivery.
    var mishap: Mishap?
}

/// What a fault does to the delivery of an event.
struct Mishap: Codable, Sendable, Equatable {
    enum Kind: String, Codable, Sendable { case lost, doubled, reordered, late }

    var kind: Kind
    var milliseconds: Int64
}
