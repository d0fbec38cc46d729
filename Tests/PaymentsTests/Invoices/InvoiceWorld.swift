import Accounts
import Billing
import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import Logging
import Mail
import Money
import REST
import Testing

@testable import Payments

/// A migrated database in which sessions were talked and charged.
struct InvoiceWorld {
    let pool: DatabasePool
    let invoices: Invoices
    let customer: UniqueID
    let consultant: UniqueID
    /// When the sessions of the tests are settled.
    static let now = Timestamp(secondsSince1970: 1_795_386_106)

    init(
        connections: Int = 8, issuer: String = "Consultant Connect\n1 Example Street", tax: InvoiceTerms.Tax = .none
    ) async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("invoices"), limits: PoolLimits(connections: connections),
            logger: .quiet)
        invoices = Invoices(
            terms: InvoiceTerms(issuer: issuer, tax: tax, isSimulated: false), clientURL: "https://example.org/")
        customer = try await Self.user(.customer, "Ann <Example>", on: pool)
        consultant = try await Self.user(.consultant, "Cora Example", on: pool)
    }

    static func user(_ role: Role, _ name: String, on pool: DatabasePool) async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(id), \("\(id)@example.org"), \(name), \(role), now())
            """)
        if role == .consultant {
            try await pool.query("INSERT INTO consultant_profiles (user_id) VALUES (\(id))")
        }
        return id
    }

    func handlers(_ renderer: PDFRenderer? = nil) throws -> InvoiceHandlers {
        InvoiceHandlers(pool: pool, terms: invoices.terms, renderer: try renderer ?? PDFRenderer(program: nil))
    }

    /// A renderer that has time, also while other tests keep the processors busy.
    static func renderer() throws -> PDFRenderer {
        var limits = PDFRenderer.Limits()
        limits.patience = .seconds(100)
        let program: String = try #require(PDFRenderer.installed, "scripts/setup installs it")
        return try PDFRenderer(program: program, limits: limits)
    }

    /// A session that is over, at 120.00 an hour, and what was captured of its windows.
    func session(
        title: String = "Why?", captured: [Int64], rate: Int64 = 12000, currency: Currency = .usd,
        window: Int = 600, machine: ChargeMachine? = nil
    ) async throws -> UniqueID {
        let (question, session) = (UniqueID(), UniqueID())
        try await pool.query(
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, created_at, closed_at)
            VALUES (\(question), \(customer), \(title), 'Because.', '[]', 'accepted', now(), now())
            """)
        try await pool.query(
            """
            INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, window_seconds, started_at, ended_at, end_reason)
            VALUES (\(session), \(question), \(customer), \(consultant), \("room \(session)"), 'completed', \(rate),
                \(currency.code), 600, \(window), now(), now(), 'ended')
            """)
        for (index, amount) in captured.enumerated() {
            try await pay(session, window: index + 1, amount, currency)
        }
        if let machine {
            try await pool.query(
                """
                INSERT INTO charges (session_id, state, machine)
                VALUES (\(session), 'settled', \(try JSONText(encoding: machine)))
                """)
        }
        return session
    }

    func pay(_ session: UniqueID, window: Int, _ amount: Int64, _ currency: Currency = .usd) async throws {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO payments (id, session_id, window_number, state, currency, amount, captured_amount,
                idempotency_key, processor_id, captured_at)
            VALUES (\(id), \(session), \(window), 'captured', \(currency.code), \(max(amount, 1)), \(amount),
                \("key \(id)"), \("pi_\(window)_\(id)"), now())
            """)
    }

    @discardableResult
    func settle(_ settled: ChargeSettled, receiptHead: String? = nil, at now: Timestamp = now) async throws -> [Invoice]
    {
        try await pool.withTransaction {
            try await invoices.settled(settled, receiptHead: receiptHead, at: now, in: $0)
        }
    }

    /// A session of two windows, 15 minutes, which cost 30.00.
    func settledSession(title: String = "Why?") async throws -> UniqueID {
        let session = try await session(title: title, captured: [2000, 1000])
        try await settle(
            ChargeSettled(session: session, mediaSeconds: 900, billableSeconds: 900, captured: 3000, fee: 450))
        return session
    }

    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
    }

    /// A request by one of them.
    func call(
        _ user: UniqueID, _ role: Role, _ parameters: [String: String] = [:], query: [String: String] = [:],
        accept: String? = nil
    ) -> Call {
        var headers: HTTPFields = [:]
        if let accept { headers[.accept] = accept }
        return Call(
            route: "TEST /", parameters: parameters, query: query, headers: headers, address: "192.0.2.1",
            caller: Caller(user: user, role: role, family: UniqueID(), isVerified: true), requestID: "test",
            logger: .quiet)
    }

    /// What a handler answers.
    static func object(_ reply: Reply) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
    }

    /// The refusal's code.
    static func refusal(_ body: () async throws -> Reply) async throws -> String {
        do {
            _ = try await body()
            return "none"
        } catch let problem as Problem {
            return "\(problem.status.code) \(problem.code)"
        }
    }
}
