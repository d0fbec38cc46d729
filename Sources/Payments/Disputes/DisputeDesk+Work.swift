internal import Database
internal import Logging
internal import Stripe

extension DisputeDesk {
    /// A dispute that something has to be done about.
    private struct Work {
        let id: UniqueID
        let dispute: StripeID<Dispute>
        let intent: StripeID<PaymentIntent>
        let state: Dispute.Status
        let evidence: JSONText
        let evidenceState: String
        let evidenceSerial: Int
        let isTime: Bool
        let owed: Int64
        let recoveryState: String
        let recoverySerial: Int
    }

    /// Something was not done: to be tried again.
    private struct Later: Error, CustomStringConvertible {
        let description: String
    }

    /// Does what is due about one dispute.
    ///
    /// - Returns: false where nothing is due.
    @discardableResult
    func step(now: Timestamp = .now()) async throws -> Bool {
        let claimed = try await pool.query(
            """
            UPDATE disputes SET due_at = \(now.advanced(by: Self.lease)), attempts = attempts + 1
            WHERE id = (
                SELECT id FROM disputes WHERE due_at <= \(now) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, attempts
            """)
        guard let row = claimed.first else { return false }
        let (id, attempts) = (try row.get("id", as: UniqueID.self), try row.get("attempts", as: Int.self))
        do {
            try await work(on: id, now)
            try await pool.query(
                "UPDATE disputes SET attempts = 0, due_at = \(DisputeStore.due) WHERE id = \(id)")
        } catch {
            if Task.isCancelled || error is DatabaseError { throw error }
            logger.warning(
                "a dispute cannot be worked on now", metadata: ["dispute": "\(id)", "error": "\(error)"])
            try await pool.query(
                """
                UPDATE disputes SET problem = \(String("\(error)".prefix(500))),
                    due_at = \(now.advanced(by: .seconds(min(1 << min(attempts, 12), 3600))))
                WHERE id = \(id)
                """)
        }
        return true
    }

    private func work(on id: UniqueID, _ now: Timestamp) async throws {
        guard let known = try await read(id, now) else { return }
        let found = try await gateway.perform(.dispute(known.dispute))
        try await take(found)
        guard var work = try await read(id, now) else { return }
        if work.evidenceState == "ready", work.state.takesEvidence, work.isTime {
            do {
                try await pool.withTransaction { try await order(id, by: nil, in: $0) }
            } catch is Refusal {
                // Somebody has ordered it meanwhile.
            }
            guard let ordered = try await read(id, now) else { return }
            work = ordered
        }
        if work.evidenceState == "ordered" { try await send(work, found) }
        if work.owed > 0, ["waiting", "short"].contains(work.recoveryState) { try await recover(work) }
    }

    private func read(_ id: UniqueID, _ now: Timestamp) async throws -> Work? {
        let rows = try await pool.query(
            """
            SELECT disputes.processor_id, payments.processor_id AS intent, disputes.state, evidence, evidence_state,
                evidence_serial, due_by - \(DisputeStore.headStart) <= \(now) IS TRUE AS is_time,
                recovery_amount - recovered_amount AS owed, recovery_state, recovery_serial
            FROM disputes JOIN payments ON payments.id = payment_id WHERE disputes.id = \(id)
            """)
        guard let row = rows.first, let dispute = StripeID<Dispute>(try row.get("processor_id", as: String.self)),
            let intent = try row.get("intent", as: String?.self).flatMap({ StripeID<PaymentIntent>($0) }),
            let state = Dispute.Status(rawValue: try row.get("state", as: String.self))
        else { return nil }
        return Work(
            id: id, dispute: dispute, intent: intent, state: state,
            evidence: try row.get("evidence", as: JSONText.self),
            evidenceState: try row.get("evidence_state", as: String.self),
            evidenceSerial: try row.get("evidence_serial", as: Int.self), isTime: try row.get("is_time", as: Bool.self),
            owed: try row.get("owed", as: Int64.self), recoveryState: try row.get("recovery_state", as: String.self),
            recoverySerial: try row.get("recovery_serial", as: Int.self))
    }

    // MARK: Evidence

    private func send(_ work: Work, _ found: Dispute) async throws {
        guard work.state.takesEvidence else {
            // Ours, of which we have not heard; or there was never a chance.
            if found.evidenceDetails?.submissionCount ?? 0 > 0 { return try await sent(work) }
            return try await refuse(work, "The bank takes no evidence any more.")
        }
        let package = try work.evidence.decode(as: DisputePackage.self)
        let key = try PaymentAccounts.key("cc-\(work.dispute)-evidence-\(work.evidenceSerial)")
        let answer: Dispute
        do {
            answer = try await gateway.perform(
                .respond(to: work.dispute, with: package.evidence, submits: true, idempotencyKey: key))
        } catch {
            if error.needsNewKey {
                try await pool.query(
                    """
                    UPDATE disputes SET evidence_serial = evidence_serial + 1
                    WHERE id = \(work.id) AND evidence_serial = \(work.evidenceSerial)
                    """)
            }
            guard error.isFinal else { throw error }
            return try await refuse(work, error.message)
        }
        try await sent(work)
        try await take(answer)
    }

