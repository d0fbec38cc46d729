public import Database
internal import Synchronization

/// What the sessions of the marketplace came to, for the metrics.
public final class SessionMetrics: Sendable {
    /// The upper bounds of ``Counted/questionToCall``, in seconds.
    public static let bounds: [Double] = [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600]

    /// What this process has counted.
    public struct Counted: Sendable, Hashable {
        /// Observations per bucket of ``bounds``, one more than these.
        public var questionToCall = [UInt64](repeating: 0, count: SessionMetrics.bounds.count + 1)
        /// The sum of the observations, in seconds.
        public var questionToCallSum = 0.0
    }

    /// What the database holds of the last day.
    public struct Gauges: Sendable, Hashable {
        /// Sessions by state.
        public var sessions: [SessionState: Int] = [:]
        /// Questions by state.
        public var questions: [String: Int] = [:]
        /// The share of consultants' time that was spent in calls; nil where they had none.
        public var utilisation: Double?
        /// The share of ended sessions that took place; nil where none has ended.
        public var completion: Double?
    }

    private let counted = Mutex(Counted())

    /// Nothing yet.
    public init() {}

    /// What this process has counted.
    public var counters: Counted { counted.withLock { $0 } }

    /// Notes what an event made of a session.
    public func note(_ change: SessionStore.Change) {
        guard let waited = change.questionToCall else { return }
        let seconds = Double(waited.components.seconds) + Double(waited.components.attoseconds) / 1e18
        counted.withLock { counted in
            counted.questionToCall[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            counted.questionToCallSum += seconds
        }
    }

    /// The last day's gauges.
    public static func gauges(on database: some Queryable) async throws(DatabaseError) -> Gauges {
        let from = Timestamp.now().advanced(by: .seconds(-86400))
        let analytics = try await Analytics(days: 1, from: from, on: database)
        return Gauges(
            sessions: [
                .pending: analytics.sessions.pending, .active: analytics.sessions.active,
                .completed: analytics.sessions.completed, .failed: analytics.sessions.failed,
                .cancelled: analytics.sessions.cancelled,
            ],
            questions: [
                "open": analytics.questions.open, "matching": analytics.questions.matching,
                "accepted": analytics.questions.accepted, "expired": analytics.questions.expired,
                "cancelled": analytics.questions.cancelled,
            ], utilisation: analytics.utilisation.ratio, completion: analytics.sessions.completionRate)
    }
}
