internal import Stripe

/// A payout as one side tells it.
struct PayoutSide: Hashable, Sendable {
    let amount: Int64
    let currency: String
    let state: Payout.Status
}

/// Holds a payout as Stripe tells it against the same payout as we know it. Pure.
enum PayoutComparison {
    /// - Parameters:
    ///   - ours: nil where we do not know it.
    ///   - isBooked: whether the ledger says that it arrived and did not come back.
    static func findings(
        of id: String, there: PayoutSide?, ours: PayoutSide?, isBooked: Bool
    ) -> [ReconciliationFinding] {
        guard let ours else {
            return there.map { side in
                [.init(.payoutMissed, id, "Stripe says \(side.state.rawValue); it is not here", repair: .keep)]
            } ?? []
        }
        guard let there else { return [.init(.payoutNotThere, id, "Stripe does not know it")] }
        guard there.amount == ours.amount, there.currency == ours.currency else {
            return [
                .init(
                    .payoutDiffers, id,
                    "Stripe says \(there.amount) \(there.currency), we say \(ours.amount) \(ours.currency)")
            ]
        }
        if there.state != ours.state {
            let words = "Stripe says \(there.state.rawValue), we say \(ours.state.rawValue)"
            return PayoutStore.rank(there.state) > PayoutStore.rank(ours.state)
                ? [.init(.payoutMissed, id, words, repair: .keep)] : [.init(.payoutDiffers, id, words)]
        }
        return ours.state == .paid && !isBooked ? [.init(.payoutNotBooked, id, "it arrived, and is not booked")] : []
    }
}
