import Synchronization

/// What keeps this process from taking calls; empty means ready.
public final class Readiness: Sendable {
    private let reasons: Mutex<[String]>

    /// Not ready for these reasons, until each is cleared.
    public init(_ reasons: [String]) {
        self.reasons = Mutex(reasons)
    }

    /// Why this process takes no calls now; empty when it does.
    public var reasonsAgainst: [String] { reasons.withLock { $0 } }

    /// Adds a reason.
    public func block(_ reason: String) {
        reasons.withLock { if !$0.contains(reason) { $0.append(reason) } }
    }

    /// Takes a reason away.
    public func clear(_ reason: String) {
        reasons.withLock { $0.removeAll { $0 == reason } }
    }
}
