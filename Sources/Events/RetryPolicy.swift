/// When a failed event is tried again, and when no more.
public struct RetryPolicy: Sendable, Hashable {
    /// The pause after the first failure; it doubles with each further one.
    public var first: Duration
    /// The longest pause.
    public var longest: Duration
    /// After this many failures the event is parked.
    public var attempts: Int

    /// Half a second, doubled up to five minutes, twelve attempts: about half an hour in all.
    public init(first: Duration = .milliseconds(500), longest: Duration = .seconds(300), attempts: Int = 12) {
        self.first = first
        self.longest = longest
        self.attempts = max(1, attempts)
    }

    /// What follows a failure.
    public enum Verdict: Sendable, Hashable {
        /// Another attempt after this pause.
        case retry(after: Duration)
        /// No other attempt.
        case park
    }

    /// What follows the failure number `failures`. The pause is between half and all of its length, as `jitter` (0 to 1,
    /// drawn by the caller) has it, so that events that failed together do not come back together.
    public func verdict(failures: Int, jitter: Double) -> Verdict {
        if failures >= attempts { return .park }
        var pause = min(first, longest)
        for _ in 1..<max(1, failures) {
            pause = min(pause * 2, longest)
            if pause == longest { break }
        }
        return .retry(after: pause * (0.5 + min(max(jitter, 0), 1) / 2))
    }
}
