internal import Stripe

extension Sandbox {
    /// Notes that something happened.
    mutating func emit(_ type: String, _ object: JSON, account: String = "", at now: Int64, by request: SandboxRequest?)
    {
        let id = makeID("evt_")
        var fields: [String: JSON] = [
            "id": .text(id), "object": "event", "type": .text(type), "created": .int(now), "livemode": false,
            "api_version": .text(stripeVersion), "pending_webhooks": .int(1),
            "data": .object(["object": object]),
            "request": .object(["id": .null, "idempotency_key": .text(request?.idempotencyKey)]),
        ]
        if !account.isEmpty { fields["account"] = .text(account) }
        let body = JSON.object(fields).encoded
        events.insert(EventRow(id: id, type: type, created: now, account: account, body: body), id: id)
    }

    /// Lets happen what became due: holds that expire, payouts that arrive, payouts by schedule.
    mutating func settle(_ now: Int64) {
        for (id, _) in Self.due(waitingHolds, at: now) {
            waitingHolds[id] = nil
            release(id, reason: "automatic", now: now, by: nil)
        }
        for (id, _) in Self.due(waitingPayouts, at: now) {
            waitingPayouts[id] = nil
            arrive(id, now: now)
        }
        if options.paysOutBySchedule { payOutBySchedule(now) }
    }

    /// What is due, in the order of its time.
    private static func due(_ waiting: [String: Int64], at now: Int64) -> [(key: String, value: Int64)] {
        waiting.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    }
}
