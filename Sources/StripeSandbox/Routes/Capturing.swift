extension Sandbox {
    /// Takes the money of a hold, once, in full or in part.
    mutating func capture(_ call: Call) throws(Failure) -> JSON {
        let row = try intent(call.id)
        guard row.status == .needsCapture else {
            throw unexpected(
                row, "This PaymentIntent could not be captured because it has a status of")
        }
        let amount = try call.parameters.amount("amount_to_capture") ?? row.amount
        guard amount <= row.amount else {
            throw .invalid(
                "The amount to capture (\(amount)) is more than what can be captured (\(row.amount)).",
                code: "amount_too_large", parameter: "amount_to_capture")
        }
        if try call.parameters.bool("final_capture") == false {
            throw .invalid("This account may not capture more than once.", parameter: "final_capture")
        }
        let share = try share(of: amount, call.parameters, hasDestination: row.destination != nil)
        let fee = share.fee ?? row.fee
        if let fee, fee > amount {
            throw .invalid(
                "Your application fee (\(fee)) must be less than or equal to the captured amount (\(amount)).",
                code: "application_fee_too_large", parameter: "application_fee_amount")
        }
        let metadata = try call.parameters.metadata(over: row.metadata)
        intents.update(row.id) { $0.metadata = metadata }
        let transfer = share.transfer ?? row.transferAmount.map { min($0, amount) }
        take(amount, fee: fee, transfer: transfer, of: row.id, now: call.now, by: call.request)
        return json(try intent(row.id))
    }

    /// Moves the money: to the platform, on to the connected account, and our fee back.
    mutating func take(
        _ amount: Int64, fee: Int64?, transfer: Int64?, of id: String, now: Int64, by request: SandboxRequest?
    ) {
        guard var row = intents[id], let chargeID = row.charge, var charge = charges[chargeID] else { return }
        waitingHolds[id] = nil
        let wasHeld = row.isManual
        row.status = .succeeded
        row.received = amount
        row.fee = fee
        intents.update(id) { $0 = row }
        charge.isCaptured = true
        charge.captured = amount
        charge.entry = enter(
            "charge", amount, fee: processingFee(amount), currency: row.currency, source: charge.id, at: now)
        if let destination = row.destination {
            pass(transfer ?? amount, fee: fee ?? 0, to: destination, &charge, now: now, by: request)
        }
        charges.update(charge.id) { $0 = charge }
        if wasHeld { emit("charge.captured", json(charge), at: now, by: request) }
        emit("payment_intent.succeeded", json(row), at: now, by: request)
        if let reason = charge.card.traits.dispute {
            openDispute(
                charge.id, amount, reason: reason, isInquiry: charge.card == .inquired, now: now, by: request)
        }
    }

    private mutating func pass(
        _ amount: Int64, fee: Int64, to account: String, _ charge: inout ChargeRow, now: Int64,
        by request: SandboxRequest?
    ) {
        let transfer = TransferRow(
            id: makeID("tr_"), created: now, amount: amount, currency: charge.currency, destination: account,
            charge: charge.id)
        transfers.insert(transfer, id: transfer.id)
        charge.transfer = transfer.id
        charge.destination = account
        _ = enter("transfer", -amount, currency: charge.currency, source: transfer.id, at: now)
        _ = enter(
            "payment", amount, fee: fee, currency: charge.currency, account: account, source: transfer.id, at: now)
        if fee > 0 {
            let id = makeID("fee_")
            fees[id] = charge.id
            charge.fee = fee
            charge.feeID = id
            _ = enter("application_fee", fee, currency: charge.currency, source: id, at: now)
        }
        emit("transfer.created", json(transfer), at: now, by: request)
        guard let id = charge.feeID else { return }
        charges.update(charge.id) { $0 = charge }
        if let object = self.fee(id) { emit("application_fee.created", object, at: now, by: request) }
    }

    /// Gives up, and releases what is held.
    mutating func cancel(_ call: Call) throws(Failure) -> JSON {
        let row = try intent(call.id)
        let reasons = ["abandoned", "duplicate", "fraudulent", "requested_by_customer"]
        let reason = try call.parameters.choice("cancellation_reason", reasons)
        switch row.status {
        case .needsMethod, .needsConfirmation, .needsAction, .needsCapture: break
        case .succeeded, .canceled:
            throw unexpected(row, "You cannot cancel this PaymentIntent because it has a status of")
        }
        release(row.id, reason: reason, now: call.now, by: call.request)
        return json(try intent(row.id))
    }

    mutating func release(_ id: String, reason: String?, now: Int64, by request: SandboxRequest?) {
        guard var row = intents[id] else { return }
        waitingHolds[id] = nil
        if row.status == .needsCapture, let charge = row.charge {
            charges.update(charge) { $0.isReleased = true }
            if let released = charges[charge] {
                emit(
                    reason == "automatic" ? "charge.expired" : "charge.refunded", json(released), at: now, by: request)
            }
        }
        row.status = .canceled
        row.canceledAt = now
        row.cancellationReason = reason
        intents.update(id) { $0 = row }
        emit("payment_intent.canceled", json(row), at: now, by: request)
    }
}
