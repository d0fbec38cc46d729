internal import Database
internal import Money

/// A payout as it is read.
struct PayoutView: Encodable {
    let id: UniqueID
    private let consultant: UniqueID
    private let amount: Money
    private let state: String
    private let arrivalDate: Timestamp?
    private let failureCode: String?
    private let createdAt: Timestamp
    private let isSimulated: Bool

    init(_ row: Row, isSimulated: Bool) throws(DatabaseError) {
        id = try row.get("id", as: UniqueID.self)
        consultant = try row.get("consultant_id", as: UniqueID.self)
        let code = try row.get("currency", as: String.self)
        guard let currency = Currency(code) else { throw DatabaseError(.decoding, "'\(code)' is no currency") }
        amount = Money(amount: try row.get("amount", as: Int64.self), currency: currency)
        state = try row.get("state", as: String.self)
        arrivalDate = try row.get("arrival_date", as: Timestamp?.self)
        failureCode = try row.get("failure_code", as: String?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        self.isSimulated = isSimulated
    }

    private enum Key: String, CodingKey {
        case id, consultantId, amount, state, arrivalDate, failureCode, createdAt, simulated
    }

    /// With every field, an absent one as null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id.description, forKey: .id)
        try container.encode(consultant.description, forKey: .consultantId)
        try container.encode(amount, forKey: .amount)
        try container.encode(state, forKey: .state)
        try container.encode(arrivalDate?.description, forKey: .arrivalDate)
        try container.encode(failureCode, forKey: .failureCode)
        try container.encode(createdAt.description, forKey: .createdAt)
        try container.encode(isSimulated, forKey: .simulated)
    }
}

/// Earnings as their consultant reads them.
struct EarningsView: Encodable {
    private struct TotalView: Encodable {
        let currency: String
        let charged: Money
        let fee: Money
        let refunded: Money
        let earned: Money
        let paidOut: Money
        let pending: Money

        init(_ total: Earnings.Total) {
            func money(_ amount: Int64) -> Money { Money(amount: amount, currency: total.currency) }
            currency = total.currency.code
            charged = money(total.sum.charged)
            fee = money(total.sum.fee)
            refunded = money(total.sum.refunded)
            earned = money(total.sum.earned)
            paidOut = money(total.paidOut)
            pending = money(total.pending)
        }
    }

    private struct WeekView: Encodable {
        let start: String
        let sessions: Int
        let charged: Money
        let fee: Money
        let refunded: Money
        let earned: Money

        init(_ week: Earnings.Week) {
            func money(_ amount: Int64) -> Money { Money(amount: amount, currency: week.currency) }
            start = week.start
            sessions = week.sessions
            charged = money(week.sum.charged)
            fee = money(week.sum.fee)
            refunded = money(week.sum.refunded)
            earned = money(week.sum.earned)
        }
    }

    private let totals: [TotalView]
    private let weeks: [WeekView]
    private let isSimulated: Bool

    init(_ earnings: Earnings, isSimulated: Bool) {
        totals = earnings.totals.map { TotalView($0) }
        weeks = earnings.weeks.map { WeekView($0) }
        self.isSimulated = isSimulated
    }

    private enum Key: String, CodingKey { case totals, weeks, next, simulated }

    /// With `next`, as every list has it: these are never cut.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(totals, forKey: .totals)
        try container.encode(weeks, forKey: .weeks)
        try container.encodeNil(forKey: .next)
        try container.encode(isSimulated, forKey: .simulated)
    }
}
