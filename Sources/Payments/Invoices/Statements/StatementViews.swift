internal import Database
internal import Money

/// A month as JSON.
struct StatementTotalView: Encodable {
    let month: String
    let currency: Currency
    let sessions: Int
    let charged: Money
    let refunded: Money
    let fee: Money
    let earned: Money

    init(_ total: StatementTotal) {
        month = total.month
        currency = total.charged.currency
        sessions = total.sessions
        charged = total.charged
        refunded = total.refunded
        fee = total.fee
        earned = total.earned
    }
}

/// A session in a month as JSON.
struct StatementLineView: Encodable {
    let sessionId: String
    let date: String
    let charged: Money
    let refunded: Money
    let fee: Money
    let earned: Money

    init(_ line: StatementLine) {
        sessionId = line.session.description
        date = line.day
        charged = line.charged
        refunded = line.refunded
        fee = line.fee
        earned = line.earned
    }
}

/// A month with its sessions as JSON.
struct StatementView: Encodable {
    let month: String
    let issuer: String
    let consultantName: String
    let totals: [StatementTotalView]
    let sessions: [StatementLineView]
    let simulated: Bool
}
