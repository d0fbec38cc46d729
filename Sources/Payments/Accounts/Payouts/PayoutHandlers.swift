internal import Database
internal import HTTPTypes
internal import Identifiers
internal import Money
public import REST

/// `/me/payout-account`, `/me/earnings` and `/payouts`: how consultants are paid.
public struct PayoutHandlers: Sendable {
    let accounts: PaymentAccounts

    /// Handlers of these accounts.
    public init(_ accounts: PaymentAccounts) { self.accounts = accounts }

    private struct Opening: Decodable { var country: String? }
    private struct Link: Encodable { let url: String }

    /// `POST /me/payout-account {country?}`: 200 with the address of Stripe's own pages, where its holder says what Stripe must
    /// know. The account is made once, in that country (US). 503 `payments_unavailable`.
    public func open(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let opening = try call.content(Opening.self)
        var fields = Fields()
        let country = opening.country.map { text in
            fields.check("/country", text, "two letters, such as US") { text in
                text.utf8.count == 2 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
                    ? text : nil
            }
        }
        try fields.finish()
        return try await answering {
            var reply = Reply.json(Link(url: try await accounts.openPayoutAccount(of: user, country: country ?? nil)))
            reply.headers[.cacheControl] = "no-store"
            return reply
        }
    }

    private struct AccountView: Encodable {
        let state: String
        let payoutsEnabled: Bool
        let requirements: [String]
        let interval: String
        let simulated: Bool
    }

    private func view(_ account: PayoutAccount?) -> Reply {
        .json(
            AccountView(
                state: (account?.state ?? .none).rawValue, payoutsEnabled: account?.payoutsEnabled ?? false,
                requirements: account?.requirements ?? [],
                interval: (account?.interval ?? .weekly).rawValue, simulated: accounts.processor.isSimulated))
    }

    /// `GET /me/payout-account`: 200 with how far it is. One that is not ready is read from Stripe.
    public func show(_ call: Call) async throws -> Reply {
        view(try await accounts.payoutAccount(of: try call.signedIn().user))
    }

    private struct Change: Decodable { var interval: String }

    /// `PATCH /me/payout-account {interval}`: 200 with the account. 404 `payout_account_not_found`, 503
    /// `payments_unavailable`.
    public func update(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let change = try call.content(Change.self)
        var fields = Fields()
        let known = PayoutAccount.Interval.allCases.map(\.rawValue).joined(separator: ", ")
        let interval = fields.check("/interval", change.interval, known) { PayoutAccount.Interval(rawValue: $0) }
        try fields.finish()
        return try await answering { view(try await accounts.setInterval(interval ?? .weekly, of: user)) }
    }

    /// `GET /me/earnings?from=&to=`: 200 with sums by currency and by week. Both days are included, and in UTC.
    public func earnings(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        var fields = Fields()
        let from = day("from", call, &fields)
        let to = day("to", call, &fields)
        if let from, let to, to < from { fields.refuse("to", "expected a day that is not before from") }
        try fields.finish()
        let period = Earnings.Period(from: from, end: to?.advanced(by: .seconds(86_400)))
        let earnings = try await Earnings.of(user, in: period, on: accounts.pool)
        return .json(EarningsView(earnings, isSimulated: accounts.processor.isSimulated))
    }

    private func day(_ name: String, _ call: Call, _ fields: inout Fields) -> Timestamp? {
        guard let text = call.query[name] else { return nil }
        return fields.check(name, text, "a day such as 2026-11-23") { text in
            text.utf8.count == 10 && !text.hasPrefix("0000") ? Timestamp("\(text)T00:00:00Z") : nil
        }
    }

    /// `GET /payouts?limit=&cursor=`: 200 with a page of one's own, the newest first; an admin sees everybody's.
    public func list(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let page = try call.page(after: UniqueID.self)
        var condition: SQL = caller.role == .admin ? "true" : "consultant_id = \(caller.user)"
        if let after = page.after { condition = "\(condition) AND id < \(after)" }
        let rows = try await accounts.pool.query(
            """
            SELECT id, consultant_id, amount, currency, state, arrival_date, failure_code, created_at FROM payouts
            WHERE \(condition) ORDER BY id DESC LIMIT \(page.fetched)
            """)
        let found = try rows.map { row throws(DatabaseError) in
            try PayoutView(row, isSimulated: accounts.processor.isSimulated)
        }
        return .json(page.listing(of: found, key: \.id) { $0 })
    }
}
