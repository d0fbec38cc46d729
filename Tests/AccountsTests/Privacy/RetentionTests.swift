@testable import Accounts
import Database
import DatabaseTesting
import Identifiers
import Logging
import Testing

@Suite("Retention", .timeLimit(.minutes(2))) struct RetentionTests {
    let test: PrivacyWorld
    let now = Timestamp.now()

    init() async throws { test = try await PrivacyWorld("retention") }

    private func job(_ rules: [RetentionRule] = RetentionRule.all) -> RetentionJob {
        RetentionJob(pool: test.pool, rules: rules, logger: .quiet)
    }

    /// Days from now.
    private func day(_ count: Int) -> Timestamp { now.advanced(by: .seconds(count * 86_400 + 60)) }

    @Test("removes nothing before its time")
    func early() async throws {
        let before = try await test.everything()
        let job = job()
        let removed = try #require(await job.work(at: now))
        #expect(removed.count == RetentionRule.all.count && removed.values.allSatisfy { $0 == 0 })
        #expect(try await test.everything() == before)
        #expect(job.metrics.lastRun == now && job.metrics.failed == 0)
    }

    @Test("removes each kind when its time has come")
    func periods() async throws {
        try await test.pool.query(
            """
            UPDATE mail_outbox SET state = 'sent', settled_at = now(), text_body = ''
            WHERE recipient ILIKE 'ann@%'
            """)
        try await test.pool.query(
            "INSERT INTO sign_in_failures (account, origin) VALUES ('\\x01', '\\x02'), ('\\x01', '\\x03')")
        try await test.pool.query(
            """
            INSERT INTO outbox_events (id, queue, key, kind, payload, state, settled_at)
            VALUES (\(UniqueID()), 'sidecar', 'k', 'x', '{}', 'delivered', now()),
                (\(UniqueID()), 'sidecar', 'k', 'x', '{}', 'parked', now())
            """)
        try await test.pool.query(
            "INSERT INTO call_samples (session_id, at, media_seconds, sample) SELECT id, now(), 1, '{}' FROM sessions")
        _ = try await test.world.user(.customer, verified: false)
        let steps: [(Int, [String: Int])] = [
            (1, ["sign_in_failures": 2, "idempotency_keys": 2, "told_texts": 1, "question_wakes": 1]), (6, [:]),
            (7, ["unverified_accounts": 1, "delivered_events": 2]), (30, [:]),
            (31, ["mail_links": 2, "refresh_tokens": 2, "sign_ins": 2]), (89, [:]),
            (90, ["security_addresses": 2, "known_addresses": 2, "mails": 1, "call_samples": 1]), (364, [:]),
            (365, ["security_events": 2]), (399, [:]), (400, ["request_details": 1]), (800, [:]),
            (801, ["consultant_days": 1]),
            (20 * 365, [:]),
        ]
        let job = job()
        for (count, expected) in steps {
            let removed = try #require(await job.work(at: day(count)))
            #expect(removed.filter { $0.value > 0 } == expected, "day \(count)")
        }
        #expect(job.metrics.removed["mails"] == 1 && job.metrics.failed == 0)
        #expect(try await test.everything().contains("Ann Example"), "an account that is used stays")
    }

    @Test("removes what was kept of somebody erased after ten whole years, and not a day before")
    func invoices() async throws {
        _ = try await test.handlers.erase(call(#"{"password": "right"}"#, by: test.customer))
        let year = try #require(Int(now.description.prefix(4)))
        let job = job([RetentionRule.invoices])
        let last = try #require(Timestamp("\(year + 10)-12-31T23:59:59Z"))
        #expect(await job.work(at: last) == ["erased_invoices": 0])
        #expect(await job.work(at: last.advanced(by: .seconds(1))) == ["erased_invoices": 1])
        let left: Int = try await test.world.value(
            "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM payments) + (SELECT count(*) FROM ratings)")
        #expect(left == 0)
        #expect(try await Profiles.find(test.consultant, on: test.pool)?.sessions == 1)
    }

    @Test("spares an unconfirmed account that has a past, or whose address was changed lately")
    func unconfirmed() async throws {
        try await test.pool.query("UPDATE users SET email_verified_at = NULL")
        let job = job([RetentionRule.unverifiedAccounts])
        #expect(await job.work(at: day(30)) == ["unverified_accounts": 0])
        let old = try await test.world.user(.customer, verified: false)
        try await test.pool.query("UPDATE users SET created_at = now() - interval '1 year' WHERE id = \(old)")
        #expect(await job.work(at: day(6)) == ["unverified_accounts": 0])
        #expect(await job.work(at: day(7)) == ["unverified_accounts": 1])
        let mails: Int = try await test.world.value(
            "SELECT count(*) FROM mail_outbox WHERE recipient LIKE \("\(old)%")")
        #expect(mails == 0)
    }

    @Test("leaves the work to the process that has the lock")
    func lock() async throws {
        let job = job()
        try await test.pool.withTransaction { transaction in
            try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('retention', 0))")
            #expect(await job.work(at: day(3650)) == nil)
        }
        #expect(job.metrics.lastRun == nil && job.metrics.removed.values.allSatisfy { $0 == 0 })
        #expect(await job.work(at: day(1))?["idempotency_keys"] == 2)
    }

    @Test("goes on in batches, and with the other rules where one fails")
    func batches() async throws {
        try await test.pool.query(
            """
            INSERT INTO sign_in_failures (account, origin)
            SELECT int4send(number), '\\x00' FROM generate_series(1, \(RetentionJob.batch * 2 + 1)) AS number
            """)
        let broken = RetentionRule("broken", 1, .day, since: "", why: "") { _, _ in "SELECT 1 / 0" }
        let job = job([broken, RetentionRule.signInFailures])
        let removed = await job.work(at: day(1))
        #expect(removed == ["sign_in_failures": RetentionJob.batch * 2 + 1])
        #expect(job.metrics.failed == 1 && job.metrics.removed["broken"] == 0)
    }

    @Test("runs until it is told to stop")
    func running() async throws {
        let job = job()
        let running = Task { try await job.run() }
        while job.metrics.lastRun == nil { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(job.metrics.failed == 0)
    }

    @Test("forgets what was decided about reports after its time, but never why somebody is suspended")
    func reports() async throws {
        let (reporter, subject) = (try await test.world.user(.customer), try await test.world.consultant())
        for (decision, isLifted) in [("warn", false), ("suspend", false), ("suspend", true), (nil, false)] {
            let session = try await test.world.session(reporter, subject)
            try await test.pool.query(
                """
                INSERT INTO reports (id, kind, session_id, reporter_id, subject_id, reason, created_at, decision, decided_at,
                    lifted_at)
                VALUES (\(UniqueID()), 'session', \(session), \(reporter), \(subject), 'spam', \(now), \(decision),
                    CASE WHEN \(decision)::text IS NOT NULL THEN \(now)::timestamptz END,
                    CASE WHEN \(isLifted) THEN \(now)::timestamptz END)
                """)
        }
        let job = job([RetentionRule.reports])
        #expect(await job.work(at: day(729)) == ["reports": 0])
        #expect(await job.work(at: day(730)) == ["reports": 2])
        let left = try await test.pool.query("SELECT decision FROM reports ORDER BY decision NULLS LAST")
        #expect(try left.map { try $0.get("decision", as: String?.self) } == ["suspend", nil])
    }
}
