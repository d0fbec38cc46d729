internal import Database

extension RetentionRule {
    /// Every rule.
    public static let all: [RetentionRule] = [
        securityAddresses, securityEvents, knownAddresses, signInFailures, mailLinks, refreshTokens, signIns,
        unverifiedAccounts, mails, toldTexts, deliveredEvents, idempotencyKeys, questionWakes, requestDetails,
        consultantDays, callSamples, reports, invoices,
    ]

    static let securityAddresses = RetentionRule(
        "security_addresses", 90, .day, since: "the event", why: "long enough to follow up an attack"
    ) { before, limit in
        """
        UPDATE security_events SET address = NULL WHERE id IN (
            SELECT id FROM security_events WHERE address IS NOT NULL AND occurred_at < \(before)
            ORDER BY occurred_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let securityEvents = RetentionRule(
        "security_events", 365, .day, since: "the event", why: "abuse is often found late"
    ) { before, limit in
        """
        DELETE FROM security_events WHERE id IN (
            SELECT id FROM security_events WHERE occurred_at < \(before)
            ORDER BY occurred_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let knownAddresses = RetentionRule(
        "known_addresses", 90, .day, since: "the last sign-in from there", why: "habits change"
    ) { before, limit in
        """
        DELETE FROM known_addresses WHERE (user_id, origin) IN (
            SELECT user_id, origin FROM known_addresses WHERE last_at < \(before)
            ORDER BY last_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let signInFailures = RetentionRule(
        "sign_in_failures", 1, .day, since: "the last failure", why: "the longest pause is shorter"
    ) { before, limit in
        """
        DELETE FROM sign_in_failures WHERE (account, origin) IN (
            SELECT account, origin FROM sign_in_failures WHERE last_at < \(before)
            ORDER BY last_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let mailLinks = RetentionRule(
        "mail_links", 30, .day, since: "their expiry", why: "to tell an expired link from a wrong one"
    ) { before, limit in
        """
        DELETE FROM email_tokens WHERE hash IN (
            SELECT hash FROM email_tokens WHERE expires_at < \(before)
            ORDER BY expires_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    /// Before the sign-ins they belong to, whose deletion would take any number of them along at once.
    static let refreshTokens = RetentionRule(
        "refresh_tokens", 30, .day, since: "the end of their sign-in", why: "to notice that a stolen one is used"
    ) { before, limit in
        """
        DELETE FROM refresh_tokens WHERE hash IN (
            SELECT hash FROM refresh_tokens WHERE family_id IN (
                SELECT id FROM refresh_families WHERE expires_at < \(before) OR revoked_at < \(before))
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let signIns = RetentionRule(
        "sign_ins", 30, .day, since: "their end", why: "to notice that a stolen one is used"
    ) { before, limit in
        """
        DELETE FROM refresh_families WHERE id IN (
            SELECT id FROM refresh_families WHERE (expires_at < \(before) OR revoked_at < \(before))
                AND NOT EXISTS (SELECT FROM refresh_tokens WHERE family_id = refresh_families.id)
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    /// Never one that ever asked, talked, stored a card or was to be paid: its address may be unconfirmed because it is a new one.
    static let unverifiedAccounts = RetentionRule(
        "unverified_accounts", 7, .day, since: "the last change of the account", why: "nobody wanted it"
    ) { now, period, limit, transaction in
        let rows = try await transaction.query(
            """
            SELECT id FROM users WHERE email_verified_at IS NULL AND erased_at IS NULL
                AND created_at < \(now)::timestamptz - \(period)::interval
                AND updated_at < \(now)::timestamptz - \(period)::interval
                AND NOT EXISTS (SELECT FROM questions WHERE customer_id = users.id)
                AND NOT EXISTS (SELECT FROM sessions WHERE customer_id = users.id OR consultant_id = users.id)
                AND NOT EXISTS (SELECT FROM payment_customers WHERE user_id = users.id)
                AND NOT EXISTS (SELECT FROM payout_accounts WHERE user_id = users.id)
            ORDER BY created_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """)
        let users = try rows.map { try $0.get(0, as: UniqueID.self) }
        for user in users {
            _ = try await transaction.pipeline(
                PersonalData.erasure(of: user) + ["DELETE FROM users WHERE id = \(user)"])
        }
        return users.count
    }

    static let mails = RetentionRule(
        "mails", 90, .day, since: "they were sent, or given up", why: "to answer whether one was sent"
    ) { before, limit in
        """
        DELETE FROM mail_outbox WHERE id IN (
            SELECT id FROM mail_outbox WHERE state <> 'pending' AND settled_at < \(before)
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    /// The event itself stays: within its own time an event is taken once.
    static let toldTexts = RetentionRule(
        "told_texts", 1, .hour, since: "they were told", why: "they are kept elsewhere, with what they are about"
    ) { before, limit in
        """
        UPDATE outbox_events SET payload = '{}' WHERE id IN (
            SELECT id FROM outbox_events WHERE state = 'delivered' AND kind IN ('user.push', 'session.ready')
                AND payload <> '{}' AND settled_at < \(before)
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let deliveredEvents = RetentionRule(
        "delivered_events", 7, .day, since: "their delivery", why: "within that time an event is taken once"
    ) { before, limit in
        """
        DELETE FROM outbox_events WHERE id IN (
            SELECT id FROM outbox_events WHERE state = 'delivered' AND settled_at < \(before)
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let idempotencyKeys = RetentionRule(
        "idempotency_keys", 24, .hour, since: "the request", why: "within that time a request is done once"
    ) { before, limit in
        """
        DELETE FROM idempotency_keys WHERE (scope, route, key) IN (
            SELECT scope, route, key FROM idempotency_keys WHERE created_at < \(before)
            LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let questionWakes = RetentionRule(
        "question_wakes", 1, .day, since: "they were left", why: "whoever looks takes them away at once"
    ) { before, limit in
        """
        DELETE FROM question_wakes WHERE id IN (
            SELECT id FROM question_wakes WHERE created_at < \(before)
            ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let requestDetails = RetentionRule(
        "request_details", 400, .day, since: "the request", why: "to learn from a whole year who fits"
    ) { before, limit in
        """
        UPDATE requests SET reasons = '[]', features = '{}', reason = NULL WHERE id IN (
            SELECT id FROM requests WHERE state <> 'pending' AND created_at < \(before)
                AND (reasons <> '[]' OR features <> '{}' OR reason IS NOT NULL)
            ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let consultantDays = RetentionRule(
        "consultant_days", 800, .day, since: "the day", why: "to compare a year with the one before"
    ) { before, limit in
        """
        DELETE FROM consultant_days WHERE (user_id, day) IN (
            SELECT user_id, day FROM consultant_days WHERE day < (\(before) AT TIME ZONE 'UTC')::date
            ORDER BY day LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    static let callSamples = RetentionRule(
        "call_samples", 90, .day, since: "the call", why: "to look into complaints about a call"
    ) { before, limit in
        """
        DELETE FROM call_samples WHERE (session_id, at) IN (
            SELECT session_id, at FROM call_samples WHERE at < \(before)
            ORDER BY at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    /// Never one whose suspension still holds.
    static let reports = RetentionRule(
        "reports", 730, .day, since: "the decision, while it does not suspend anybody any more",
        why: "what came before tells how grave it is when it comes again"
    ) { before, limit in
        """
        DELETE FROM reports WHERE id IN (
            SELECT id FROM reports WHERE decided_at < \(before) AND NOT (decision = 'suspend' AND lifted_at IS NULL)
            ORDER BY decided_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        """
    }

    /// Whole years, as tax law counts; a session goes with all that belongs to it.
    static let invoices = RetentionRule(
        "erased_invoices", 10, .year, since: "the end of the year of the session, once a side of it is erased",
        why: "tax law"
    ) { now, period, limit, transaction in
        let rows = try await transaction.query(
            """
            SELECT sessions.id FROM sessions
            WHERE EXISTS (SELECT FROM users WHERE id IN (customer_id, consultant_id) AND erased_at IS NOT NULL)
                AND date_trunc('year', created_at, 'UTC') + interval '1 year'
                    + \(period)::interval <= \(now)::timestamptz
                AND NOT EXISTS (SELECT FROM payments WHERE session_id = sessions.id
                    AND date_trunc('year', payments.updated_at, 'UTC') + interval '1 year'
                        + \(period)::interval > \(now)::timestamptz)
                AND NOT EXISTS (SELECT FROM disputes JOIN payments ON payments.id = payment_id
                    WHERE session_id = sessions.id AND date_trunc('year', disputes.updated_at, 'UTC') + interval '1 year'
                        + \(period)::interval > \(now)::timestamptz)
                AND NOT EXISTS (SELECT FROM invoices WHERE session_id = sessions.id
                    AND date_trunc('year', issued_at, 'UTC') + interval '1 year'
                        + \(period)::interval > \(now)::timestamptz)
            ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """)
        let sessions = try rows.map { try $0.get(0, as: UniqueID.self) }
        if !sessions.isEmpty {
            _ = try await transaction.pipeline([
                "DELETE FROM ratings WHERE session_id = ANY (\(sessions)::uuid[])",
                "DELETE FROM invoices WHERE session_id = ANY (\(sessions)::uuid[])",
                "DELETE FROM payments WHERE session_id = ANY (\(sessions)::uuid[])",
                "DELETE FROM sessions WHERE id = ANY (\(sessions)::uuid[])",
            ])
        }
        return sessions.count
    }
}
