internal import Database

/// Which attempt of which window, by index.
struct AttemptPlace: Hashable {
    let window: Int
    let attempt: Int
}

/// How long is waited for what.
private enum Patience {
    /// For an answer, before the step counts as unanswered; longer than any timeout of the gateway's.
    static let answer = Duration.seconds(90)
    /// From the last sending of an unanswered step until it is inquired about: no request is on its way any more.
    static let quiet = Duration.seconds(60)
    /// A key may be forgotten after 24 hours: from then on a step is never sent again.
    static let key = Duration.seconds(23 * 3600)
    /// So often a step is sent before it is inquired about.
    static let sendings = 5
    /// So often a step is made anew after it was found not done.
    static let refusals = 5

    static func backoff(_ tries: Int, atMost seconds: Int) -> Duration {
        .seconds(min(1 << min(max(tries - 1, 0), 16), seconds))
    }
}

extension ChargeMachine {
    subscript(place: AttemptPlace) -> Attempt {
        get { windows[place.window].attempts[place.attempt] }
        set { windows[place.window].attempts[place.attempt] = newValue }
    }

    var places: [AttemptPlace] {
        windows.indices.flatMap { window in
            windows[window].attempts.indices.map { AttemptPlace(window: window, attempt: $0) }
        }
    }

    /// Runs `body` for the attempt with these numbers, where there is one.
    mutating func withAttempt(
        _ window: Int, _ attempt: Int, _ body: (inout ChargeMachine, AttemptPlace) -> Void
    ) {
        let place = AttemptPlace(window: window &- 1, attempt: attempt &- 1)
        guard windows.indices.contains(place.window), windows[place.window].attempts.indices.contains(place.attempt)
        else { return }
        body(&self, place)
    }

    /// Makes a step and sends it.
    mutating func send(
        _ kind: ChargeStep.Kind, amount: Int64 = 0, fee: Int64 = 0, refundedAfter: Int64 = 0, at place: AttemptPlace,
        _ now: Timestamp, _ actions: inout [Action]
    ) {
        self[place].serial += 1
        let step = ChargeStep(
            session: session, window: windows[place.window].number, attempt: self[place].number, kind: kind,
            serial: self[place].serial, amount: amount, fee: fee)
        self[place].pending = Attempt.Pending(
            step: step, refundedAfter: refundedAfter, firstSent: now, due: now.advanced(by: Patience.answer))
        actions.append(.send(step))
    }

    /// Takes in what a payment is, books what moved, and says what has failed.
    mutating func learn(_ fact: PaymentFact, at place: AttemptPlace, _ actions: inout [Action]) {
        let before = self[place].known
        guard self[place].learn(fact) else { return }
        let number = windows[place.window].number
        let name = "\(session)-w\(number)-a\(self[place].number)"
        switch (before, self[place].known) {
        case (.captured(_, _, let old, let oldFee), .captured(_, _, let new, let newFee)):
            book("\(name)-refunded-\(new)", .refunded(amount: new - old, fee: newFee - oldFee), &actions)
        case (_, .captured(let amount, let fee, let refunded, let refundedFee)):
            book("\(name)-captured", .captured(amount: amount, fee: fee), &actions)
            if refunded > 0 {
                book("\(name)-refunded-\(refunded)", .refunded(amount: refunded, fee: refundedFee), &actions)
            }
        case (_, .failed(let code, let needsAuthentication)):
            guard !isOver else { break }
            windows[place.window].awaitsCustomer = true
            actions.append(
                .warn(
                    needsAuthentication
                        ? .authenticationRequired(window: number) : .declined(window: number, code: code)))
        case (_, .asked), (_, .held), (_, .absent), (_, .cancelled): break
        }
    }

    func book(_ source: String, _ movement: Booking.Movement, _ actions: inout [Action]) {
        actions.append(.book(Booking(source: source, movement: movement)))
    }

    mutating func take(_ answer: StepAnswer, to key: String, _ now: Timestamp, _ actions: inout [Action]) {
        if case .fact(let fact) = answer {
            // Also where the step is answered already, or is another one by now: a fact is a fact.
            guard let place = places.first(where: { key.hasPrefix(prefix(of: $0)) }) else { return }
            learn(fact, at: place, &actions)
            // It was answered and is not done: as if inquired and found so.
            guard let pending = self[place].pending, pending.step.key == key,
                pending.phase == .sent || pending.phase == .resend
            else { return }
            doubt(at: place, now, &actions)
            return
        }
        guard let place = places.first(where: { self[$0].pending?.step.key == key }),
            let pending = self[place].pending, pending.phase == .sent || pending.phase == .resend
        else { return }
        switch answer {
        case .fact: break
        case .refused(let code):
            if pending.step.kind == .hold {
                learn(.failed(code: code, needsAuthentication: false), at: place, &actions)
            } else {
                doubt(at: place, now, &actions)
            }
        case .unclear: doubt(at: place, now, &actions)
        case .unknown: wait(at: place, now)
        }
    }

