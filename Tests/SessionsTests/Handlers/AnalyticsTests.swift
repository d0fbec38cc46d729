import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import REST
import Sessions
import Testing

@Suite("How the marketplace does", .timeLimit(.minutes(2))) struct AnalyticsTests {
    let world: World

    init() async throws { world = try await World("analytics") }

    private func show(_ days: String? = nil) async throws -> JSON {
        try await world.analytics.show(call(by: UniqueID(), .admin, query: days.map { ["days": $0] } ?? [:])).json
    }

    @Test("is told from the start, with nothing known")
    func empty() async throws {
        try await world.pool.query("UPDATE consultant_profiles SET availability = 'offline'")
        try await world.pool.query("DELETE FROM consultant_days")
        let json = try await show()
        #expect(json.keys == ["days", "from", "questionToCall", "utilisation", "sessions", "questions", "requests"])
        #expect(
            json["days"].int == 7 && json["questionToCall"]["p50"].isNull && json["questionToCall"]["count"].int == 0)
        #expect(json["questionToCall"]["goalSeconds"].double == 120 && json["utilisation"]["goal"].double == 0.8)
        #expect(json["utilisation"]["ratio"].isNull && json["sessions"]["completionRate"].isNull)
        #expect(json["sessions"]["goal"].double == 0.95 && json["requests"]["asked"].int == 0)
        let gauges = try await SessionMetrics.gauges(on: world.pool)
        #expect(gauges.sessions.count == SessionState.allCases.count && gauges.sessions.values.allSatisfy { $0 == 0 })
        #expect(gauges.utilisation == nil && gauges.completion == nil)
    }

    @Test("is what happened: waits, shares and counts")
    func figures() async throws {
        // Four calls that began after 30, 60, 90 and 150 seconds, and one that did not.
        for wait in [30, 60, 90, 150] {
            let now = Timestamp.now()
            let session = try await world.accept(askedSecondsAgo: wait, at: now)
            try await world.pool.withTransaction { transaction in
                try await world.store.apply(
                    .progress(mediaSeconds: 0, running: true), to: session.id, at: now, in: transaction)
                try await world.store.apply(.endRequested(.customer), to: session.id, at: now, in: transaction)
            }
        }
        let session = try await world.accept()
        _ = try await world.handlers.end(call(by: world.customer, id: session.id))
        _ = try await world.pool.pipeline([
            "UPDATE consultant_profiles SET availability = 'offline'", "DELETE FROM consultant_days",
            """
            INSERT INTO consultant_days (user_id, day, available_seconds, busy_seconds)
            SELECT user_id, (now() AT TIME ZONE 'UTC')::date - days, 100, 300 FROM consultant_profiles,
                unnest(ARRAY[0, 2, 20]) AS days
            """,
        ])
        let json = try await show("7")
        let waits = json["questionToCall"]
        #expect(waits["count"].int == 4 && waits["withinGoal"].double == 0.75)
        #expect(waits["p50"].double.map { abs($0 - 75) < 0.01 } == true)
        #expect(waits["p90"].double.map { abs($0 - 132) < 0.01 } == true)
        #expect(json["utilisation"]["ratio"].double == 0.75 && json["utilisation"]["busySeconds"].double == 600)
        #expect(json["sessions"]["completed"].int == 4 && json["sessions"]["cancelled"].int == 1)
        #expect(json["sessions"]["completionRate"].double == 0.8)
        #expect(json["questions"]["posted"].int == 5 && json["questions"]["accepted"].int == 5)
        #expect(json["requests"]["asked"].int == 5 && json["requests"]["accepted"].int == 5)
        #expect(try await show("30")["utilisation"]["busySeconds"].double == 900)
    }

    @Test("counts the span that runs at the moment")
    func running() async throws {
        _ = try await world.pool.pipeline([
            "UPDATE consultant_profiles SET availability = 'busy'", "DELETE FROM consultant_days",
            "UPDATE consultant_profiles SET availability_changed_at = clock_timestamp() - interval '100 seconds'",
        ])
        let json = try await show("1")
        #expect(json["utilisation"]["ratio"].double == 1)
        #expect(json["utilisation"]["busySeconds"].double.map { (99...160).contains($0) } == true)
        // Of a span that began before the time in question, only what lies in it.
        try await world.pool.query(
            "UPDATE consultant_profiles SET availability_changed_at = clock_timestamp() - interval '10 days'")
        #expect(try await show("1")["utilisation"]["busySeconds"].double.map { $0 < 86_500 } == true)
    }

    @Test("is asked for by days", arguments: ["0", "366", "x", "+7", "1.5"])
    func badDays(_ days: String) async throws {
        let problem = try await refusal {
            try await world.analytics.show(call(by: UniqueID(), .admin, query: ["days": days]))
        }
        #expect(problem.status == .unprocessableContent)
    }

    // MARK: One consultant

    @Test("is told to a consultant about themselves")
    func performance() async throws {
        let empty = try await world.analytics.performance(call(by: world.consultant, .consultant)).json
        #expect(empty["asked"].int == 0 && empty["acceptance"].isNull && empty["rating"].isNull)
        #expect(empty["goal"].double == 0.8 && empty["responseSeconds"].isNull)
        _ = try await world.pool.pipeline([
            """
            INSERT INTO consultant_stats (user_id, asked, accepted, declined, expired, response_seconds, completed, failed)
            VALUES (\(world.consultant), 11, 6, 2, 2, 8.5, 4, 1)
            """,
            """
            UPDATE consultant_profiles SET rating_sum = 9, rating_count = 2, availability = 'offline'
            WHERE user_id = \(world.consultant)
            """,
            "DELETE FROM consultant_days",
            """
            INSERT INTO consultant_days (user_id, day, available_seconds, busy_seconds)
            VALUES (\(world.consultant), now() AT TIME ZONE 'UTC', 100, 300)
            """,
        ])
        let json = try await world.analytics.performance(call(by: world.consultant, .consultant)).json
        #expect(json["asked"].int == 11 && json["accepted"].int == 6 && json["completed"].int == 4)
        #expect(json["acceptance"].double == 0.6 && json["completion"].double == 0.8)
        #expect(json["rating"].double == 4.5 && json["utilisation"].double == 0.75)
        #expect(json["responseSeconds"].double == 8.5)
        let nobody = try await World.user(.consultant, "New", on: world.pool)
        #expect(try await world.analytics.performance(call(by: nobody, .consultant)).json["asked"].int == 0)
        #expect(
            try await refusal { try await world.analytics.performance(call(by: world.customer)) }.status == .forbidden)
    }
}
