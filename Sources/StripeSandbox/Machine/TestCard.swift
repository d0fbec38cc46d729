/// Stripe's test payment methods (docs.stripe.com/testing), by the names under which they are used instead of a card.
enum TestCard: String, Codable, Sendable, CaseIterable {
    case visa = "pm_card_visa"
    case visaDebit = "pm_card_visa_debit"
    case mastercard = "pm_card_mastercard"
    case amex = "pm_card_amex"
    case discover = "pm_card_discover"
    case unitedStates = "pm_card_us"
    case bypassPending = "pm_card_bypassPending"
    case declined = "pm_card_visa_chargeDeclined"
    case insufficientFunds = "pm_card_visa_chargeDeclinedInsufficientFunds"
    case lost = "pm_card_visa_chargeDeclinedLostCard"
    case stolen = "pm_card_visa_chargeDeclinedStolenCard"
    case expired = "pm_card_chargeDeclinedExpiredCard"
    case incorrectCode = "pm_card_chargeDeclinedIncorrectCvc"
    case processingError = "pm_card_chargeDeclinedProcessingError"
    case failsAfterAttaching = "pm_card_chargeCustomerFail"
    case authenticationRequired = "pm_card_authenticationRequired"
    case authenticationRequiredOnSetup = "pm_card_authenticationRequiredOnSetup"
    case authenticatedBefore = "pm_card_authenticationRequiredSetupForOffSession"
    case authenticatedThenDeclined = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    case disputed = "pm_card_createDispute"
    case notReceived = "pm_card_createDisputeProductNotReceived"
    case inquired = "pm_card_createDisputeInquiry"

    /// How a card behaves.
    struct Traits {
        /// When the bank wants the card's owner for a charge.
        enum Owner { case never, always, unlessSetUp, whenPresent }

        var last4: String
        var brand = "visa"
        /// What the bank says to a charge; nil: yes.
        var problem: Problem?
        /// Whether it is refused already when it is stored; the others decline when they are charged.
        var isRefusedWhenAttached = false
        var owner = Owner.never
        /// The reason of the dispute that follows a capture.
        var dispute: String?

        static func refused(_ last4: String, _ code: String, _ declineCode: String, _ message: String) -> Traits {
            Traits(
                last4: last4, problem: Problem(code: code, declineCode: declineCode, message: message),
                isRefusedWhenAttached: true)
        }
    }

    var traits: Traits {
        switch self {
        case .visa, .unitedStates: Traits(last4: "4242")
        case .visaDebit: Traits(last4: "5556")
        case .mastercard: Traits(last4: "4444", brand: "mastercard")
        case .amex: Traits(last4: "0005", brand: "amex")
        case .discover: Traits(last4: "1117", brand: "discover")
        case .bypassPending: Traits(last4: "0077")
        case .declined: .refused("0002", "card_declined", "generic_decline", "Your card was declined.")
        case .insufficientFunds:
            .refused("9995", "card_declined", "insufficient_funds", "Your card has insufficient funds.")
        case .lost: .refused("9987", "card_declined", "lost_card", "Your card was declined.")
        case .stolen: .refused("9979", "card_declined", "stolen_card", "Your card was declined.")
        case .expired: .refused("0069", "expired_card", "expired_card", "Your card has expired.")
        case .incorrectCode:
            .refused("0127", "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
        case .processingError:
            .refused(
                "0119", "processing_error", "processing_error", "An error occurred while processing your card.")
        case .failsAfterAttaching: Traits(last4: "0341", problem: .declined)
        case .authenticationRequired: Traits(last4: "3184", owner: .always)
        case .authenticationRequiredOnSetup: Traits(last4: "3155", owner: .unlessSetUp)
        case .authenticatedBefore: Traits(last4: "0446", owner: .whenPresent)
        case .authenticatedThenDeclined:
            Traits(
                last4: "3178",
                problem: Problem(
                    code: "card_declined", declineCode: "insufficient_funds",
                    message: "Your card has insufficient funds."),
                owner: .always)
        case .disputed: Traits(last4: "0259", dispute: "fraudulent")
        case .notReceived: Traits(last4: "2685", dispute: "product_not_received")
        case .inquired: Traits(last4: "1976", dispute: "fraudulent")
        }
    }

    /// Whether the bank wants its owner for a charge.
    func wantsOwner(isSetUp: Bool, offSession: Bool) -> Bool {
        switch traits.owner {
        case .never: false
        case .always: true
        case .unlessSetUp: !isSetUp
        case .whenPresent: !offSession
        }
    }

    /// Whether the bank wants its owner when it is stored.
    var wantsOwnerAtSetup: Bool {
        switch traits.owner {
        case .never, .whenPresent: false
        case .always, .unlessSetUp: true
        }
    }

    /// For how long a hold on it stands, in seconds: 7 days with its owner there, 4 days 18 hours on a Visa without.
    func holdSeconds(offSession: Bool) -> Int64 {
        offSession && traits.brand == "visa" ? 4 * 86_400 + 18 * 3600 : 7 * 86_400
    }
}
