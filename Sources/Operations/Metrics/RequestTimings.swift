internal import Synchronization

/// How many requests a port answers, and how long it took, by route and class of status.
public final class RequestTimings: Sendable {
    private struct Key: Hashable {
        var route: String
        var status: String
    }

    private struct State {
        var series: [Key: Buckets] = [:]
        var running = 0
    }

    private let port: String
    private let routes: [String]
    private let known: Set<String>
    private let bounds: [Double]
    private let state: Mutex<State>

    /// Every route from the start, with zero successes; `other` takes what has no route.
    ///
    /// - Parameters:
    ///   - port: names the port in the label of that name.
    ///   - bounds: upper bounds of the buckets, in seconds.
    public init(
        port: String, routes: [String], bounds: [Double] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
    ) {
        self.port = port
        self.routes = routes + ["other"]
        known = Set(self.routes)
        self.bounds = bounds
        var state = State()
        for route in self.routes { state.series[Key(route: route, status: "2xx")] = Buckets(bounds: bounds) }
        self.state = Mutex(state)
    }

    /// Counts a request as running.
    ///
    /// - Returns: when it began.
    public func begin() -> ContinuousClock.Instant {
        state.withLock { $0.running += 1 }
        return .now
    }

    /// Counts a request as answered.
    public func end(_ route: String?, status: Int, begunAt start: ContinuousClock.Instant) {
        let (seconds, attoseconds) = start.duration(to: .now).components
        let route = route.flatMap { known.contains($0) ? $0 : nil } ?? "other"
        let key = Key(route: route, status: "\(status / 100)xx")
        state.withLock { state in
            state.running -= 1
            state.series[key, default: Buckets(bounds: bounds)].observe(Double(seconds) + Double(attoseconds) * 1e-18)
        }
    }

    /// Durations and what runs now.
    public var families: [MetricFamily] {
        let current = state.withLock { $0 }
        let series = routes.flatMap { route in
            ["1xx", "2xx", "3xx", "4xx", "5xx"].compactMap { status -> MetricFamily.Series? in
                guard let buckets = current.series[Key(route: route, status: status)] else { return nil }
                return .init(
                    .histogram(buckets), labels: [.init("port", port), .init("route", route), .init("status", status)])
            }
        }
        return [
            MetricFamily(
                "consult_http_request_duration_seconds", .histogram, help: "Time to answer a request.", series: series),
            MetricFamily(
                "consult_http_requests_in_flight", .gauge, help: "Requests being answered now.",
                series: [.init(.number(Double(current.running)), labels: [.init("port", port)])]),
        ]
    }
}
