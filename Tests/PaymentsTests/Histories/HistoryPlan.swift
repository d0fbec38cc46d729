import TestSupport

/// What a history is made of: how its call goes, and how much goes wrong, each in so many of a hundred.
struct HistoryPlan: Sendable {
    /// Per hour, in minor units.
    let rate: Int64
    let threshold: Int
    let window: Int
    /// Real seconds after which they hang up.
    let length: Int
    /// What somebody pays with; nil: nothing, until they act.
    let card: String?
    /// Whether the consultant can be paid.
    let isPayable: Bool
    /// Requests to Stripe that something happens to.
    let faults: Int
    /// Holds that the bank refuses, or wants to ask the customer about.
    let declines: Int
    /// Times at which the sidecar is killed: before a commit, or with a request in its hands.
    let crashes: Int
    /// Webhooks that never come, of the others those that come twice; and how long they take at most.
    let lostWebhooks: Int
    let doubledWebhooks: Int
    let webhookDelay: Int
    /// Holds that are released at Stripe behind our back: they expired, or somebody used the dashboard.
    let vanishing: Int
    /// Records of ten seconds in which media went one way at most, and those known only after the end.
    let unbilled: Int
    let lateRecords: Int
    /// Whether the room never says its last word.
    let isSilent: Bool
    /// Whether an administrator gives a part back afterwards.
    let isRefunded: Bool

    /// Whether nothing goes wrong between us and Stripe, and no card is refused.
    var isFaultless: Bool {
        faults == 0 && declines == 0 && crashes == 0 && vanishing == 0 && card == "pm_card_visa" && isPayable
    }

    init(_ random: inout SeededGenerator) {
        rate = Int64(9100 + random.below(90_000))
        window = 20 + random.below(3) * 10
        threshold = random.below(3) == 0 ? 10 + random.below(50) : window
        length = random.below(4) == 0 ? random.below(25) : random.below(130)
        let isTroubled = random.below(4) > 0
        faults = isTroubled ? [0, 10, 25, 50][random.below(4)] : 0
        declines = isTroubled && random.below(3) == 0 ? 20 : 0
        crashes = isTroubled ? [0, 2, 8][random.below(3)] : 0
        vanishing = isTroubled && random.below(6) == 0 ? 5 : 0
        card =
            switch isTroubled ? random.below(20) : 2 {
            case 0: nil
            case 1: "pm_card_chargeCustomerFail"
            default: "pm_card_visa"
            }
        isPayable = !isTroubled || random.below(25) > 0
        lostWebhooks = [0, 50, 100][random.below(3)]
        doubledWebhooks = [0, 40][random.below(2)]
        webhookDelay = [0, 5, 120][random.below(3)]
        unbilled = random.below(3) == 0 ? 25 : 0
        lateRecords = random.below(3) == 0 ? 30 : 0
        isSilent = random.below(10) == 0
        isRefunded = random.below(8) == 0
    }
}
