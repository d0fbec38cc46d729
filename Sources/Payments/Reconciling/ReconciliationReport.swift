public import Database

/// What a run came to.
public struct ReconciliationReport: Sendable, Hashable {
    /// What was compared was made since then; nil: all there is.
    public let since: Timestamp?
    /// Payments that were compared.
    public internal(set) var payments = 0
    /// Payouts that were compared.
    public internal(set) var payouts = 0
    /// What both sides do not say alike, the first thousand of it, what was repaired included.
    public private(set) var findings: [ReconciliationFinding] = []
    /// How much was found.
    public private(set) var found = 0
    /// How much of it was repaired.
    public private(set) var repaired = 0

    init(since: Timestamp?) { self.since = since }

    /// Whether nothing is left that somebody has to look at.
    public var isInOrder: Bool { found == repaired }

    mutating func add(_ more: [ReconciliationFinding]) {
        found += more.count
        repaired += more.count { $0.isRepaired }
        findings += more.prefix(max(0, Reconciler.limit - findings.count))
    }
}
