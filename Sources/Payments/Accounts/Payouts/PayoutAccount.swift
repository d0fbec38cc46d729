public import Database
internal import Stripe

/// A consultant's account at Stripe, as it was read last.
public struct PayoutAccount: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable {
        /// There is none.
        case none
        /// Its holder has not answered all of Stripe's questions yet.
        case pending
        /// They did, but it may not be charged for, or not be paid out.
        case restricted
        /// It may be charged for, and is paid out.
        case enabled
    }

    /// When it is paid out.
    public enum Interval: String, Sendable, CaseIterable, ColumnDecodable {
        /// Every day.
        case daily
        /// Every Monday.
        case weekly
        /// On the first of the month.
        case monthly
        /// When its holder says so, on Stripe's pages.
        case manual

        /// As Stripe wants it.
        var schedule: PayoutSchedule {
            switch self {
            case .daily: .daily
            case .weekly: .weekly(anchor: "monday")
            case .monthly: .monthly(anchor: 1)
            case .manual: .manual
            }
        }
    }

    /// Stripe's id; nil while Stripe has not answered yet.
    public let processorID: String?
    /// Whether a charge may be made for it.
    public let isPayable: Bool
    /// Whether it is paid out.
    public let payoutsEnabled: Bool
    /// Whether its holder has answered Stripe's questions.
    public let detailsSubmitted: Bool
    /// What Stripe still wants to know, in its own words.
    public let requirements: [String]
    /// When it is paid out.
    public let interval: Interval

    /// How far it is.
    public var state: State {
        if processorID == nil { return .none }
        if isPayable, payoutsEnabled { return .enabled }
        return detailsSubmitted ? .restricted : .pending
    }

    private static let columns: SQL =
        "processor_id, is_payable, payouts_enabled, details_submitted, requirements, interval"

    private init(_ row: Row) throws {
        processorID = try row.get("processor_id", as: String?.self)
        isPayable = try row.get("is_payable", as: Bool.self)
        payoutsEnabled = try row.get("payouts_enabled", as: Bool.self)
        detailsSubmitted = try row.get("details_submitted", as: Bool.self)
        requirements = try row.get("requirements", as: JSONText.self).decode(as: [String].self)
        interval = try row.get("interval", as: Interval.self)
    }

    /// A consultant's; nil where they have none.
    public static func find(_ user: UniqueID, on database: some Queryable) async throws -> PayoutAccount? {
        try await database.query("SELECT \(columns) FROM payout_accounts WHERE user_id = \(user)").first
            .map { try PayoutAccount($0) }
    }

    /// Takes over what was read of an account, unless something newer was.
    ///
    /// - Parameter began: when the reading began.
    static func keep(_ account: Account, readAt began: Timestamp, on database: some Queryable) async throws {
        let interval = account.settings?.payouts?.schedule?.interval.flatMap { Interval(rawValue: $0) }
        let due = (account.requirements?.currentlyDue ?? []).prefix(50).map { String($0.prefix(200)) }
        try await database.query(
            """
            UPDATE payout_accounts SET is_payable = \(account.canReceive),
                payouts_enabled = \(account.payoutsEnabled ?? false),
                details_submitted = \(account.detailsSubmitted ?? false),
                requirements = \(try JSONText(encoding: due)), interval = coalesce(\(interval?.rawValue), interval),
                read_at = \(began)
            WHERE processor_id = \(account.id.text) AND (read_at IS NULL OR read_at <= \(began))
                AND NOT EXISTS (SELECT FROM users WHERE id = user_id AND erased_at IS NOT NULL)
            """)
    }
}
