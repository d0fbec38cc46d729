@testable import Accounts
import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import REST
import Synchronization
import Testing

/// A consultant and a customer about whom every table says something.
struct PrivacyWorld {
    let world: World
    let customer: UniqueID
    let consultant: UniqueID
    let revoked = Gate()

    /// What nobody must find once they are erased.
    static let traces = ["Ann Example", "ann@example.org", "198.51.100.7", "Cora", "Trees and graphs", "secret"]

    var pool: DatabasePool { world.pool }

    init(_ purpose: String) async throws {
        world = try await World(purpose)
        customer = try await world.user(.customer, "Ann Example")
        consultant = try await world.consultant("Cora Example", headline: "Trees and graphs", bio: "I am Cora.")
        let session = try await world.session(customer, consultant)
        try await world.rate(session, 4, "Cora is great, says Ann Example.")
        try await pool.query("UPDATE users SET email = 'Ann@Example.org' WHERE id = \(customer)")
        for user in [customer, consultant] {
            try await pool.withTransaction {
                try await Consents.record(user, [ConsentChoice(.terms, granted: true)], in: $0)
            }
            let (hash, family) = ((0..<32).map { _ in UInt8.random(in: 0...255) }, UniqueID())
            _ = try await pool.pipeline([
                "INSERT INTO credentials (user_id, password_hash) VALUES (\(user), 'secret hash')",
                """
                INSERT INTO email_tokens (hash, user_id, purpose, expires_at)
                VALUES (\(hash), \(user), 'verify', now() + interval '1 day')
                """,
                """
                INSERT INTO refresh_families (id, user_id, expires_at) VALUES (\(family), \(user), now() + interval '1 day')
                """,
                """
                INSERT INTO refresh_tokens (hash, family_id, expires_at)
                VALUES (\(hash), \(family), now() + interval '1 day')
                """,
                "INSERT INTO known_addresses (user_id, origin) VALUES (\(user), \(hash))",
                """
                INSERT INTO security_events (id, user_id, kind, address, detail)
                VALUES (\(UniqueID()), \(user), 'signed_in', '198.51.100.7', '{"agent": "secret"}')
                """,
                """
                INSERT INTO mail_outbox (id, recipient, recipient_name, subject, text_body)
                SELECT \(UniqueID()), email, name, 'Welcome', 'secret' FROM users WHERE id = \(user)
                """,
                """
                INSERT INTO idempotency_keys (scope, route, key, fingerprint, status, body)
                VALUES (\("user \(user)"), 'POST /x', 'k', \(hash), 200, 'secret')
                """,
            ])
        }
        try await pool.query(
            """
            INSERT INTO payments (id, session_id, window_number, state, currency, amount, captured_amount, captured_at,
                idempotency_key)
            VALUES (\(UniqueID()), \(session), 0, 'captured', 'usd', 2000, 2000, now(), 'k')
            """)
        _ = try await pool.pipeline([
            "INSERT INTO payment_customers (user_id, processor_id) VALUES (\(customer), 'cus_1')",
            """
            INSERT INTO payment_methods (id, user_id, processor_id, brand, last4, exp_month, exp_year, is_default)
            VALUES (\(UniqueID()), \(customer), 'pm_secret', 'visa', '4242', 12, 2034, true)
            """,
            """
            INSERT INTO payout_accounts (user_id, processor_id, is_payable, requirements)
            VALUES (\(consultant), 'acct_1', true, '["secret"]')
            """,
            """
            INSERT INTO payouts (id, consultant_id, processor_id, amount, currency, state, is_automatic, created_at, paid_at)
            VALUES (\(UniqueID()), \(consultant), 'po_1', 1700, 'usd', 'paid', true, now(), now())
            """,
        ])
        try await pool.query(
            """
            INSERT INTO questions (id, customer_id, title, body) VALUES (\(UniqueID()), \(customer), 'Never', 'answered')
            """)
        try await match()
    }

