public import Database

/// How long an account waits after failed sign-ins. It cannot be used to lock somebody else out: what fails in one
/// place slows down that place, and places where the account was signed in before are not slowed down by others.
///
/// - `here`: failures from the same address. A few are free, then the pause doubles, up to a quarter of an hour.
/// - `elsewhere`: failures from everywhere together, which count only where the account was never signed in from this
///   address. Many are free, and the pause is short: guessing from a thousand addresses becomes slow, while the owner on
///   a new device waits a minute at most, and not at all after choosing a new password by mail.
public struct SignInBackoff: Sendable, Hashable {
    /// Failures so far, and the last one's time.
    public struct Record: Sendable, Hashable {
        /// Failures since the last success.
        public var failures: Int
        /// When the last one was.
        public var lastAt: Timestamp

        /// Failures and the last one's time.
        public init(failures: Int, lastAt: Timestamp) {
            self.failures = failures
            self.lastAt = lastAt
        }
    }

    /// Failures without a pause, at the same address.
    public var freeHere = 5
    /// The longest pause at the same address.
    public var longestHere = Duration.seconds(900)
    /// Failures without a pause, from everywhere.
    public var freeElsewhere = 50
    /// The longest pause for addresses the account does not know.
    public var longestElsewhere = Duration.seconds(60)
    /// Failures older than this are forgotten.
    public var memory = Duration.seconds(86_400)

    /// The house's terms.
    public init() {}

    /// How long the next attempt has to wait; zero where it need not.
    public func pause(
        here: Record?, elsewhere: Record?, isKnownAddress: Bool, now: Timestamp
    ) -> Duration {
        let local = pause(here, free: freeHere, longest: longestHere, now: now)
        if isKnownAddress { return local }
        return max(local, pause(elsewhere, free: freeElsewhere, longest: longestElsewhere, now: now))
    }

    private func pause(_ record: Record?, free: Int, longest: Duration, now: Timestamp) -> Duration {
        guard let record, record.failures >= free else { return .zero }
        let passed = now.since(record.lastAt)
        guard passed < memory else { return .zero }
        let doublings = min(record.failures - free, 20)
        return max(.zero, min(.seconds(1 << doublings), longest) - passed)
    }
}
