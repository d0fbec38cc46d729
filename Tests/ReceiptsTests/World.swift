import Accounts
import Database
import DatabaseTesting
import Events
import Identifiers
import Money
import Receipts
import Sessions
import Testing
import Tokens

/// A record of ten seconds in which all is well.
func flow(_ number: Int, seconds: Int = 10, source: String = "relay", packets: Int = 500) -> SessionFlow {
    SessionFlow(
        number: number, source: source, endedAt: "2026-11-26T10:00:\(10 + number).000Z", milliseconds: seconds * 1000,
        startSecond: (number - 1) * 10, mediaSeconds: seconds,
        fromCustomer: .init(
            packets: packets, bytes: packets * 100, lost: 1, jitter: 900, roundTrip: 12_000, score: 480),
        fromConsultant: .init(packets: packets + 1, bytes: packets * 90, lost: 0, jitter: 800))
}

/// A database with a session in it, and the key that signs its receipts.
struct World {
    let pool: DatabasePool
    let key = SigningKey.generate()
    let store = SessionStore(terms: .init())
    let session: Session

    var receipts: Receipts { Receipts(key: key) }
    var verifier: ReceiptVerifier { ReceiptVerifier(keys: key.publicKey.jwks.verificationKeys) }

    init() async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("receipts"), limits: PoolLimits(connections: 4), logger: .quiet)
        let (customer, consultant, question, request) = (UniqueID(), UniqueID(), UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(customer), 'ann@example.org', 'Ann', 'customer', now()),
                (\(consultant), 'cora@example.org', 'Cora', 'consultant', now())
            """,
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency,
                availability, is_connected)
            VALUES (\(consultant), 'Databases', '["SQL"]', 12000, 'usd', 'available', true)
            """,
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at)
            VALUES (\(question), \(customer), 'Why?', 'Because.', '["sql"]', 'accepted', now())
            """,
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency,
                expires_at, settled_at)
            VALUES (\(request), \(question), \(consultant), 1, 'accepted', 0.9, 12000, 'usd', now(), now())
            """,
        ])
        session = try await pool.withTransaction { [store] transaction in
            _ = try await Availabilities.setBusy(consultant, in: transaction)
            return try await store.create(
                question: question, request: request, customer: customer, consultant: consultant,
                rate: Money(amount: 12000, currency: .usd), at: .now(), in: transaction)
        }
    }

    func append(_ records: SessionFlow...) async throws {
        try await pool.withTransaction { transaction in
            for record in records { _ = try await MediaRecords.append(record, to: session.id, in: transaction) }
        }
    }

    @discardableResult
    func seal(invoice: String? = nil, payments: [ReceiptPayment]? = nil) async throws -> Receipts.Sealed {
        try await pool.withTransaction { transaction in
            try #require(
                try await receipts.seal(session.id, invoiceNumber: invoice, payments: payments, in: transaction))
        }
    }

    func document() async throws -> CanonicalJSON {
        try #require(try await Receipts.document(of: session.id, on: pool))
    }

    /// What the signaling core reports, taken as the sidecar takes it, each twice.
    func report(_ happenings: SessionReport.Happening...) async throws {
        for happening in happenings { try await take(SessionReport(session.id, happening).event()) }
    }

    /// An event, taken as the sidecar takes it, twice.
    func take(_ event: Event) async throws {
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { delivery, transaction in
            for _ in 1...2 {
                if try await receipts.takeRecord(delivery, in: transaction) { continue }
                if try await receipts.sealSettled(delivery, in: transaction) { continue }
                if case .applied = try await store.handle(delivery, in: transaction) {
                    try await receipts.sealEnded(delivery, in: transaction)
                }
            }
        }
        while try await reader.handleBatch() > 0 {}
        #expect(reader.metrics.failed == 0)
    }
}