    private func prefix(of place: AttemptPlace) -> String {
        "cc-\(session)-w\(windows[place.window].number)-a\(self[place].number)-"
    }

    mutating func take(_ finding: Finding, about key: String, _ now: Timestamp, _ actions: inout [Action]) {
        guard let place = places.first(where: { key.hasPrefix(prefix(of: $0)) }) else { return }
        switch finding {
        case .fact(let fact): learn(fact, at: place, &actions)
        case .absent, .unknown: break
        }
        guard var pending = self[place].pending, pending.step.key == key, pending.phase == .inquired else { return }
        if finding == .unknown {
            pending.phase = .inquire
            pending.tries += 1
            pending.due = now.advanced(by: Patience.backoff(pending.tries, atMost: 3600))
            self[place].pending = pending
            return
        }
        // Found, and not done.
        self[place].pending = nil
        self[place].refusals += 1
        self[place].notBefore = now.advanced(by: Patience.backoff(self[place].refusals, atMost: 60))
        switch pending.step.kind {
        case .hold: self[place].known = .absent
        case .capture:
            if self[place].refusals >= Patience.refusals { letGo(place) }
        case .cancel, .refund:
            guard self[place].refusals >= Patience.refusals else { break }
            self[place].isAbandoned = true
            actions.append(
                .warn(.abandoned(window: windows[place.window].number, attempt: self[place].number)))
        }
    }

    private mutating func letGo(_ place: AttemptPlace) {
        self[place].isGivenUp = true
        self[place].refusals = 0
    }

    /// A step was answered, and not with what it was to do.
    private mutating func doubt(at place: AttemptPlace, _ now: Timestamp, _ actions: inout [Action]) {
        guard self[place].pending?.step.kind == .refund else {
            inquire(at: place, now, &actions)
            return
        }
        // Of all steps a refund alone could be done twice: an earlier sending of it may still be on its way.
        self[place].pending?.phase = .inquire
        self[place].pending?.due = now.advanced(by: Patience.quiet)
    }

    private mutating func inquire(at place: AttemptPlace, _ now: Timestamp, _ actions: inout [Action]) {
        guard var pending = self[place].pending else { return }
        pending.phase = .inquired
        pending.due = now.advanced(by: Patience.answer)
        self[place].pending = pending
        actions.append(.inquire(pending.step))
    }

    /// A step was not answered: it is sent again after a while, and in the end inquired about.
    private mutating func wait(at place: AttemptPlace, _ now: Timestamp) {
        guard var pending = self[place].pending else { return }
        if pending.tries < Patience.sendings, now < pending.firstSent.advanced(by: Patience.key) {
            pending.phase = .resend
            pending.due = now.advanced(by: Patience.backoff(pending.tries, atMost: 60))
        } else {
            pending.phase = .inquire
            pending.due = now.advanced(by: Patience.quiet)
        }
        self[place].pending = pending
    }

    /// Does what the time asks for.
    mutating func expire(_ now: Timestamp, _ actions: inout [Action]) {
        for place in places {
            guard let pending = self[place].pending, pending.due <= now else { continue }
            switch pending.phase {
            case .sent: wait(at: place, now)
            case .resend: resend(at: place, now, &actions)
            case .inquire, .inquired: inquire(at: place, now, &actions)
            }
        }
    }

    private mutating func resend(at place: AttemptPlace, _ now: Timestamp, _ actions: inout [Action]) {
        guard var pending = self[place].pending else { return }
        guard now < pending.firstSent.advanced(by: Patience.key) else {
            inquire(at: place, now, &actions)
            return
        }
        pending.phase = .sent
        pending.tries += 1
        pending.due = now.advanced(by: Patience.answer)
        self[place].pending = pending
        actions.append(.send(pending.step))
    }

    /// Lets the plan ask once more for what was refused too often.
    mutating func takeUp() {
        for place in places where self[place].isAbandoned {
            self[place].isAbandoned = false
            self[place].refusals = 0
            self[place].notBefore = nil
        }
    }

    /// A process has just started: nobody awaits the answers any more.
    mutating func resume(_ now: Timestamp, _ actions: inout [Action]) {
        for place in places {
            guard let pending = self[place].pending else { continue }
            switch pending.phase {
            case .sent, .resend: resend(at: place, now, &actions)
            case .inquire, .inquired: break
            }
            if pending.phase == .inquired { inquire(at: place, now, &actions) }
        }
        if state == .running, horizon > terms.thresholdSeconds {
            actions.append(.grant(horizon: horizon, isProvisional: isProvisional))
        }
    }

    /// When it is to be told of the time.
    func nextDue(_ now: Timestamp) -> Timestamp? {
        var moments = places.compactMap { self[$0].pending?.due ?? self[$0].notBefore }
        if state == .running {
            moments += windows.compactMap { window in
                window.outcome == .open ? window.fullSince?.advanced(by: .seconds(terms.patienceSeconds)) : nil
            }
        }
        return moments.filter { $0 > now }.min()
    }
}
