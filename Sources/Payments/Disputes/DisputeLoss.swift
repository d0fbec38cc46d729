/// Whose a lost dispute is: what of it the consultant has to give back. Amounts are minor units.
struct DisputeLoss: Hashable, Sendable {
    /// What was captured of the payment, and the platform's part of it.
    let captured: Int64
    let fee: Int64
    /// What was given back of both.
    let refunded: Int64
    let refundedFee: Int64
    /// What disputes of the payment have lost so far, and what of that was the consultant's.
    let lost: Int64
    let recovered: Int64

    /// The consultant's part of another `amount` that is lost.
    ///
    /// What was refunded before is no longer the consultant's, so a bank that takes it once more takes it from the platform. What is
    /// rounded is the platform's part of all that is lost by then, not of each amount: so the parts come to the whole, however small
    /// they are.
    func consultantPart(of amount: Int64) -> Int64 {
        let whole = max(0, captured - refunded)
        let before = min(lost, whole)
        let shared = min(amount, whole - before)
        let after = before + shared
        let platform = Self.share(of: max(0, fee - refundedFee), for: after, in: whole)
        return min(max(0, after - platform - recovered), shared)
    }

    /// `part` of `whole` applied to `amount`, half up; at most the amount and at most the part.
    static func share(of amount: Int64, for part: Int64, in whole: Int64) -> Int64 {
        guard whole > 0, amount > 0, part > 0 else { return 0 }
        let (high, low) = amount.multipliedFullWidth(by: min(part, whole))
        let (quotient, rest) = whole.dividingFullWidth((high, low))
        return min(quotient + (rest >= whole - rest ? 1 : 0), amount, part)
    }
}
