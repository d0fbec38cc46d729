internal import Database

/// What follows from what is known. The plan is made anew after each event, and asks for nothing that is asked for already.
extension ChargeMachine {
    /// A window has at most this many attempts, whatever they come to.
    private static let attemptLimit = 20

    mutating func plan(_ now: Timestamp, _ actions: inout [Action]) {
        if state == .running { hold(now, &actions) }
        take(now, &actions)
        release(now, &actions)
        if isOver {
            let owesRefund = giveBack(now, &actions)
            settle(owesRefund: owesRefund, &actions)
        } else {
            grant(now, &actions)
        }
    }

    // MARK: Holds

    private mutating func hold(_ now: Timestamp, _ actions: inout [Action]) {
        for index in windows.indices where windows[index].outcome == .open { attempt(index, now, &actions) }
        while wantsNextWindow {
            windows.append(ChargeWindow(number: windows.count + 1))
            attempt(windows.count - 1, now, &actions)
        }
    }

    private var wantsNextWindow: Bool {
        guard let last = windows.last else { return true }
        return last.isSecure && time.mediaSeconds >= terms.start(of: last.number + 1) - terms.leadSeconds
            && unpaid.count <= terms.unsettledWindows
    }

    /// Full windows whose price is not captured yet.
    private var unpaid: [ChargeWindow] { windows.filter { $0.outcome == .open && isFull($0) } }

    private func isFull(_ window: ChargeWindow) -> Bool {
        isOver || time.mediaSeconds >= terms.takenFrom(window.number)
    }

    private mutating func attempt(_ index: Int, _ now: Timestamp, _ actions: inout [Action]) {
        let window = windows[index]
        guard !window.awaitsCustomer, window.chosen == nil, window.attempts.count < Self.attemptLimit else { return }
        if let wait = window.attempts.last?.notBefore, wait > now { return }
        let amount = terms.prices.hold(forSeconds: terms.windowSeconds)
        windows[index].attempts.append(Attempt(number: window.attempts.count + 1, amount: amount))
        send(
            .hold, amount: amount, fee: terms.prices.fee(of: amount),
            at: AttemptPlace(window: index, attempt: window.attempts.count), now, &actions)
    }

    // MARK: Captures

    /// The price of what was used of a window, in minor units.
    func price(of window: ChargeWindow) -> Int64 {
        terms.prices.price(
            fromSecond: time.billable(upTo: terms.start(of: window.number)),
            to: time.billable(upTo: terms.end(of: window.number)))
    }

    /// Decides one window after the other, up to the first that has to wait.
    private mutating func take(_ now: Timestamp, _ actions: inout [Action]) {
        if isOver, time.mediaSeconds < terms.thresholdSeconds {
            for index in windows.indices where windows[index].outcome == .open { windows[index].outcome = .released }
            return
        }
        for index in windows.indices where isFull(windows[index]) {
            windows[index].fullSince = windows[index].fullSince ?? now
        }
        for index in windows.indices where windows[index].outcome == .open {
            guard isFull(windows[index]) else { return }
            windows[index].outcome = decide(index, now, &actions)
            if windows[index].outcome == .open { return }
        }
    }

    private mutating func decide(
        _ index: Int, _ now: Timestamp, _ actions: inout [Action]
    ) -> ChargeWindow.Outcome {
        let window = windows[index]
        let price = price(of: window)
        guard let chosen = window.chosen, !isOver || window.isCountable || window.attempts[chosen].isCaptured else {
            // While the call runs the customer may still act.
            return !isOver ? .open : price == 0 ? .released : .forgone(price)
        }
        let place = AttemptPlace(window: index, attempt: chosen)
        switch window.attempts[chosen].known {
        case .captured:
            windows[index].takenBy = chosen
            return .taken
        case .asked, .failed, .absent, .cancelled: return .open
        case .held: break
        }
        if let pending = window.attempts[chosen].pending, pending.step.kind != .hold { return .open }
        if price == 0 { return .released }
        if price < terms.prices.minimumCharge {
            book("\(session)-w\(window.number)-waived", .waived(amount: price), &actions)
            return .waived(price)
        }
        if let wait = window.attempts[chosen].notBefore, wait > now { return .open }
        let amount = min(price, window.attempts[chosen].amount)
        send(
            .capture, amount: amount, fee: terms.prices.fee(of: amount, after: captured(before: index)), at: place, now,
            &actions)
        return .open
    }

