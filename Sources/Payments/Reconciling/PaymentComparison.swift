/// Holds a payment as Stripe tells it against the same payment as we know it. Pure: both sides go in, findings come out.
///
/// A finding can be repaired where Stripe is provably ahead: it did something that leads forward from what we know, in the same
/// currency and within what was held, so that telling our machine is all it takes. Where we are ahead, or both say something
/// else about the same thing, somebody has to look.
enum PaymentComparison {
    typealias Finding = ReconciliationFinding

    /// - Returns: nothing where both agree, where neither matters, and while the payment is under way.
    static func findings(there: PaymentThere?, here: PaymentHere?) -> [Finding] {
        switch (there, here) {
        case (nil, nil): []
        case (let there?, nil): unknown(there)
        case (nil, let here?): here.isUnderWay ? [] : ours(here) + alone(here)
        case (let there?, let here?): here.isUnderWay ? [] : ours(here) + both(there, here)
        }
    }

    // MARK: One side only

    private static func unknown(_ there: PaymentThere) -> [Finding] {
        guard let name = there.name else { return [] }
        switch there.standing {
        case .held:
            return [Finding(.paymentUnknown, there.id, "Stripe holds money for \(name), which we did not make")]
        case .captured:
            return [
                Finding(
                    .paymentUnknown, there.id,
                    "Stripe took \(there.money.captured) \(there.currency) for \(name), which we did not make")
            ]
        case .asked, .failed, .released, .undecided: return []
        }
    }

    private static func alone(_ here: PaymentHere) -> [Finding] {
        switch here.standing {
        case .held, .captured:
            [Finding(.paymentNotThere, here.name, "it is \(here.standing.rawValue) here, and Stripe does not know it")]
        case .asked:
            // The machine itself asks until it knows.
            here.isSettled
                ? [Finding(.paymentNotThere, here.name, "it was asked for, and Stripe does not know it")] : []
        case .failed, .released, .undecided: []
        }
    }

    /// What has to agree on our own side.
    private static func ours(_ here: PaymentHere) -> [Finding] {
        var findings: [Finding] = []
        if here.rowState != here.machineState || here.rowMoney != here.money {
            findings.append(
                Finding(
                    .rowDiffers, here.name,
                    "the row says \(here.rowState) \(here.rowMoney), the machine \(here.machineState) \(here.money)",
                    repair: here.money == here.booked ? .rewrite : nil))
        }
        if here.money != here.booked {
            findings.append(
                Finding(.ledgerDiffers, here.name, "the payment says \(here.money), the ledger \(here.booked)"))
        }
        return findings
    }

    // MARK: Both sides

    private static func both(_ there: PaymentThere, _ here: PaymentHere) -> [Finding] {
        if let known = here.processor, known != there.id {
            guard there.standing == .held || there.standing == .captured else { return [] }
            return [Finding(.heldTwice, here.name, "it is \(known) here, and \(there.id) at Stripe besides")]
        }
        var findings: [Finding] = []
        if here.processor == nil {
            findings.append(Finding(.nameMissed, here.name, "at Stripe it is \(there.id)", repair: .observe))
        }
        guard there.currency == here.currency else {
            return findings + [
                Finding(.amountDiffers, here.name, "Stripe says \(there.currency), we say \(here.currency)")
            ]
        }
        switch there.standing {
        case .asked, .undecided: break
        case .held: findings += held(there, here)
        case .released: findings += released(there, here)
        case .failed: findings += failed(there, here)
        case .captured: findings += captured(there, here)
        }
        return findings
    }

    private static func held(_ there: PaymentThere, _ here: PaymentHere) -> [Finding] {
        switch here.standing {
        case .asked, .failed:
            [Finding(.holdMissed, here.name, "Stripe holds it; here it is \(here.standing.rawValue)", repair: .observe)]
        case .held:
            here.isSettled
                ? [Finding(.staleHold, here.name, "its session is settled, and Stripe still holds it", repair: .takeUp)]
                : []
        case .released: [Finding(.staleHold, here.name, "it is released here, and Stripe still holds it")]
        case .captured: [captureNotThere(there, here)]
        case .undecided: []
        }
    }

    private static func released(_ there: PaymentThere, _ here: PaymentHere) -> [Finding] {
        switch here.standing {
        case .asked, .held:
            [
                Finding(
                    .releaseMissed, here.name, "Stripe has released it; here it is \(here.standing.rawValue)",
                    repair: .observe)
            ]
        case .captured: [captureNotThere(there, here)]
        case .failed, .released, .undecided: []
        }
    }

    private static func failed(_ there: PaymentThere, _ here: PaymentHere) -> [Finding] {
        switch here.standing {
        case .asked: [Finding(.declineMissed, here.name, "the card was refused", repair: .observe)]
        case .held: [Finding(.holdNotThere, here.name, "it is held here; at Stripe the card was refused")]
        case .captured: [captureNotThere(there, here)]
        case .failed, .released, .undecided: []
        }
    }

    private static func captureNotThere(_ there: PaymentThere, _ here: PaymentHere) -> Finding {
        Finding(
            .captureNotThere, here.name,
            "here \(here.money.captured) \(here.currency) were taken; at Stripe it is \(there.standing.rawValue)")
    }

    private static func captured(_ there: PaymentThere, _ here: PaymentHere) -> [Finding] {
        let (theirs, ours) = (there.money, here.money)
        guard here.standing == .captured else {
            let isSound =
                theirs.captured > 0 && theirs.captured <= here.amount && (0...theirs.captured).contains(theirs.fee)
            return [
                Finding(
                    .captureMissed, here.name,
                    "Stripe took \(theirs.captured) \(there.currency); here it is \(here.standing.rawValue)",
                    repair: isSound ? .observe : nil)
            ]
        }
        guard theirs.captured == ours.captured else {
            return [
                Finding(
                    .amountDiffers, here.name,
                    "Stripe took \(theirs.captured) \(there.currency), we say \(ours.captured)")
            ]
        }
        guard theirs.fee == ours.fee else {
            return [Finding(.feeDiffers, here.name, "Stripe says a fee of \(theirs.fee), we say \(ours.fee)")]
        }
        if theirs.refunded > ours.refunded {
            let isSound = theirs.refunded <= theirs.captured && theirs.refundedFee >= ours.refundedFee
            return [
                Finding(
                    .refundMissed, here.name,
                    "Stripe gave back \(theirs.refunded) \(there.currency), we say \(ours.refunded)",
                    repair: isSound ? .observe : nil)
            ]
        }
        if theirs.refunded < ours.refunded {
            return [
                Finding(
                    .refundNotThere, here.name,
                    "we say that \(ours.refunded) \(there.currency) were given back, Stripe \(theirs.refunded)")
            ]
        }
        guard theirs.refundedFee == ours.refundedFee else {
            return [
                Finding(
                    .feeDiffers, here.name,
                    "Stripe gave back a fee of \(theirs.refundedFee), we say \(ours.refundedFee)")
            ]
        }
        return []
    }
}

extension PaymentMoney: CustomStringConvertible {
    var description: String { "\(captured) fee \(fee), back \(refunded) fee \(refundedFee)" }
}
