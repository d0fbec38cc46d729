internal import Billing
internal import Database
internal import Events
internal import Money

/// What an event led to, written in the transaction it happened in.
extension ChargeStore {
    func write(
        _ charged: ChargedSession, before: ChargeMachine, _ outcome: ChargeOutcome, _ now: Timestamp,
        in transaction: Transaction
    ) async throws {
        let machine = charged.machine
        var statements: [SQL] = [
            """
            UPDATE charges SET state = \(machine.state.rawValue), machine = \(try JSONText(encoding: machine)),
                due_at = \(machine.due)
            WHERE session_id = \(charged.id)
            """
        ]
        statements += payments(charged, before: before, now)
        statements += requests(charged, outcome)
        if outcome.wakesSender { statements.append("SELECT pg_notify(\(Self.channel), '')") }
        _ = try await transaction.pipeline(statements)
        for case .book(let booking) in outcome.actions {
            try await Ledger.book(
                LedgerTransaction(
                    source: booking.source, event: MoneyEvent(booking.movement), currency: charged.currency,
                    session: charged.id, customer: charged.customer, consultant: charged.consultant, occurred: now),
                in: transaction)
        }
        let events = try events(charged, outcome)
        if !events.isEmpty { try await Outbox.append(events, in: transaction) }
    }

    /// Writes the rows of a session's attempts anew, whatever stands in them: they are what its machine says.
    func rewrite(_ charged: ChargedSession, in transaction: Transaction) async throws {
        let nothing = ChargeMachine(session: charged.machine.session, terms: charged.machine.terms)
        _ = try await transaction.pipeline(payments(charged, before: nothing, clock()))
    }

    /// The attempts that changed. Those that give up a window's place first, so that another may take it.
    private func payments(_ charged: ChargedSession, before: ChargeMachine, _ now: Timestamp) -> [SQL] {
        let old = Set(before.holds)
        let changed = charged.machine.holds.filter { !old.contains($0) }
        return (changed.filter { !$0.state.takesPlace } + changed.filter(\.state.takesPlace)).map { hold in
            """
            INSERT INTO payments (id, session_id, window_number, attempt, state, currency, amount, captured_amount,
                fee_amount, refunded_amount, refunded_fee_amount, idempotency_key, failure_code, authorized_at, captured_at)
            VALUES (\(UniqueID(at: now)), \(charged.id), \(hold.window), \(hold.attempt), \(hold.state.rawValue),
                \(charged.currency.code), \(hold.amount), \(hold.captured), \(hold.fee), \(hold.refunded),
                \(hold.refundedFee), \(hold.name), \(hold.failureCode),
                \(hold.state == .authorized ? now : nil), \(hold.captured > 0 ? now : nil))
            ON CONFLICT (session_id, window_number, attempt) DO UPDATE SET
                state = excluded.state, captured_amount = excluded.captured_amount, fee_amount = excluded.fee_amount,
                refunded_amount = excluded.refunded_amount, refunded_fee_amount = excluded.refunded_fee_amount,
                failure_code = excluded.failure_code,
                authorized_at = coalesce(payments.authorized_at, excluded.authorized_at),
                captured_at = CASE WHEN excluded.captured_amount > 0
                    THEN coalesce(payments.captured_at, excluded.captured_at) END
            """
        }
    }

    /// Steps to be sent and payments to be read, as rows that wait; and what is no longer awaited. A step that somebody else did
    /// before it was sent is not sent any more: a refund would be given twice.
    private func requests(_ charged: ChargedSession, _ outcome: ChargeOutcome) -> [SQL] {
        var statements: [SQL] = outcome.sends.map { step, request in
            """
            INSERT INTO payment_requests (id, payment_id, kind, serial, idempotency_key, amount, fee_amount, path, body)
            SELECT \(UniqueID()), id, \(step.kind.rawValue), \(step.serial), \(step.key), \(step.amount), \(step.fee),
                \(request.path), \(request.form)
            FROM payments
            WHERE session_id = \(charged.id) AND window_number = \(step.window) AND attempt = \(step.attempt)
            ON CONFLICT (idempotency_key) DO UPDATE SET state = 'waiting', answered_at = NULL
            """
        }
        for case .inquire(let step) in outcome.actions {
            statements.append(
                """
                UPDATE payment_requests SET state = 'doubtful', answered_at = NULL WHERE idempotency_key = \(step.key)
                """)
        }
        statements.append(
            """
            UPDATE payment_requests SET state = 'answered', answered_at = clock_timestamp()
            FROM payments WHERE payments.id = payment_id AND session_id = \(charged.id)
                AND payment_requests.state <> 'answered'
                AND NOT payment_requests.idempotency_key = ANY (\(charged.machine.openKeys.sorted()))
            """)
        return statements
    }

    private func events(_ charged: ChargedSession, _ outcome: ChargeOutcome) throws -> [Event] {
        var events: [Event] = []
        let machine = charged.machine
        let summary = machine.summary
        if outcome.actions.contains(where: \.movesRoom) {
            events.append(
                try RoomEvent.billed(
                    session: charged.id, room: charged.room, horizonSeconds: machine.horizon,
                    charged: summary.charged, currency: charged.currency.code
                ).event())
        }
        for notice in outcome.actions.compactMap({ ChargeNotice($0, charged, isSimulated: isSimulated) }) {
            events += try notice.pushes(to: charged)
        }
        for case .settle(let summary) in outcome.actions {
            events.append(try ChargeSettled(charged.id, summary).event())
        }
        return events
    }
}

extension ChargeHold.State {
    /// Whether it fills its window's place: of a window, at most one attempt is open or captured.
    fileprivate var takesPlace: Bool { [.created, .authorized, .captured].contains(self) }
}

extension ChargeOutcome {
    fileprivate var wakesSender: Bool {
        !sends.isEmpty || actions.contains { if case .inquire = $0 { true } else { false } }
    }
}

extension ChargeMachine.Action {
    /// Whether the room has to hear of it.
    fileprivate var movesRoom: Bool {
        switch self {
        case .grant, .book: true
        case .send, .inquire, .warn, .settle: false
        }
    }
}

extension ChargeSettled {
    fileprivate init(_ session: UniqueID, _ summary: ChargeSummary) {
        self.init(
            session: session, mediaSeconds: summary.mediaSeconds, billableSeconds: summary.billableSeconds,
            captured: summary.captured, refunded: summary.refunded, fee: summary.fee, waived: summary.waived,
            forgone: summary.forgone)
    }
}
