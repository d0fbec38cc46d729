extension ChargeMachine {
    /// What the session has come to so far.
    public var summary: ChargeSummary {
        var (captured, refunded, fee, waived, forgone): (Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0)
        for place in places {
            guard case .captured(let amount, let taken, let back, let backFee) = self[place].known else { continue }
            captured += amount
            refunded += back
            fee += taken - backFee
        }
        for window in windows {
            switch window.outcome {
            case .waived(let amount): waived += amount
            case .forgone(let amount): forgone += amount
            case .open, .taken, .released: break
            }
        }
        let billable = time.billable(upTo: time.mediaSeconds)
        if isOver, time.mediaSeconds >= terms.thresholdSeconds {
            // What was used beyond the windows, in the gate's grace.
            let held = time.billable(upTo: terms.end(of: windows.count))
            forgone += terms.prices.price(fromSecond: held, to: billable)
        }
        return ChargeSummary(
            mediaSeconds: time.mediaSeconds, billableSeconds: billable, captured: captured, refunded: refunded,
            fee: fee,
            waived: waived, forgone: forgone, abandoned: places.count { self[$0].isAbandoned })
    }

    /// Says so once nothing is open any more, and again where it came out differently.
    ///
    /// - Parameter owesRefund: whether something is still to be given back.
    mutating func settle(owesRefund: Bool, _ actions: inout [Action]) {
        let isDone =
            !owesRefund && windows.allSatisfy { $0.outcome != .open }
            && places.allSatisfy { place in
                self[place].pending == nil && (self[place].known != .held || self[place].isAbandoned)
            }
        state = isDone ? .settled : .closing
        guard isDone, summary != settledAs else { return }
        settledAs = summary
        actions.append(.settle(summary))
    }
}

extension ChargeWindow {
    /// What was captured for it.
    var taken: (amount: Int64, fee: Int64) {
        guard let takenBy, case .captured(let amount, let fee, _, _) = attempts[takenBy].known else { return (0, 0) }
        return (amount, fee)
    }
}
