extension Sandbox {
    /// Asks the bank.
    mutating func confirm(_ id: String, method: String?, _ call: Call) throws(Failure) -> JSON {
        var row = try intent(id)
        switch row.status {
        case .needsMethod, .needsConfirmation, .needsAction: break
        case .needsCapture, .succeeded, .canceled:
            throw unexpected(row, "You cannot confirm this PaymentIntent because it has a status of")
        }
        guard let chosen = method ?? row.method, let card = methods[chosen] else {
            throw .invalid(
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                code: "payment_intent_unexpected_state", parameter: "payment_method")
        }
        // "one_off" and "recurring" mean the same as true.
        let offSession = call.parameters.text("off_session").map { $0 != "false" } ?? false
        row.method = chosen
        if card.card.wantsOwner(isSetUp: card.isSetUp, offSession: offSession), call.verdict == nil {
            if offSession { throw refuse(row, .authentication, card, now: call.now, by: call.request) }
            if try call.parameters.bool("error_on_requires_action") == true {
                throw refuse(row, .authentication, card, now: call.now, by: call.request)
            }
            row.status = .needsAction
            intents.update(id) { $0 = row }
            emit("payment_intent.requires_action", json(row), at: call.now, by: call.request)
            return json(row)
        }
        if call.verdict == .authentication, !offSession {
            row.status = .needsAction
            intents.update(id) { $0 = row }
            emit("payment_intent.requires_action", json(row), at: call.now, by: call.request)
            return json(row)
        }
        if let problem = call.verdict ?? card.card.traits.problem {
            throw refuse(row, problem, card, now: call.now, by: call.request)
        }
        return authorise(row, card, offSession: offSession, now: call.now, by: call.request)
    }

    /// The bank says no: a failed charge, and a PaymentIntent that wants another card.
    private mutating func refuse(
        _ intent: IntentRow, _ problem: Problem, _ card: MethodRow, now: Int64, by request: SandboxRequest?
    ) -> Failure {
        var row = intent
        let charge = makeCharge(row, card, now: now)
        charges.update(charge) { $0.problem = problem }
        row.charge = charge
        row.status = .needsMethod
        row.method = nil
        row.problem = problem
        intents.update(row.id) { $0 = row }
        if let failed = charges[charge] { emit("charge.failed", json(failed), at: now, by: request) }
        emit("payment_intent.payment_failed", json(row), at: now, by: request)
        return problem.failure(intent: ("payment_intent", json(row)))
    }

    /// The bank says yes: the hold stands, or the money is taken.
    private mutating func authorise(
        _ intent: IntentRow, _ card: MethodRow, offSession: Bool, now: Int64, by request: SandboxRequest?
    ) -> JSON {
        var row = intent
        let charge = makeCharge(row, card, now: now)
        row.charge = charge
        row.problem = nil
        row.status = .needsCapture
        intents.update(row.id) { $0 = row }
        if row.isManual {
            let until = now + card.card.holdSeconds(offSession: offSession)
            charges.update(charge) { $0.captureBefore = until }
            waitingHolds[row.id] = until
        }
        if let held = charges[charge] { emit("charge.succeeded", json(held), at: now, by: request) }
        if row.isManual {
            emit("payment_intent.amount_capturable_updated", json(row), at: now, by: request)
            return json(row)
        }
        take(row.amount, fee: row.fee, transfer: row.transferAmount, of: row.id, now: now, by: request)
        return intents[row.id].map { json($0) } ?? .null
    }

    private mutating func makeCharge(_ row: IntentRow, _ card: MethodRow, now: Int64) -> String {
        let id = makeID("ch_")
        charges.insert(
            ChargeRow(
                id: id, created: now, intent: row.id, amount: row.amount, currency: row.currency,
                customer: row.customer, method: card.id, card: card.card, metadata: row.metadata), id: id)
        return id
    }

    /// What the stand-in's page does: the card's owner agrees or not.
    mutating func completeAuthentication(
        _ id: String, secret: String, agrees: Bool, now: Int64
    ) throws(Failure) -> JSON {
        let row = try intent(id)
        guard row.secret == secret else { throw .missing("payment_intent", id) }
        guard row.status == .needsAction, let method = row.method, let card = methods[method] else {
            throw unexpected(row, "There is nothing to authenticate: this PaymentIntent has a status of")
        }
        if let problem = agrees ? card.card.traits.problem : .abandoned {
            _ = refuse(row, problem, card, now: now, by: nil)
            return json(try intent(id))
        }
        return authorise(row, card, offSession: false, now: now, by: nil)
    }

    func unexpected(_ row: IntentRow, _ what: String) -> Failure {
        var failure = Failure.invalid(
            "\(what) \(row.status.rawValue).", code: "payment_intent_unexpected_state")
        failure.intent = ("payment_intent", json(row))
        return failure
    }
}
