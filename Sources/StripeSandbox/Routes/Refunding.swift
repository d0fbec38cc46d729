extension Sandbox {
    /// Gives money back; the transfer and the fee follow in proportion where that is asked for.
    mutating func refund(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        var charge = try refundable(parameters)
        let left = charge.captured - charge.refunded
        guard left > 0 else {
            throw .invalid("Charge \(charge.id) has already been refunded.", code: "charge_already_refunded")
        }
        let amount = try parameters.amount("amount") ?? left
        guard amount <= left else {
            throw .invalid(
                "Refund amount (\(amount)) is greater than unrefunded amount on charge (\(left))", parameter: "amount")
        }
        let reasons = ["duplicate", "fraudulent", "requested_by_customer"]
        let reason = try parameters.choice("reason", reasons)
        let reverses = try parameters.bool("reverse_transfer") ?? false
        let refundsFee = try parameters.bool("refund_application_fee") ?? false
        if reverses, charge.transfer == nil {
            throw .invalid("This charge has no transfer to reverse.", parameter: "reverse_transfer")
        }
        if refundsFee, charge.feeID == nil, charge.transfer == nil {
            throw .invalid("This charge has no application fee.", parameter: "refund_application_fee")
        }
        let metadata = try parameters.metadata()
        let id = makeID("re_")
        let total = charge.refunded + amount
        var reversal: String?
        if reverses, let transfer = charge.transfer.flatMap({ transfers[$0] }) {
            let due = Self.proportion(transfer.amount, total, of: charge.captured) - transfer.reversed
            reversal = takeBack(min(max(due, 0), transfer.amount - transfer.reversed), of: transfer, refund: id, call)
        }
        if refundsFee { refundFee(&charge, to: Self.proportion(charge.fee, total, of: charge.captured), call) }
        charge.refunded = total
        charges.update(charge.id) { $0 = charge }
        let entry = enter("refund", -amount, currency: charge.currency, source: id, at: call.now)
        let row = RefundRow(
            id: id, created: call.now, charge: charge.id, intent: charge.intent, amount: amount,
            currency: charge.currency, reason: reason, metadata: metadata, reversal: reversal, entry: entry)
        refunds.insert(row, id: id)
        emit("charge.refunded", json(charge), at: call.now, by: call.request)
        emit("refund.created", json(row), at: call.now, by: call.request)
        return json(row)
    }

    private func refundable(_ parameters: Parameters) throws(Failure) -> ChargeRow {
        let id: String
        if let name = parameters.text("payment_intent") {
            let row = try intent(name, parameter: "payment_intent")
            guard row.status == .succeeded, let charge = row.charge else {
                throw .invalid(
                    "This PaymentIntent (\(row.id)) does not have a successful charge to refund.",
                    parameter: "payment_intent")
            }
            id = charge
        } else if let name = parameters.text("charge") {
            id = name
        } else {
            throw .invalid("One of the following params should be provided: payment_intent or charge.")
        }
        guard let charge = charges[id] else { throw .missing("charge", id, parameter: "charge", status: 400) }
        guard charge.isCaptured else { throw .invalid("Charge \(id) was not captured.", parameter: "charge") }
        if let dispute = charge.dispute.flatMap({ disputes[$0] }), dispute.status != .won,
            dispute.status.rawValue.hasPrefix("warning") == false
        {
            throw .invalid(
                "Charge \(id) has been charged back; cannot issue a refund.", code: "charge_disputed")
        }
        return charge
    }

    /// `part` of `whole` applied to `amount`, half up.
    private static func proportion(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        whole == 0 ? 0 : (2 * amount * part + whole) / (2 * whole)
    }

    private mutating func refundFee(_ charge: inout ChargeRow, to total: Int64, _ call: Call) {
        let amount = min(total, charge.fee) - charge.feeRefunded
        guard amount > 0, let id = charge.feeID, let account = charge.destination else { return }
        charge.feeRefunded += amount
        charges.update(charge.id) { $0 = charge }
        _ = enter("application_fee_refund", -amount, currency: charge.currency, source: id, at: call.now)
        _ = enter(
            "application_fee_refund", amount, currency: charge.currency, account: account, source: id, at: call.now)
        if let object = fee(id) { emit("application_fee.refunded", object, at: call.now, by: call.request) }
    }

    private mutating func takeBack(
        _ amount: Int64, of transfer: TransferRow, refund: String?, metadata: [String: String] = [:], _ call: Call
    ) -> String {
        let row = ReversalRow(
            id: makeID("trr_"), created: call.now, transfer: transfer.id, amount: amount, currency: transfer.currency,
            metadata: metadata, refund: refund)
        reversals.insert(row, id: row.id)
        transfers.update(transfer.id) { $0.reversed += amount }
        _ = enter("transfer_refund", amount, currency: row.currency, source: row.id, at: call.now)
        _ = enter(
            "payment_refund", -amount, currency: row.currency, account: transfer.destination, source: row.id,
            at: call.now)
        if let changed = transfers[transfer.id] {
            emit("transfer.reversed", json(changed), at: call.now, by: call.request)
        }
        return row.id
    }

    /// Takes back a part of a transfer by itself; the account must have it.
    mutating func reverse(_ call: Call) throws(Failure) -> JSON {
        guard let transfer = transfers[call.id] else { throw .missing("transfer", call.id) }
        let left = transfer.amount - transfer.reversed
        let amount = try call.parameters.amount("amount") ?? left
        guard amount <= left, left > 0 else {
            throw .invalid(
                "Reversal amount (\(amount)) is greater than unreversed amount on transfer (\(left))",
                parameter: "amount")
        }
        let refundsFee = try call.parameters.bool("refund_application_fee") ?? false
        let metadata = try call.parameters.metadata()
        guard balance(of: transfer.destination, transfer.currency) >= amount else {
            throw .invalid(
                "The connected account does not have enough to reverse this transfer.", code: "balance_insufficient")
        }
        let total = transfer.reversed + amount
        let id = takeBack(amount, of: transfer, refund: nil, metadata: metadata, call)
        if refundsFee, var charge = charges[transfer.charge] {
            refundFee(&charge, to: Self.proportion(charge.fee, total, of: transfer.amount), call)
        }
        return reversals[id].map { json($0) } ?? .null
    }
}
