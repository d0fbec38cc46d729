import Database
import Foundation
import Money
import Sessions
import Stripe
import StripeSandbox
import Testing

@testable import Payments

/// Two people and their session, made for one history: rows in a database that many histories use one after the other, and
/// objects of a stand-in that is theirs alone.
struct HistoryBank: Sendable {
    let pool: DatabasePool
    let gateway: StripeGateway
    let customer = UniqueID()
    let consultant = UniqueID()

    /// The people, with what they pay by and are paid by.
    func open(_ plan: HistoryPlan) async throws {
        let name = "\(customer)".lowercased()
        _ = try await pool.pipeline([
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(customer), \("a-\(name)@example.org"), 'Ann', 'customer', now()),
                (\(consultant), \("c-\(name)@example.org"), 'Cora', 'consultant', now())
            """,
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency)
            VALUES (\(consultant), 'Databases', '["SQL"]', \(plan.rate), 'usd')
            """,
        ])
        let payer = try await gateway.perform(
            .createCustomer(email: nil, name: nil, metadata: [:], idempotencyKey: fresh()))
        let account = try await gateway.perform(
            .createAccount(
                email: "c@example.org", country: "US", schedule: .manual, metadata: [:], idempotencyKey: fresh()))
        _ = try await gateway.perform(
            .onboardingLink(
                for: account.id, refreshURL: "http://localhost/again", returnURL: "http://localhost/done",
                idempotencyKey: fresh()))
        _ = try await pool.pipeline([
            "INSERT INTO payment_customers (user_id, processor_id) VALUES (\(customer), \(payer.id.text))",
            """
            INSERT INTO payout_accounts (user_id, processor_id, is_payable)
            VALUES (\(consultant), \(account.id.text), \(plan.isPayable))
            """,
        ])
        if let card = plan.card { try await add(card) }
    }

    /// Stores a card and makes it the one to pay with.
    func add(_ card: String) async throws {
        let payer = try #require(
            try await pool.query("SELECT processor_id FROM payment_customers WHERE user_id = \(customer)").first)
        let method = try await gateway.perform(
            .attach(
                try #require(StripeID(card)), to: try #require(StripeID(payer.get(0, as: String.self))),
                idempotencyKey: fresh()))
        _ = try await pool.pipeline([
            "UPDATE payment_methods SET is_default = false WHERE user_id = \(customer)",
            """
            INSERT INTO payment_methods (id, user_id, processor_id, brand, last4, exp_month, exp_year, is_default)
            VALUES (\(UniqueID()), \(customer), \(method.id.text), 'visa', '4242', 12, 2040, true)
            """,
        ])
    }

    /// The session of an accepted request; nothing was asked for yet.
    func accept(_ plan: HistoryPlan, at now: Timestamp) async throws -> Session {
        let (question, request) = (UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at)
            VALUES (\(question), \(customer), 'Why?', 'Because.', '["sql"]', 'accepted', now())
            """,
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency,
                expires_at, settled_at)
            VALUES (\(request), \(question), \(consultant), 1, 'accepted', 0.9, \(plan.rate), 'usd', now(), now())
            """,
        ])
        let sessions = SessionStore(terms: .init(thresholdSeconds: plan.threshold, windowSeconds: plan.window))
        return try await pool.withTransaction { transaction in
            try await sessions.create(
                question: question, request: request, customer: customer, consultant: consultant,
                rate: Money(amount: plan.rate, currency: .usd), at: now, in: transaction)
        }
    }
}
