internal import HTTPTypes
public import REST
public import Stripe

/// Why something about a card or a payout account was not done.
public enum PaymentAccountError: Error, Sendable, Hashable {
    /// The bank refuses the card: its word for why, and a sentence for the card's owner.
    case declined(code: String, words: String)
    /// The bank wants the card's owner to authenticate first.
    case authenticationRequired
    /// There is no such card, or none of theirs.
    case noSuchCard
    /// The card or SetupIntent is somebody else's.
    case belongsToAnother
    /// The card was not stored by this SetupIntent yet, or it was given up.
    case setupUnfinished
    /// It is no card.
    case notACard
    /// They have as many cards as one may have.
    case tooManyCards
    /// They have no payout account.
    case noPayoutAccount
    /// Stripe serves no accounts in this country.
    case countryNotServed
    /// The account was erased meanwhile.
    case accountGone
    /// The key came with another request before.
    case keyReused
    /// Stripe cannot be reached, or is busy; whether it was done may not be known.
    case unavailable
    /// Stripe failed, and repeats that under the same key; whether it was done is not known.
    case failed
    /// Stripe does not accept us.
    case notAccepted

    /// What an error of Stripe's means whatever was asked; nil where that depends on the request.
    public init?(_ error: StripeError) {
        switch error.kind {
        case .card:
            let reason = error.declineCode ?? error.code ?? "generic_decline"
            let isSecret = Self.secretReasons.contains(reason)
            self = .declined(
                code: isSecret ? "generic_decline" : reason,
                words: isSecret || error.message.isEmpty ? "Your card was declined." : error.message)
        case .authenticationRequired: self = .authenticationRequired
        case .keyReused: self = .keyReused
        case .keyInUse, .rateLimit, .unanswered, .notSent: self = .unavailable
        case .service: self = .failed
        case .notAllowed: self = .notAccepted
        case .invalidRequest, .notFound: return nil
        }
    }

    /// What Stripe asks not to be told to whoever holds the card: they may not be its owner.
    private static let secretReasons: Set<String> = [
        "fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "restricted_card", "stolen_card",
    ]

    /// The refusal of a request.
    public var problem: Problem {
        switch self {
        case .declined(let code, let words):
            var problem = Problem(.paymentRequired, code: "card_declined", words)
            problem.declineCode = code
            return problem
        case .authenticationRequired:
            return Problem(
                .paymentRequired, code: "authentication_required",
                "Your bank asks you to confirm this card. Confirm it, then try again.")
        case .noSuchCard: return Problem(.notFound, code: "payment_method_not_found", "There is no such card.")
        case .belongsToAnother:
            return Problem(.conflict, code: "payment_method_taken", "This card was stored by another account.")
        case .setupUnfinished:
            return Problem(.conflict, code: "setup_unfinished", "No card has been stored this way yet.")
        case .notACard:
            return Problem(.unprocessableContent, code: "payment_method_not_a_card", "Only cards can be stored.")
        case .tooManyCards:
            return Problem(
                .conflict, code: "too_many_payment_methods",
                "At most \(PaymentAccounts.mostCards) cards can be stored. Remove one first.")
        case .noPayoutAccount:
            return Problem(.notFound, code: "payout_account_not_found", "Set up your payout account first.")
        case .countryNotServed: return .invalid("/country", "payouts are not available there")
        case .accountGone: return .notFound("account")
        case .keyReused:
            return Problem(
                .unprocessableContent, code: "idempotency_key_reused",
                "This Idempotency-Key came with another content before.")
        case .unavailable, .failed, .notAccepted:
            return Problem(
                .serviceUnavailable, code: "payments_unavailable",
                "The payment service cannot be reached at the moment. Nothing was charged."
            ).retry(after: 5)
        }
    }
}

/// Runs what answers a request, with the errors of cards and payout accounts as refusals.
nonisolated(nonsending) func answering(_ body: nonisolated(nonsending) () async throws -> Reply) async throws -> Reply {
    do {
        return try await body()
    } catch let error as PaymentAccountError {
        throw error.problem
    }
}

extension HTTPResponse.Status {
    /// 402, which the library does not name.
    static let paymentRequired = HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")
}
