internal import RTP

/// The sign-ins that were ended while access tokens of theirs may still be about. Pure and bounded.
struct Revocations: Sendable {
    /// Beyond these the oldest are forgotten: fifty a second all the time.
    static let maximumFamilies = 65536

    private let lifetime: NanosecondCount
    private let limit: Int
    private var expiries: [String: MonotonicInstant] = [:]
    /// In the order of their expiry.
    private var order: [String] = []
    private var first = 0

    /// - Parameter lifetime: longer than access tokens live.
    init(lifetime: NanosecondCount, limit: Int = maximumFamilies) {
        self.lifetime = lifetime
        self.limit = limit
    }

    /// Notes that a sign-in was ended.
    ///
    /// - Returns: whether that is news.
    mutating func insert(_ family: String, at now: MonotonicInstant) -> Bool {
        // What is known is not prolonged: no token is minted after the end.
        guard expiries[family] == nil else { return false }
        if expiries.count >= limit { removeFirst() }
        expiries[family] = now.advanced(by: lifetime)
        order.append(family)
        return true
    }

    func contains(_ family: String) -> Bool { expiries[family] != nil }

    /// Forgets what is too old to matter.
    mutating func forget(at now: MonotonicInstant) {
        while first < order.count, let expiry = expiries[order[first]], expiry <= now { removeFirst() }
    }

    private mutating func removeFirst() {
        guard first < order.count else { return }
        expiries[order[first]] = nil
        first += 1
        guard first == order.count || first >= 1024 else { return }
        order.removeFirst(first)
        first = 0
    }
}
