public import Database
internal import Foundation

/// Fills a database with people to try the product with: a dozen consultants in different fields, customers, an admin, and
/// past sessions with ratings. Doing it again changes nothing but the password.
public enum DemoSeed {
    /// Somebody to sign in as.
    public struct LogIn: Sendable, Hashable {
        /// `customer`, `consultant` or `admin`.
        public let role: String
        /// The name others see.
        public let name: String
        /// The e-mail address to sign in with.
        public let email: String
    }

    /// Everybody of the demonstration.
    public static var logIns: [LogIn] {
        DemoPeople.customers.map { LogIn(role: "customer", name: $0.name, email: email($0)) }
            + DemoPeople.consultants.map { LogIn(role: "consultant", name: $0.person.name, email: email($0.person)) }
            + [LogIn(role: "admin", name: DemoPeople.admin.name, email: email(DemoPeople.admin))]
    }

    /// Whether nobody has an account yet.
    public static func isEmpty(_ database: some Queryable) async throws(DatabaseError) -> Bool {
        try await database.query("SELECT 1 AS one FROM users LIMIT 1").isEmpty
    }

    /// Seeds in one transaction.
    ///
    /// - Parameter passwordHash: of the password that all of them have from then on.
    public static func apply(passwordHash: String, on pool: DatabasePool) async throws {
        try await pool.withTransaction { transaction in
            for customer in DemoPeople.customers {
                try await add(customer, as: "customer", passwordHash, in: transaction)
            }
            try await add(DemoPeople.admin, as: "admin", passwordHash, in: transaction)
            for consultant in DemoPeople.consultants {
                try await add(consultant.person, as: "consultant", passwordHash, in: transaction)
                try await add(consultant, in: transaction)
            }
        }
    }

    private static func email(_ person: DemoPerson) -> String { "\(person.mailbox)@demo.example" }

    /// Ids that are the same every time: version 7 at the beginning of time, of a kind and numbers of ours.
    private static func id(_ kind: UInt16, _ first: UInt16, _ second: UInt16 = 0) -> UniqueID {
        func hexadecimal(_ value: UInt16) -> String { String(format: "%04x", Int(value)) }
        let text = "00000000-0000-7000-8\(hexadecimal(kind).suffix(3))-\(hexadecimal(first))\(hexadecimal(second))0000"
        return UniqueID(text) ?? UniqueID()
    }

    private static func add(
        _ person: DemoPerson, as role: String, _ hash: String, in transaction: Transaction
    ) async throws(DatabaseError) {
        let user = id(1, person.number)
        _ = try await transaction.pipeline([
            """
            INSERT INTO users (id, email, name, role, email_verified_at, created_at)
            VALUES (\(user), \(email(person)), \(person.name), \(role), now(), now() - interval '200 days')
            ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO credentials (user_id, password_hash)
            SELECT id, \(hash) FROM users WHERE id = \(user) AND email = \(email(person))
            ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = now()
            """,
        ])
    }

    private static func add(_ consultant: DemoConsultant, in transaction: Transaction) async throws {
        let user = id(1, consultant.person.number)
        try await transaction.query(
            """
            INSERT INTO consultant_profiles
                (user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency)
            VALUES (\(user), \(consultant.headline), \(consultant.bio), \(try JSONText(encoding: consultant.tags)),
                \(consultant.rate), \(consultant.currency))
            ON CONFLICT (user_id) DO NOTHING
            """)
        for (index, stars) in consultant.stars.enumerated() {
            try await addSession(UInt16(index), of: consultant, stars: stars, in: transaction)
        }
    }

    /// A session of the past: the question, a talk that stayed free, and what the customer thought of it.
    private static func addSession(
        _ index: UInt16, of consultant: DemoConsultant, stars: Int16, in transaction: Transaction
    ) async throws(DatabaseError) {
        let number = consultant.person.number
        let customer = DemoPeople.customers[Int(index) % DemoPeople.customers.count]
        let (question, session) = (id(2, number, index), id(3, number, index))
        let start = Timestamp.now().advanced(by: .seconds(-86_400 * (150 - 20 * Int64(index)) - 60 * Int64(number)))
        let end = start.advanced(by: .seconds(740))
        let field = consultant.tags[0]
        _ = try await transaction.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, created_at, closed_at)
            VALUES (\(question), \(id(1, customer.number)), \("A question about \(field)"),
                \("I would like to talk about \(field) for a few minutes."), '[]', 'accepted', \(start), \(end))
            ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, media_seconds, created_at, started_at, ended_at, end_reason)
            VALUES (\(session), \(question), \(id(1, customer.number)), \(id(1, number)), \("demo-\(number)-\(index)"),
                'completed', \(consultant.rate), \(consultant.currency), 600, 580, \(start), \(start), \(end), 'left')
            ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO ratings (session_id, customer_id, consultant_id, stars, comment, created_at)
            VALUES (\(session), \(id(1, customer.number)), \(id(1, number)), \(stars),
                \(stars == 5 ? "Understood the problem at once." : nil as String?), \(end))
            ON CONFLICT DO NOTHING
            """,
        ])
    }
}
