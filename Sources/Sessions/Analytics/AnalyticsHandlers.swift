public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/ops/analytics` and `/me/performance`: how the marketplace does, and how one of its consultants does.
public struct AnalyticsHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// `GET /ops/analytics?days=7`: 200 with the figures of the last days, beside the goals.
    public func show(_ call: Call) async throws -> Reply {
        var days = 7
        if let text = call.query["days"] {
            var fields = Fields()
            days =
                fields.check("days", text, "a whole number from 1 to 365") { text in
                    Int(text).flatMap { (1...365).contains($0) && text.utf8.first != UInt8(ascii: "+") ? $0 : nil }
                } ?? 7
            try fields.finish()
        }
        let from = Timestamp.now().advanced(by: .seconds(-86400 * Int64(days)))
        return .json(try await Analytics(days: days, from: from, on: pool))
    }

    private struct Performance: Encodable {
        let asked: Int
        let accepted: Int
        let declined: Int
        let expired: Int
        let completed: Int
        let failed: Int
        let responseSeconds: Double?
        let acceptance: Double?
        let completion: Double?
        let rating: Double?
        let ratings: Int
        let utilisation: Double?
        let goal = Goals.utilisation

        enum Key: String, CodingKey {
            case asked, accepted, declined, expired, completed, failed, responseSeconds, acceptance, completion, rating
            case ratings, utilisation, goal
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(asked, forKey: .asked)
            try container.encode(accepted, forKey: .accepted)
            try container.encode(declined, forKey: .declined)
            try container.encode(expired, forKey: .expired)
            try container.encode(completed, forKey: .completed)
            try container.encode(failed, forKey: .failed)
            try container.encode(responseSeconds, forKey: .responseSeconds)
            try container.encode(acceptance, forKey: .acceptance)
            try container.encode(completion, forKey: .completion)
            try container.encode(rating, forKey: .rating)
            try container.encode(ratings, forKey: .ratings)
            try container.encode(utilisation, forKey: .utilisation)
            try container.encode(goal, forKey: .goal)
        }
    }

    /// `GET /me/performance`: 200 with a consultant's own figures; null where nothing is known yet. The utilisation is that
    /// of the last 30 days.
    public func performance(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        guard caller.role == .consultant else { throw Problem.forbidden("Only consultants have a performance.") }
        let rows = try await pool.query(
            """
            SELECT asked, accepted, declined, expired, completed, failed, response_seconds, rating_sum, rating_count,
                days.busy + CASE availability WHEN 'busy' THEN running ELSE 0 END AS busy,
                days.available + CASE availability WHEN 'available' THEN running ELSE 0 END AS available
            FROM (SELECT *, extract(epoch FROM clock_timestamp() - availability_changed_at)::float8 AS running
                FROM consultant_profiles WHERE user_id = \(caller.user)) AS profile
            LEFT JOIN consultant_stats USING (user_id)
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(busy_seconds), 0)::float8 AS busy, coalesce(sum(available_seconds), 0)::float8 AS available
                FROM consultant_days WHERE consultant_days.user_id = profile.user_id
                    AND day > (clock_timestamp() AT TIME ZONE 'UTC')::date - 30
            ) AS days
            """)
        guard let row = rows.first else {
            return .json(
                Performance(
                    asked: 0, accepted: 0, declined: 0, expired: 0, completed: 0, failed: 0, responseSeconds: nil,
                    acceptance: nil, completion: nil, rating: nil, ratings: 0, utilisation: nil))
        }
        func count(_ name: String) throws(DatabaseError) -> Int { try row.get(name, as: Int?.self) ?? 0 }
        func share(_ part: Double, of whole: Double) -> Double? { whole > 0 ? part / whole : nil }
        let (accepted, declined, expired) = (try count("accepted"), try count("declined"), try count("expired"))
        let (completed, failed) = (try count("completed"), try count("failed"))
        let ratings = try count("rating_count")
        let busy = try row.get("busy", as: Double.self)
        return .json(
            Performance(
                asked: try count("asked"), accepted: accepted, declined: declined, expired: expired,
                completed: completed, failed: failed,
                responseSeconds: try row.get("response_seconds", as: Double?.self),
                acceptance: share(Double(accepted), of: Double(accepted + declined + expired)),
                completion: share(Double(completed), of: Double(completed + failed)),
                rating: share(Double(try count("rating_sum")), of: Double(ratings)), ratings: ratings,
                utilisation: share(busy, of: busy + (try row.get("available", as: Double.self)))))
    }
}