    private func captured(before index: Int) -> Int64 {
        windows[..<index].reduce(0) { $0 + $1.taken.amount }
    }

    // MARK: Releases

    /// Cancels the holds that no window wants.
    private mutating func release(_ now: Timestamp, _ actions: inout [Action]) {
        for place in places {
            let attempt = self[place]
            guard attempt.known == .held, attempt.pending == nil, !attempt.isAbandoned else { continue }
            let window = windows[place.window]
            if window.outcome == .open, window.chosen == place.attempt { continue }
            if let wait = attempt.notBefore, wait > now { continue }
            send(.cancel, at: place, now, &actions)
        }
    }

    // MARK: Refunds

    /// Gives back what is more than the call came to: from its end backwards, and what a window was charged twice.
    ///
    /// - Returns: whether something is still to be given back.
    private mutating func giveBack(_ now: Timestamp, _ actions: inout [Action]) -> Bool {
        guard windows.allSatisfy({ $0.outcome != .open }) else { return false }
        var owesRefund = false
        let target = max(0, owed - orderedRefund)
        var kept: Int64 = 0
        for place in places {
            guard case .captured(let amount, let fee, let refunded, let refundedFee) = self[place].known else {
                continue
            }
            var (keeps, keepsFee): (Int64, Int64) = (0, 0)
            if windows[place.window].takenBy == place.attempt {
                keeps = max(0, min(amount, target - kept))
                keepsFee = keeps == amount ? fee : terms.prices.fee(of: keeps, after: kept)
                kept += keeps
            }
            let (back, backFee) = (amount - keeps, fee - keepsFee)
            guard back > refunded, !self[place].isAbandoned else { continue }
            owesRefund = true
            guard self[place].pending == nil else { continue }
            if let wait = self[place].notBefore, wait > now { continue }
            send(
                .refund, amount: back - refunded, fee: max(0, backFee - refundedFee), refundedAfter: back, at: place,
                now, &actions)
        }
        return owesRefund
    }

    /// What may be kept of all captures, refunds that were ordered apart.
    private var owed: Int64 {
        guard time.mediaSeconds >= terms.thresholdSeconds else { return 0 }
        return windows.reduce(0) { $0 + ($1.outcome == .taken ? price(of: $1) : 0) }
    }

    // MARK: The horizon

    var isProvisional: Bool { windows.contains { $0.outcome == .open && $0.warned.contains(.unconfirmed) } }

    private mutating func grant(_ now: Timestamp, _ actions: inout [Action]) {
        let secured = windows.prefix { $0.isSecure }.count
        guard secured > 0, terms.end(of: secured) > horizon,
            secured == 1 || time.mediaSeconds >= terms.takenFrom(secured - 1)
        else { return }
        let unpaid = unpaid
        if let newest = unpaid.compactMap(\.fullSince).max() {
            guard now >= newest.advanced(by: .seconds(terms.patienceSeconds)) else { return }
            guard unpaid.count <= terms.unsettledWindows else {
                warn(.away, .processorAway(window: secured), secured - 1, &actions)
                return
            }
            for window in unpaid {
                warn(.unconfirmed, .unconfirmed(window: window.number), window.number - 1, &actions)
            }
        }
        horizon = terms.end(of: secured)
        actions.append(.grant(horizon: horizon, isProvisional: !unpaid.isEmpty))
    }

    private mutating func warn(
        _ kind: ChargeWindow.Warned, _ warning: Warning, _ index: Int, _ actions: inout [Action]
    ) {
        if windows[index].warned.insert(kind).inserted { actions.append(.warn(warning)) }
    }
}
