import Database
import Operations
import Sessions

/// How the marketplace does, for the private port.

extension SessionMetrics {
    /// What this process has counted.
    var families: [MetricFamily] {
        let counted = counters
        return [
            .histogram(
                "consult_question_to_call_seconds", help: "From a question to media in both directions.",
                Buckets(bounds: Self.bounds, counts: counted.questionToCall, sum: counted.questionToCallSum))
        ]
    }
}

/// The last day's shares and counts. While the database is away they are missing; a share of nothing is zero.
func marketplaceFamilies(_ pool: DatabasePool) async -> [MetricFamily] {
    guard let gauges = try? await SessionMetrics.gauges(on: pool) else { return [] }
    func share(_ name: String, _ help: String, _ value: Double?) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, series: [.init(.number(value ?? 0))])
    }
    func states(_ name: String, _ help: String, _ counts: [(state: String, count: Int)]) -> MetricFamily {
        MetricFamily(
            name, .gauge, help: help,
            series: counts.map { .init(.number(Double($0.count)), labels: [.init("state", $0.state)]) })
    }
    return [
        share(
            "consult_utilisation_ratio", "Share of consultants' available time spent in calls, last 24 hours.",
            gauges.utilisation),
        share(
            "consult_session_completion_ratio", "Share of ended sessions that took place, last 24 hours.",
            gauges.completion),
        states(
            "consult_sessions", "Sessions accepted in the last 24 hours, by state.",
            SessionState.allCases.map { ($0.rawValue, gauges.sessions[$0, default: 0]) }),
        states(
            "consult_questions", "Questions posted in the last 24 hours, by state.",
            gauges.questions.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }),
    ]
}