    private func sent(_ work: Work) async throws {
        try await pool.query(
            """
            UPDATE disputes SET evidence_state = 'sent', evidence_sent_at = clock_timestamp(), problem = NULL
            WHERE id = \(work.id) AND evidence_state = 'ordered'
            """)
    }

    private func refuse(_ work: Work, _ words: String) async throws {
        logger.error("evidence is not taken", metadata: ["dispute": "\(work.dispute)", "error": "\(words)"])
        try await pool.query(
            """
            UPDATE disputes SET evidence_state = 'refused', problem = \(String(words.prefix(500)))
            WHERE id = \(work.id) AND evidence_state = 'ordered'
            """)
    }

    // MARK: Recovery

    /// Takes the consultant's part back from their account. Our fee stays what it is at Stripe, so that what is moved is what was
    /// booked, to the unit. Where the account has not so much it is owed, and tried again.
    private func recover(_ work: Work) async throws {
        let payment = try await gateway.perform(.paymentIntent(work.intent))
        guard let transfer = payment.latestCharge?.object?.transfer else {
            return try await giveUp(work, "There is no transfer to take back from.")
        }
        let before = try await recovered(of: transfer, for: work.dispute)
        let total = try await recoveryTotal(of: work.id)
        if total > before {
            let key = try PaymentAccounts.key("cc-\(work.dispute)-recovery-\(work.recoverySerial)")
            do {
                _ = try await gateway.perform(
                    .reverseTransfer(
                        transfer, amount: total - before, refundsFee: false, metadata: ["dispute": work.dispute.text],
                        idempotencyKey: key))
            } catch {
                if error.needsNewKey || error.isFinal {
                    try await pool.query(
                        """
                        UPDATE disputes SET recovery_serial = recovery_serial + 1
                        WHERE id = \(work.id) AND recovery_serial = \(work.recoverySerial)
                        """)
                }
                guard error.isFinal else { throw error }
                guard error.code == "balance_insufficient" else { return try await giveUp(work, error.message) }
                try await pool.query("UPDATE disputes SET recovery_state = 'short' WHERE id = \(work.id)")
                throw Later(description: error.message)
            }
        }
        try await pool.query(
            """
            UPDATE disputes SET recovered_amount = \(max(total, before)), problem = NULL,
                recovery_state = CASE WHEN recovery_amount > \(max(total, before)) THEN 'waiting' ELSE 'done' END
            WHERE id = \(work.id)
            """)
    }

    private func recoveryTotal(of id: UniqueID) async throws -> Int64 {
        try await pool.query("SELECT recovery_amount FROM disputes WHERE id = \(id)").first?
            .get(0, as: Int64.self) ?? 0
    }

    /// What was taken back of a transfer for a dispute so far, by what Stripe says.
    private func recovered(of transfer: StripeID<Transfer>, for dispute: StripeID<Dispute>) async throws -> Int64 {
        var (sum, last) = (Int64(0), StripeID<TransferReversal>?.none)
        while true {
            let page = try await gateway.perform(
                StripeCall<StripeList<TransferReversal>>.reversals(of: transfer, after: last))
            sum += page.data.filter { $0.metadata?["dispute"] == dispute.text }.reduce(0) { $0 + $1.amount }
            guard page.hasMore, let end = page.data.last?.id else { return sum }
            last = end
        }
    }

    private func giveUp(_ work: Work, _ words: String) async throws {
        logger.error(
            "a lost dispute cannot be recovered", metadata: ["dispute": "\(work.dispute)", "error": "\(words)"])
        try await pool.query(
            """
            UPDATE disputes SET recovery_state = 'refused', problem = \(String(words.prefix(500))) WHERE id = \(work.id)
            """)
    }
}

extension StripeError {
    /// Whether the key is used up: its answer is repeated, or it stands for another request.
    fileprivate var needsNewKey: Bool {
        switch kind {
        case .service, .keyReused: true
        case .card, .authenticationRequired, .keyInUse, .rateLimit, .invalidRequest, .notFound, .notAllowed, .notSent,
            .unanswered:
            false
        }
    }

    /// Whether it is no use to ask the same again. That our own key is not accepted is an operator's to change.
    fileprivate var isFinal: Bool {
        switch kind {
        case .invalidRequest, .notFound, .card, .authenticationRequired: true
        case .keyInUse, .keyReused, .rateLimit, .notAllowed, .service, .notSent, .unanswered: false
        }
    }
}
