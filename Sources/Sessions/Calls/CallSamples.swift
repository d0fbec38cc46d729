public import Database
public import Events

/// How good the connections of sessions' calls were, for each ten seconds: `call_samples`.
public enum CallSamples {
    /// Keeps what the signaling core tells, in the transaction of its delivery. The newest word about the same ten seconds
    /// counts.
    ///
    /// - Returns: whether the event is about that; also where it is of a session that is not known.
    /// - Throws: `DatabaseError`; where the payload is not as it must be.
    public static func take(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        guard let report = try SessionReport(delivery.event), case .quality(let sample) = report.happening else {
            return false
        }
        try await keep(sample, of: report.session, in: transaction)
        return true
    }

    static func keep(_ sample: CallSample, of session: UniqueID, in transaction: Transaction) async throws {
        guard let at = Timestamp(sample.at) else { throw UnreadableEvent(description: "a sample without a time") }
        try await transaction.query(
            """
            INSERT INTO call_samples (session_id, at, media_seconds, sample)
            SELECT id, \(at), \(max(0, sample.mediaSeconds)), \(try JSONText(encoding: sample))::jsonb
            FROM sessions WHERE id = \(session)
            ON CONFLICT (session_id, at) DO UPDATE
                SET media_seconds = excluded.media_seconds, sample = excluded.sample
            """)
    }

    /// The samples of a session, the oldest first.
    static func all(
        of session: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> [(at: Timestamp, sample: CallSample)] {
        try await database.query("SELECT at, sample FROM call_samples WHERE session_id = \(session) ORDER BY at")
            .map { row throws(DatabaseError) in
                (try row.get("at", as: Timestamp.self), try sample(try row.get("sample", as: JSONText.self)))
            }
    }

    static func sample(_ text: JSONText) throws(DatabaseError) -> CallSample {
        guard let sample = try? text.decode(as: CallSample.self) else {
            throw DatabaseError(.decoding, "a sample of a call that says nothing")
        }
        return sample
    }
}

extension SessionQuality {
    /// What samples come to: means over them, and the lowest score; nil where there are none.
    init?(_ samples: [CallSample]) {
        if samples.isEmpty { return nil }
        func side(_ path: KeyPath<CallSample, CallSample.Side?>) -> Sides? {
            let sides = samples.compactMap { $0[keyPath: path] }
            return sides.isEmpty
                ? nil : Sides(up: Direction(sides.compactMap(\.up)), down: Direction(sides.compactMap(\.down)))
        }
        self.init(customer: side(\.customer), consultant: side(\.consultant))
    }
}

extension SessionQuality.Direction {
    fileprivate init?(_ samples: [CallSample.Direction]) {
        guard let worst = samples.map(\.score).min() else { return nil }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        let trips = samples.compactMap(\.roundTrip)
        self.init(
            score: mean(samples.map(\.score)), worst: worst, bitrate: mean(samples.map(\.bitrate)),
            loss: mean(samples.map(\.loss)), jitter: mean(samples.map(\.jitter)),
            rtt: trips.isEmpty ? nil : mean(trips))
    }
}
