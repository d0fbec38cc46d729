import Billing
import Database
import DatabaseTesting
import Foundation
import Logging
import Money
import Stripe
import Synchronization

extension AccountsWorld {
    /// A session of Ada's with Cora that took place.
    func session(currency: String = "usd") async throws -> UniqueID {
        let (question, session) = (UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at)
            VALUES (\(question), \(ada), 'Why?', 'Because.', '[]', 'accepted', now())
            """,
            """
            INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, media_seconds, started_at, ended_at, end_reason)
            VALUES (\(session), \(question), \(ada), \(cora), \("room-\(session)"), 'completed', 10000, \(currency), 600,
                1800, now(), now(), 'left')
            """,
        ])
        return session
    }

    /// A payment that was captured, and what was given back of it, as row and in the ledger.
    func captured(
        _ session: UniqueID, window: Int, _ amount: Int64, fee: Int64, refunded: Int64 = 0, refundedFee: Int64 = 0,
        at moment: String
    ) async throws {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                """
                INSERT INTO payments (id, session_id, window_number, state, currency, amount, captured_amount, fee_amount,
                    refunded_amount, refunded_fee_amount, captured_at, authorized_at, idempotency_key)
                SELECT \(UniqueID()), id, \(window), 'captured', rate_currency, \(amount), \(amount), \(fee), \(refunded),
                    \(refundedFee), \(moment), \(moment), \("\(session) \(window)") FROM sessions WHERE id = \(session)
                RETURNING currency
                """)
            let currency = Currency(try rows[0].get(0, as: String.self)) ?? .usd
            let events: [MoneyEvent] = [
                .captured(amount: amount, fee: fee), .refunded(amount: refunded, fee: refundedFee),
            ]
            for (index, event) in events.enumerated() {
                try await Ledger.book(
                    LedgerTransaction(
                        source: "\(session) \(window) \(index)", event: event, currency: currency, session: session,
                        customer: ada, consultant: cora, occurred: .now()),
                    in: transaction)
            }
        }
    }
}

/// Payouts of an account as a test says they are: also those that no stand-in makes.
final class FakePayouts: Sendable {
    private let account: String
    private let payouts = Mutex<[(id: String, json: String)]>([])

    init(account: String) { self.account = account }

    func set(_ id: String, amount: Int64, _ status: String, failure: String? = nil) {
        let code = failure.map { "\"\($0)\"" } ?? "null"
        let json = """
            {"id": "\(id)", "object": "payout", "amount": \(amount), "currency": "usd", "status": "\(status)",
            "created": 1795000000, "arrival_date": 1795000100, "automatic": true, "failure_code": \(code)}
            """
        payouts.withLock { payouts in
            payouts.removeAll { $0.id == id }
            payouts.insert((id, json), at: 0)
        }
    }

    var gateway: StripeGateway {
        StripeGateway(retry: .never, logger: .quiet) { [self] request throws(StripeError) in
            let body =
                request.path == "/v1/payouts"
                ? #"{"has_more": false, "data": ["# + payouts.withLock { $0.map(\.json).joined(separator: ",") } + "]}"
                : """
                {"id": "\(account)", "capabilities": {"transfers": "active"}, "payouts_enabled": true,
                "details_submitted": true}
                """
            return StripeAnswer(status: 200, body: Array(body.utf8))
        }
    }
}
