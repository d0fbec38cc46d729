internal import Billing
public import Database
public import Logging
internal import Stripe

/// Holds what Stripe lists against what we know, mends what Stripe is provably ahead with, and says the rest.
///
/// Stripe is read by pages of 100, and no transaction is open meanwhile. What a page and our rows do not say alike is looked at
/// once more by itself: the object is read anew, then the session's row is locked, and it counts only where our side did not move
/// in between. A repair happens under that lock, in one transaction, and through the charge machine, as if a webhook had come; a
/// crash leaves it undone or done, and the second time nothing is found. Of all payments of a run sixteen bytes each are kept.
public struct Reconciler: Sendable {
    let pool: DatabasePool
    let store: ChargeStore
    let accounts: PaymentAccounts
    let gateway: StripeGateway
    let patience: Duration
    let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void

    /// How far back a nightly run looks.
    public static let nightlyReach = Duration.seconds(3 * 86_400)
    /// Findings that are kept of one run; beyond that they are counted.
    static let limit = 1000
    /// So often a page is asked for before a run is given up.
    private static let attempts = 6

    /// A reconciler.
    ///
    /// - Parameters:
    ///   - patience: what was asked or learnt less than so long ago is under way.
    ///   - pause: how it waits where Stripe is busy; tests do not.
    public init(
        pool: DatabasePool, store: ChargeStore, accounts: PaymentAccounts, processor: PaymentProcessor,
        patience: Duration = .seconds(600), logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.pool = pool
        self.store = store
        self.accounts = accounts
        gateway = processor.gateway
        self.patience = patience
        self.logger = logger
        self.pause = pause
    }

    /// Compares everything that was made since then; nil: all there is.
    ///
    /// - Parameter repairs: whether what can be mended is.
    /// - Throws: `StripeError` where Stripe stays away; `DatabaseError`.
    public func run(since: Timestamp?, repairs: Bool) async throws -> ReconciliationReport {
        var report = ReconciliationReport(since: since)
        try await comparePayments(since, repairs, &report)
        for finding in try await chargedTwice(since) { report.add([finding]) }
        try await comparePayouts(since, repairs, &report)
        report.add(try await compareDisputes())
        return report
    }

    // MARK: Payments

    private func comparePayments(
        _ since: Timestamp?, _ repairs: Bool, _ report: inout ReconciliationReport
    ) async throws {
        var seen: Set<UniqueID> = []
        var last: StripeID<PaymentIntent>?
        while true {
            try Task.checkCancellation()
            let page = try await ask(.paymentIntents(since: since.map(\.second), whole: true, after: last))
            let theirs = page.data.map { PaymentThere($0) }
            let found = try await PaymentHere.find(
                processors: theirs.map(\.id), names: theirs.compactMap(\.name), before: before, on: pool)
            for there in theirs {
                let here =
                    found.first { $0.payment.processor == there.id } ?? found.first { $0.payment.name == there.name }
                if here != nil || there.name != nil { report.payments += 1 }
                // One that has another name there than we know is looked for by that name as well.
                if let here, [nil, there.id].contains(here.payment.processor) { seen.insert(here.id) }
                guard !PaymentComparison.findings(there: there, here: here?.payment).isEmpty else { continue }
                report.add(try await look(again: here, StripeID(there.id), repairs))
            }
            last = page.data.last?.id
            guard page.hasMore, last != nil else { break }
        }
        try await compareUnlisted(since, seen, repairs, &report)
    }

    /// Payments of ours that Stripe did not list: not known there, made before there, or made meanwhile.
    private func compareUnlisted(
        _ since: Timestamp?, _ seen: Set<UniqueID>, _ repairs: Bool, _ report: inout ReconciliationReport
    ) async throws {
        var last: UniqueID?
        while true {
            try Task.checkCancellation()
            let page = try await PaymentHere.page(after: last, since: since, before: before, on: pool)
            for here in page where !seen.contains(here.id) {
                report.payments += 1
                let id = here.payment.processor.flatMap { StripeID<PaymentIntent>($0) }
                let there = try await read(id).map { PaymentThere($0) }
                guard !PaymentComparison.findings(there: there, here: here.payment).isEmpty else { continue }
                report.add(try await look(again: here, id, repairs))
            }
            guard let end = page.last?.id else { return }
            last = end
        }
    }

    /// Windows of settled sessions that more than one payment was kept for.
    private func chargedTwice(_ since: Timestamp?) async throws -> [ReconciliationFinding] {
        var condition: SQL = "charges.state = 'settled'"
        if let since { condition = "\(condition) AND payments.created_at >= \(since)" }
        return try await pool.query(
            """
            SELECT format('%s window %s', session_id, window_number) AS subject,
                sum(captured_amount - refunded_amount)::text AS kept
            FROM payments JOIN charges USING (session_id)
            WHERE \(condition) AND captured_amount > refunded_amount
            GROUP BY session_id, window_number HAVING count(*) > 1 LIMIT \(LedgerReport.limit)
            """
        ).map { row in
            ReconciliationFinding(
                .chargedTwice, try row.get("subject", as: String.self),
                "more than one payment is kept, \(try row.get("kept", as: String.self)) together")
        }
    }

    // MARK: Asking

    /// What happened later may still be under way.
    var before: Timestamp { Timestamp.now().advanced(by: .zero - patience) }

    /// Asks, and waits where Stripe is busy or away.
    func ask<Object>(_ call: StripeCall<Object>) async throws -> Object {
        var attempt = 1
        while true {
            do throws(StripeError) {
                return try await gateway.perform(call)
            } catch {
                switch error.kind {
                case .rateLimit, .service, .notSent, .unanswered, .keyInUse: break
                case .card, .authenticationRequired, .keyReused, .invalidRequest, .notFound, .notAllowed: throw error
                }
                guard attempt < Self.attempts else { throw error }
            }
            try await pause(.seconds(1 << attempt))
            attempt += 1
        }
    }

    /// A payment at Stripe; nil where there is none.
    func read(_ id: StripeID<PaymentIntent>?) async throws -> PaymentIntent? {
        guard let id else { return nil }
        do {
            return try await ask(.paymentIntent(id))
        } catch let error as StripeError where error.kind == .notFound {
            return nil
        }
    }
}

extension Timestamp {
    /// Seconds since 1970, rounded down.
    var second: Int64 { microseconds / 1_000_000 }
}
