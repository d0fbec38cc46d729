public import Database
internal import HTTPTypes
public import REST

/// `GET /ops/reconciliation`: what the last comparison with Stripe came to.
public struct ReconciliationHandlers: Sendable {
    private let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// How many findings are shown.
    private static let shown = 200

    private struct View: Encodable {
        let last: RunView?
    }

    private struct RunView: Encodable {
        let id: String
        let trigger: String
        let state: String
        let startedAt: String
        let endedAt: String?
        let since: String?
        let payments: Int
        let payouts: Int
        let found: Int
        let repaired: Int
        let error: String?
        let findings: [FindingView]
    }

    private struct FindingView: Encodable {
        let rule: String
        let subject: String
        let words: String
        let isRepaired: Bool
    }

    /// 200 with the newest run that has ended, and its first 200 findings; `last` is missing where there was none yet.
    public func show(_ call: Call) async throws -> Reply {
        guard let run = try await ReconciliationStore.newest(on: pool) else { return .json(View(last: nil)) }
        let findings = try await ReconciliationStore.findings(of: run.id, on: pool)
        return .json(
            View(
                last: RunView(
                    id: run.id.description, trigger: run.trigger.rawValue, state: run.state.rawValue,
                    startedAt: run.startedAt.description, endedAt: run.endedAt?.description,
                    since: run.since?.description, payments: run.payments, payouts: run.payouts, found: run.found,
                    repaired: run.repaired, error: run.error,
                    findings: findings.prefix(Self.shown).map {
                        FindingView(
                            rule: $0.rule.rawValue, subject: $0.subject, words: $0.words, isRepaired: $0.isRepaired)
                    })))
    }
}

/// What the last run left, as numbers.
public struct ReconciliationFigures: Sendable, Hashable {
    /// What nobody has looked at yet.
    public let open: Int
    /// What was repaired.
    public let repaired: Int
    /// When it ended, in seconds since 1970.
    public let ended: Int64

    /// The figures of the newest run that has ended well; nil where there was none.
    public static func read(on database: some Queryable) async throws -> ReconciliationFigures? {
        guard let run = try await ReconciliationStore.newest(on: database), run.state == .done, let ended = run.endedAt
        else { return nil }
        return ReconciliationFigures(open: run.open, repaired: run.repaired, ended: ended.second)
    }
}
