internal import Database

/// How the marketplace did in the last days, beside its goals.
struct Analytics: Encodable {
    struct QuestionToCall: Encodable {
        let p50: Double?
        let p90: Double?
        let count: Int
        let withinGoal: Double?
        let goalSeconds = Goals.questionToCallSeconds

        enum Key: String, CodingKey { case p50, p90, count, withinGoal, goalSeconds }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(p50, forKey: .p50)
            try container.encode(p90, forKey: .p90)
            try container.encode(count, forKey: .count)
            try container.encode(withinGoal, forKey: .withinGoal)
            try container.encode(goalSeconds, forKey: .goalSeconds)
        }
    }
    struct Utilisation: Encodable {
        let ratio: Double?
        let availableSeconds: Double
        let busySeconds: Double
        let goal = Goals.utilisation

        enum Key: String, CodingKey { case ratio, availableSeconds, busySeconds, goal }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(ratio, forKey: .ratio)
            try container.encode(availableSeconds, forKey: .availableSeconds)
            try container.encode(busySeconds, forKey: .busySeconds)
            try container.encode(goal, forKey: .goal)
        }
    }
    struct SessionCounts: Encodable {
        let pending: Int
        let active: Int
        let completed: Int
        let failed: Int
        let cancelled: Int
        let completionRate: Double?
        let goal = Goals.completion

        enum Key: String, CodingKey { case pending, active, completed, failed, cancelled, completionRate, goal }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(pending, forKey: .pending)
            try container.encode(active, forKey: .active)
            try container.encode(completed, forKey: .completed)
            try container.encode(failed, forKey: .failed)
            try container.encode(cancelled, forKey: .cancelled)
            try container.encode(completionRate, forKey: .completionRate)
            try container.encode(goal, forKey: .goal)
        }
    }
    struct QuestionCounts: Encodable {
        let posted: Int
        let open: Int
        let matching: Int
        let accepted: Int
        let expired: Int
        let cancelled: Int
    }
    struct RequestCounts: Encodable {
        let asked: Int
        let pending: Int
        let accepted: Int
        let declined: Int
        let expired: Int
        let withdrawn: Int
    }

    let days: Int
    let from: String
    let questionToCall: QuestionToCall
    let utilisation: Utilisation
    let sessions: SessionCounts
    let questions: QuestionCounts
    let requests: RequestCounts

    /// Reads the figures of everything that began since `from`.
    init(days: Int, from: Timestamp, on database: some Queryable) async throws(DatabaseError) {
        let answers = try await database.pipeline([
            """
            SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
                percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90,
                count(*) FILTER (WHERE seconds <= \(Goals.questionToCallSeconds)) AS within
            FROM (SELECT extract(epoch FROM started_at - questions.created_at)::float8 AS seconds
                FROM sessions JOIN questions ON questions.id = question_id
                WHERE started_at IS NOT NULL AND sessions.created_at >= \(from)) AS waits
            """,
            """
            SELECT coalesce(sum(available), 0)::float8 AS available, coalesce(sum(busy), 0)::float8 AS busy FROM (
                SELECT available_seconds AS available, busy_seconds AS busy FROM consultant_days
                    WHERE day >= (\(from)::timestamptz AT TIME ZONE 'UTC')::date
                UNION ALL
                SELECT CASE availability WHEN 'available' THEN running ELSE 0 END,
                    CASE availability WHEN 'busy' THEN running ELSE 0 END
                FROM (SELECT availability, extract(epoch FROM
                        clock_timestamp() - greatest(availability_changed_at, \(from)))::float8 AS running
                    FROM consultant_profiles WHERE availability <> 'offline') AS now
            ) AS spans
            """,
            "SELECT state, count(*) FROM sessions WHERE created_at >= \(from) GROUP BY state",
            "SELECT state, count(*) FROM questions WHERE created_at >= \(from) GROUP BY state",
            "SELECT state, count(*) FROM requests WHERE created_at >= \(from) GROUP BY state",
        ])
        self.days = days
        self.from = from.description
        let waits = answers[0][0]
        let count = try waits.get("count", as: Int.self)
        let within = try waits.get("within", as: Int.self)
        questionToCall = QuestionToCall(
            p50: try waits.get("p50", as: Double?.self), p90: try waits.get("p90", as: Double?.self), count: count,
            withinGoal: count > 0 ? Double(within) / Double(count) : nil)
        let available = try answers[1][0].get("available", as: Double.self)
        let busy = try answers[1][0].get("busy", as: Double.self)
        utilisation = Utilisation(
            ratio: available + busy > 0 ? busy / (available + busy) : nil, availableSeconds: available,
            busySeconds: busy)
        let sessions = try Self.counts(answers[2])
        let over = ["completed", "failed", "cancelled"].reduce(0) { $0 + sessions[$1, default: 0] }
        self.sessions = SessionCounts(
            pending: sessions["pending", default: 0], active: sessions["active", default: 0],
            completed: sessions["completed", default: 0], failed: sessions["failed", default: 0],
            cancelled: sessions["cancelled", default: 0],
            completionRate: over > 0 ? Double(sessions["completed", default: 0]) / Double(over) : nil)
        let questions = try Self.counts(answers[3])
        self.questions = QuestionCounts(
            posted: questions.values.reduce(0, +), open: questions["open", default: 0],
            matching: questions["matching", default: 0], accepted: questions["accepted", default: 0],
            expired: questions["expired", default: 0], cancelled: questions["cancelled", default: 0])
        let requests = try Self.counts(answers[4])
        self.requests = RequestCounts(
            asked: requests.values.reduce(0, +), pending: requests["pending", default: 0],
            accepted: requests["accepted", default: 0], declined: requests["declined", default: 0],
            expired: requests["expired", default: 0], withdrawn: requests["withdrawn", default: 0])
    }

    private static func counts(_ rows: Rows) throws(DatabaseError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.get("state", as: String.self)] = try row.get("count", as: Int.self) }
        return counts
    }
}
