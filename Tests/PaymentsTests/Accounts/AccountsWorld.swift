import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import Logging
import Payments
import REST
import Stripe
import StripeSandbox
import Synchronization
import Testing

/// A migrated database with two customers and a consultant, and a stand-in for Stripe without a socket.
struct AccountsWorld: Sendable {
    let pool: DatabasePool
    let sandbox: LocalSandbox
    let accounts: PaymentAccounts
    let ada: UniqueID
    let ben: UniqueID
    let cora: UniqueID

    static let start: Int64 = 1_795_000_000

    init(_ purpose: String = "accounts", options: SandboxOptions = SandboxOptions()) async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase(purpose), limits: PoolLimits(connections: 6), logger: .quiet)
        sandbox = LocalSandbox(seed: 7, now: Self.start, options: options)
        accounts = Self.accounts(pool, sandbox.gateway(retry: .never, logger: .quiet))
        ada = try await Self.user(.customer, "Ada Example", on: pool)
        ben = try await Self.user(.customer, "Ben Example", on: pool)
        cora = try await Self.user(.consultant, "Cora Example", on: pool)
        try await pool.query(
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency)
            VALUES (\(cora), 'Databases', '["SQL"]', 12000, 'usd')
            """)
    }

    static func accounts(_ pool: DatabasePool, _ gateway: StripeGateway) -> PaymentAccounts {
        PaymentAccounts(
            pool: pool,
            processor: PaymentProcessor(gateway: gateway, isSimulated: true, standInURL: "http://127.0.0.1:12111"),
            clientURL: "http://localhost:8080", logger: .quiet)
    }

    var methods: PaymentMethodHandlers { PaymentMethodHandlers(accounts) }
    var payouts: PayoutHandlers { PayoutHandlers(accounts) }
    var gateway: StripeGateway { sandbox.gateway(retry: .never, logger: .quiet) }

    private static func user(_ role: Role, _ name: String, on pool: DatabasePool) async throws -> UniqueID {
        let id = UniqueID()
        try await pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(id), \("\(id)@example.org"), \(name), \(role.rawValue), now())
            """)
        return id
    }

    @discardableResult
    func store(_ card: String = "pm_card_visa", for user: UniqueID? = nil, asDefault: Bool = false) async throws
        -> StoredCard
    {
        try await accounts.attach(try stripeID(card), to: user ?? ada, asDefault: asDefault)
    }

    /// The account of the consultant, ready.
    func ready() async throws -> StripeID<Account> {
        _ = try await accounts.openPayoutAccount(of: cora)
        return try stripeID(try #require(try await PaymentAccounts.payee(of: cora, on: pool)))
    }

    /// What Stripe told since the last time, handed over `times` each.
    @discardableResult
    func deliver(times: Int = 1, reversed: Bool = false) async throws -> Int {
        let bodies = sandbox.takeEvents()
        for body in reversed ? bodies.reversed() : bodies {
            let event = try StripeEvent(json: Array(body.utf8))
            for _ in 0..<times { _ = try await accounts.handle(event) }
        }
        return bodies.count
    }

    /// The users of the events of this kind, the oldest first.
    func told() async throws -> [UniqueID] {
        try await pool.query(
            "SELECT payload->>'userId' FROM outbox_events WHERE kind = 'payment.method_added' ORDER BY sequence"
        ).map { row in
            let text = try row.get(0, as: String.self)
            return try #require(UniqueID(text))
        }
    }

    /// Stripe's default card of somebody.
    func defaultAtStripe(_ user: UniqueID) async throws -> String? {
        let customer = try #require(try await PaymentAccounts.payer(of: user, on: pool)).customer
        return try await gateway.perform(.customer(try stripeID(customer))).invoiceSettings?.defaultPaymentMethod?.text
    }

    /// The only value of a query.
    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
    }
}

func stripeID<Object>(_ text: String) throws -> StripeID<Object> { try #require(StripeID<Object>(text)) }

/// A key that was not used before.
func newKey() throws -> Stripe.IdempotencyKey {
    let key = Stripe.IdempotencyKey("test-\(UniqueID())")
    return try #require(key)
}

/// A request with JSON.
func request(
    _ body: String = "", by user: UniqueID, _ role: Role = .customer, id: String? = nil, query: [String: String] = [:],
    key: String? = nil
) -> Call {
    Call(
        route: "TEST /", parameters: id.map { ["id": $0] } ?? [:], query: query,
        headers: [.contentType: "application/json"], body: Array(body.utf8), address: "192.0.2.1",
        caller: Caller(user: user, role: role, family: UniqueID(), isVerified: true), requestID: "test",
        idempotencyKey: key, logger: .quiet)
}

extension Reply {
    /// The content.
    func content<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body))
    }
}

/// The refusal of what is refused.
func refused(_ body: () async throws -> Reply) async throws -> Problem {
    do {
        let reply = try await body()
        Issue.record("answered with \(reply.status)")
        throw CancellationError()
    } catch let problem as Problem {
        return problem
    }
}
