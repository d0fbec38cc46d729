internal import Database

/// How long one kind of data is kept, and what removes it then.
public struct RetentionRule: Sendable {
    /// A span of the calendar.
    struct Period: Sendable, Hashable {
        enum Unit: String, Sendable { case hour, day, year }
        let count: Int
        let unit: Unit

        /// As PostgreSQL reads it, and people: `90 days`.
        var interval: String { "\(count) \(unit.rawValue)\(count == 1 ? "" : "s")" }
    }

    /// Removes at most `limit`; what has to be older than `before` is the rule's to know.
    typealias Removal =
        @Sendable (_ now: Timestamp, _ period: String, _ limit: Int, Transaction) async throws -> Int

    /// Names it: in metrics, and for people.
    public let kind: String
    /// How long.
    let period: Period
    /// Since when.
    let since: String
    /// Why so long.
    let why: String
    /// What is done after that.
    let removal: Removal

    init(
        _ kind: String, _ count: Int, _ unit: Period.Unit, since: String, why: String, removal: @escaping Removal
    ) {
        self.kind = kind
        period = Period(count: count, unit: unit)
        self.since = since
        self.why = why
        self.removal = removal
    }

    /// The same, done by one statement whose affected rows are what was removed.
    init(
        _ kind: String, _ count: Int, _ unit: Period.Unit, since: String, why: String,
        statement: @escaping @Sendable (_ before: SQL, _ limit: Int) -> SQL
    ) {
        self.init(kind, count, unit, since: since, why: why) { now, period, limit, transaction in
            try await transaction.query(statement("(\(now)::timestamptz - \(period)::interval)", limit)).affected
        }
    }

    /// The table for readers of the documentation.
    public static var documentation: String {
        var text = "| kind | kept | from | why |\n|---|---|---|---|\n"
        for rule in all { text += "| `\(rule.kind)` | \(rule.period.interval) | \(rule.since) | \(rule.why) |\n" }
        return text
    }
}
