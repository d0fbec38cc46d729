internal import Billing
internal import Database

extension PaymentHere {
    /// A payment with what is needed to look at it again.
    struct Found: Sendable {
        let id: UniqueID
        let session: UniqueID
        let window: Int
        let attempt: Int
        let payment: PaymentHere
    }

    /// What is known of these payments, by Stripe's names or ours.
    ///
    /// - Parameter before: what happened later may still be under way.
    static func find(
        processors: [String], names: [String], before: Timestamp, on database: some Queryable
    ) async throws -> [Found] {
        try await read(
            "payments.processor_id = ANY (\(processors)) OR payments.idempotency_key = ANY (\(names))", before: before,
            on: database)
    }

    /// One of them.
    static func find(_ id: UniqueID, before: Timestamp, on database: some Queryable) async throws -> Found? {
        try await read("payments.id = \(id)", before: before, on: database).first
    }

    /// The next of those made since, in the order of their ids.
    static func page(
        after last: UniqueID?, since: Timestamp?, before: Timestamp, on database: some Queryable
    ) async throws -> [Found] {
        var condition: SQL = "TRUE"
        if let last { condition = "\(condition) AND payments.id > \(last)" }
        if let since { condition = "\(condition) AND payments.created_at >= \(since)" }
        return try await read(condition, before: before, on: database)
    }

    private static func read(
        _ condition: SQL, before: Timestamp, on database: some Queryable
    ) async throws -> [Found] {
        // A booking's source begins with the payment's name, without what all names begin with.
        try await database.query(
            """
            WITH found AS (
                SELECT payments.* FROM payments JOIN charges USING (session_id) WHERE \(condition)
                ORDER BY payments.id LIMIT 200
            ), booked AS (
                SELECT found.id,
                    sum(ledger_entries.amount) FILTER (WHERE accounts.kind = 'stripe' AND moves.kind = 'captured') AS captured,
                    -sum(ledger_entries.amount) FILTER (WHERE accounts.kind = 'platform_fee' AND moves.kind = 'captured') AS fee,
                    -sum(ledger_entries.amount) FILTER (WHERE accounts.kind = 'stripe' AND moves.kind = 'refunded') AS refunded,
                    sum(ledger_entries.amount) FILTER (WHERE accounts.kind = 'platform_fee' AND moves.kind = 'refunded') AS refunded_fee
                FROM found JOIN ledger_transactions AS moves ON moves.session_id = found.session_id
                    AND (moves.source = substr(found.idempotency_key, 4) || '-captured'
                        OR starts_with(moves.source, substr(found.idempotency_key, 4) || '-refunded-'))
                    JOIN ledger_entries ON transaction_id = moves.id
                    JOIN ledger_accounts AS accounts ON accounts.id = account_id
                GROUP BY found.id
            )
            SELECT found.id, found.session_id, window_number, attempt, found.state, found.currency::text AS currency, found.amount,
                captured_amount, fee_amount, refunded_amount, refunded_fee_amount, found.idempotency_key AS name,
                processor_id, charges.state = 'settled' AS is_settled, machine,
                charges.state <> 'settled' AND greatest(found.updated_at, (SELECT max(created_at) FROM payment_requests
                    WHERE payment_id = found.id)) > \(before) AS is_under_way,
                coalesce(booked.captured, 0)::int8 AS booked_captured, coalesce(booked.fee, 0)::int8 AS booked_fee,
                coalesce(booked.refunded, 0)::int8 AS booked_refunded,
                coalesce(booked.refunded_fee, 0)::int8 AS booked_refunded_fee
            FROM found JOIN charges USING (session_id) LEFT JOIN booked ON booked.id = found.id ORDER BY found.id
            """
        ).map { try Found($0) }
    }
}

extension PaymentHere.Found {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id", as: UniqueID.self)
        session = try row.get("session_id", as: UniqueID.self)
        window = try row.get("window_number", as: Int.self)
        attempt = try row.get("attempt", as: Int.self)
        let machine = try row.get("machine", as: JSONText.self).decode(as: ChargeMachine.self)
        let (window, attempt) = (window, attempt)
        let hold = machine.holds.first { $0.window == window && $0.attempt == attempt }
        payment = PaymentHere(
            name: try row.get("name", as: String.self), processor: try row.get("processor_id", as: String?.self),
            currency: try row.get("currency", as: String.self), amount: try row.get("amount", as: Int64.self),
            standing: hold.map { PaymentStanding($0.state) } ?? .failed,
            money: hold.map { PaymentMoney($0) } ?? .init(),
            rowState: try row.get("state", as: String.self), machineState: hold?.state.rawValue ?? "none",
            rowMoney: try row.money(
                "captured_amount", "fee_amount", "refunded_amount", "refunded_fee_amount"),
            booked: try row.money("booked_captured", "booked_fee", "booked_refunded", "booked_refunded_fee"),
            isSettled: try row.get("is_settled", as: Bool.self),
            isUnderWay: try row.get("is_under_way", as: Bool.self))
    }
}

extension Row {
    fileprivate func money(
        _ captured: String, _ fee: String, _ refunded: String, _ refundedFee: String
    ) throws -> PaymentMoney {
        PaymentMoney(
            captured: try get(captured, as: Int64.self), fee: try get(fee, as: Int64.self),
            refunded: try get(refunded, as: Int64.self), refundedFee: try get(refundedFee, as: Int64.self))
    }
}