    /// What matching leaves behind: a request that was accepted and one that is pending, and figures about the consultant.
    private func match() async throws {
        _ = try await pool.pipeline([
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, reasons, features, rate_amount,
                rate_currency, expires_at, settled_at, reason)
            SELECT gen_random_uuid(), questions.id, \(consultant), 1,
                CASE title WHEN 'Never' THEN 'pending' ELSE 'accepted' END, 0.9, '["Cora knows SQL"]', '{"a": "secret"}',
                12000, 'usd', now() + interval '1 minute', CASE title WHEN 'Never' THEN NULL ELSE now() END, 'secret'
            FROM questions WHERE customer_id = \(customer)
            """,
            "UPDATE questions SET told = '{\"message\": \"secret\"}', embedding = 'secret', embedding_model = 'm'",
            "INSERT INTO question_wakes (question_id) SELECT id FROM questions WHERE title = 'Never'",
            "INSERT INTO consultant_stats (user_id, asked, accepted) VALUES (\(consultant), 2, 1)",
            "INSERT INTO consultant_tags (user_id, tag, completed) VALUES (\(consultant), 'cora', 1)",
            "INSERT INTO consultant_days (user_id, day, busy_seconds) VALUES (\(consultant), now() AT TIME ZONE 'UTC', 60)",
            "INSERT INTO profile_vectors (user_id, digest, vectors) VALUES (\(consultant), 'secret', 'secret')",
        ])
        for state in ["delivered", "parked"] {
            try await pool.query(
                """
                INSERT INTO outbox_events (id, queue, key, kind, payload, state, settled_at)
                VALUES (\(UniqueID()), 'signaling', \("user \(consultant)"), 'user.push',
                    '{"params": "Ann Example asks a secret"}', \(state), now())
                """)
        }
    }

    var handlers: PrivacyHandlers {
        PrivacyHandlers(
            pool: pool, verifyPassword: { _, password in password == "right" },
            revokeAll: { user, reason, transaction in
                try await transaction.query(
                    "UPDATE refresh_families SET revoked_at = now(), reason = \(reason) WHERE user_id = \(user)")
                revoked.pass()
            })
    }

    /// All that the database says, row by row, the events of the outbox and the vectors of a search too.
    func everything() async throws -> String {
        let tables = try await pool.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")
        var text = ""
        for table in tables {
            let name = try table.get(0, as: String.self)
            for row in try await pool.query("SELECT entry::text FROM \(identifier: name) AS entry") {
                text += "\(name): \(try row.get(0, as: String.self))\n"
            }
        }
        return text
    }
}

@Suite("An export", .timeLimit(.minutes(2))) struct ExportTests {
    let test: PrivacyWorld

    init() async throws { test = try await PrivacyWorld("export") }

    /// The document in the archive, taken out by another program.
    private func export(_ user: UniqueID, _ role: Role) async throws -> JSON {
        let reply = try await test.handlers.export(call(by: user, role))
        #expect(reply.headers[.contentType] == "application/zip" && reply.headers[.cacheControl] == "no-store")
        #expect(reply.headers[.contentDisposition]?.hasPrefix("attachment; filename=\"consultant-connect-20") == true)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(reply.body).write(to: URL(fileURLWithPath: folder.path + "/a.zip"))
        let unpacked = try run(
            "/usr/bin/env", ["python3", "-m", "zipfile", "-e", folder.path + "/a.zip", folder.path])
        #expect(unpacked.status == 0, "\(unpacked.output)")
        return try JSON(Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/export.json"))))
    }

    @Test("has everything about a customer, and of the other side the name alone")
    func customer() async throws {
        let json = try await export(test.customer, .customer)
        #expect(json.keys == Set(PersonalData.sections.map(\.key) + ["exportedAt"]))
        #expect(json["account"]["email"].string == "Ann@Example.org" && json["account"]["name"].string == "Ann Example")
        #expect(json["profile"].isNull && json["credentials"]["passwordChangedAt"].string != nil)
        #expect(json["questions"].array.map { $0["title"].string } == ["Why?", "Never"])
        #expect(json["sessions"][0]["role"].string == "customer")
        #expect(json["sessions"][0]["otherSide"].string == "Cora Example")
        #expect(json["payments"][0]["capturedAmount"].int == 2000 && json["payments"][0]["role"].string == "customer")
        #expect(json["ratingsGiven"][0]["stars"].int == 4 && json["ratingsReceived"].array.isEmpty)
        #expect(json["securityEvents"][0]["address"].string == "198.51.100.7")
        #expect(json["consents"][0]["document"].string == "terms" && json["mails"][0]["subject"].string == "Welcome")
        #expect(json["requestsMade"].array.count == 2 && json["requestsReceived"].array.isEmpty)
        #expect(json["statistics"].isNull && json["days"].array.isEmpty)
        #expect(json["signIns"].array.count == 1 && json["mailLinks"][0]["purpose"].string == "verify")
        #expect(!"\(json)".contains(test.consultant.description) && !"\(json)".contains("secret hash"))
    }

    @Test("has everything about a consultant, and of the other side the name alone")
    func consultant() async throws {
        let json = try await export(test.consultant, .consultant)
        #expect(json["profile"]["headline"].string == "Trees and graphs" && json["profile"]["ratingCount"].int == 1)
        #expect(json["sessions"][0]["role"].string == "consultant" && json["questions"].array.isEmpty)
        #expect(json["sessions"][0]["otherSide"].string == "Ann Example")
        #expect(json["ratingsReceived"][0]["comment"].string == "Cora is great, says Ann Example.")
        #expect(json["requestsReceived"][0]["reasons"].strings == ["Cora knows SQL"])
        #expect(json["requestsReceived"].array.count == 2 && json["requestsMade"].array.isEmpty)
        #expect(json["statistics"]["asked"].int == 2 && json["days"][0]["busySeconds"].double == 60)
        #expect(json["expertise"][0]["tag"].string == "cora" && json["profile"]["isConnected"].bool == false)
        #expect(!"\(json)".contains(test.customer.description) && !"\(json)".contains("Ann@"))
    }

    @Test("is nobody else's")
    func nobody() async throws {
        #expect(try await refusal { try await test.handlers.export(call()) }.status == .unauthorized)
        #expect(try await refusal { try await test.handlers.export(call(by: UniqueID())) }.status == .notFound)
    }
}

@Suite("Erasure", .timeLimit(.minutes(2))) struct ErasureTests {
    let test: PrivacyWorld

    init() async throws { test = try await PrivacyWorld("erasure") }

    private func erase(_ user: UniqueID, _ role: Role, password: String = "right") async throws -> Reply {
        try await test.handlers.erase(call(#"{"password": "\#(password)"}"#, by: user, role))
    }

    @Test("leaves no trace of either side, and what the law wants of both")
    func noTrace() async throws {
        let before = try await test.everything()
        for trace in ["Ann Example", "Cora", "198.51.100.7", "secret"] { #expect(before.contains(trace)) }
        let kept = try await erase(test.customer, .customer).json["kept"]
        #expect(kept.array.allSatisfy { $0.keys == ["what", "why", "until"] })
        #expect(kept.array.count == 4 && kept[0]["why"].string?.hasPrefix("Tax law") == true)
        let year = try #require(Int(Timestamp.now().description.prefix(4)))
        #expect(kept[0]["until"].string == "\(year + 11)-01-01T00:00:00Z")
        // The other side is as it was.
        #expect(try await ConsultantSearch.consultant(test.consultant, on: test.pool)?.profile.rating.average == 4)
        _ = try await erase(test.consultant, .consultant)
        #expect(test.revoked.count == 2)
        let after = try await test.everything().lowercased()
        for trace in PrivacyWorld.traces { #expect(!after.contains(trace.lowercased()), "\(trace)") }
        let money: Int = try await test.world.value("SELECT sum(captured_amount) FROM payments")
        let stars: Int = try await test.world.value("SELECT sum(stars) FROM ratings")
        let questions: Int = try await test.world.value("SELECT count(*) FROM questions")
        #expect(money == 2000 && stars == 4 && questions == 1)
        #expect(try await ConsultantSearch.consultant(test.consultant, on: test.pool) == nil)
    }

    @Test("of a customer takes back what is being asked, and tells whoever is asked")
    func customersRequests() async throws {
        let request: UniqueID = try await test.world.value("SELECT id FROM requests WHERE state = 'pending'")
        _ = try await erase(test.customer, .customer)
        let pushes = try await test.pool.query(
            "SELECT payload::text FROM outbox_events WHERE kind = 'user.push' AND state = 'pending'")
        let told = try pushes.map { try $0.get(0, as: String.self) }
        #expect(told.count == 1 && told[0].contains(request.description) && told[0].contains("cancelled"))
        #expect(told[0].contains(test.consultant.description) && told[0].contains("request.withdrawn"))
        let left: [String] = try await test.pool.query("SELECT state FROM requests").map {
            try $0.get(0, as: String.self)
        }
        #expect(left == ["accepted"])
        let open: Int = try await test.world.value("SELECT count(*) FROM questions WHERE state IN ('open', 'matching')")
        #expect(open == 0)
    }

    @Test("of a consultant withdraws what they are being asked, and the question looks for somebody else")
    func consultantsRequests() async throws {
        _ = try await test.world.profiles.setAvailability(
            call(#"{"available": true}"#, by: test.consultant, .consultant))
        try await test.pool.query("DELETE FROM question_wakes")
        _ = try await erase(test.consultant, .consultant)
        let pending: Int = try await test.world.value("SELECT count(*) FROM requests WHERE state = 'pending'")
        let woken: Int = try await test.world.value(
            "SELECT count(DISTINCT question_id) FROM question_wakes JOIN questions ON questions.id = question_id WHERE title = 'Never'"
        )
        #expect(pending == 0 && woken == 1)
        for table in ["consultant_stats", "consultant_tags", "consultant_days", "profile_vectors"] {
            let rows: Int = try await test.world.value("SELECT count(*) FROM \(identifier: table)")
            #expect(rows == 0, "\(table)")
        }
    }

    @Test("is done once")
    func once() async throws {
        _ = try await erase(test.customer, .customer)
        #expect(try await refusal { try await erase(test.customer, .customer) }.status == .notFound)
    }

    @Test("frees the address for a new account")
    func address() async throws {
        _ = try await erase(test.customer, .customer)
        try await test.pool.query(
            "INSERT INTO users (id, email, name, role) VALUES (\(UniqueID()), 'ann@example.org', 'Ann', 'customer')")
    }

    @Test("needs the password")
    func password() async throws {
        let problem = try await refusal { try await erase(test.customer, .customer, password: "wrong") }
        #expect(problem.status == .forbidden && problem.code == "wrong_password" && test.revoked.count == 0)
        #expect(try await test.everything().contains("Ann@Example.org"))
    }

    @Test("waits for the end of a session, on either side", arguments: ["pending", "active"])
    func live(state: String) async throws {
        let session = try await test.world.session(test.customer, test.consultant, state: "pending")
        if state == "active" {
            try await test.pool.query("UPDATE sessions SET state = 'active', started_at = now() WHERE id = \(session)")
        }
        for (user, role) in [(test.customer, Role.customer), (test.consultant, .consultant)] {
            let problem = try await refusal { try await erase(user, role) }
            #expect(problem.status == .conflict && problem.code == "session_live")
        }
        #expect(test.revoked.count == 0)
    }

    @Test("is all or nothing")
    func atomic() async throws {
        let before = try await test.everything()
        let handlers = PrivacyHandlers(
            pool: test.pool, verifyPassword: { _, _ in true },
            revokeAll: { _, _, transaction in try await transaction.query("SELECT 1 / 0") })
        await #expect(throws: DatabaseError.self) {
            try await handlers.erase(call(#"{"password": "x"}"#, by: test.customer))
        }
        #expect(try await test.everything() == before)
    }

    @Test("keeps nothing of somebody who never did anything")
    func newcomer() async throws {
        let user = try await test.world.user(.consultant)
        try await test.pool.query("INSERT INTO consultant_profiles (user_id, headline) VALUES (\(user), 'x')")
        #expect(try await erase(user, .consultant).json["kept"].array.isEmpty)
        let profiles: Int = try await test.world.value(
            "SELECT count(*) FROM consultant_profiles WHERE user_id = \(user)")
        #expect(profiles == 0)
    }
}
