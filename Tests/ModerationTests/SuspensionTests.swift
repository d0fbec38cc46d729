import Accounts
import Database
import HTTPTypes
import Identifiers
import Matching
import Moderation
import REST
import Sessions
import Testing

@Suite("A suspension", .timeLimit(.minutes(2))) struct SuspensionTests {
    let world: World

    init() async throws { world = try await World("suspensions") }

    private func suspend(_ subject: UniqueID, session: UniqueID? = nil) async throws {
        let byCustomer = subject == world.consultant
        var about = session
        if about == nil { about = try await world.session() }
        let id = try await world.report(
            try #require(about), by: byCustomer ? world.customer : world.consultant,
            byCustomer ? .customer : .consultant)
        try await world.decide(id, "suspend")
    }

    private func liveSignIns(of user: UniqueID) async throws -> Int {
        try await world.value("SELECT count(*) FROM refresh_families WHERE user_id = \(user) AND revoked_at IS NULL")
    }

    @Test("ends every sign-in at once, and lets none begin until it is lifted")
    func signIns() async throws {
        let signedIn = try await world.signIn(world.consultant).json
        let access = try #require(signedIn["accessToken"].string)
        let refresh = try #require(signedIn["refreshToken"].string)
        #expect(try await world.identity.authenticator(access).user == world.consultant)
        try await suspend(world.consultant)
        await #expect(throws: Problem.self) { try await world.identity.authenticator(access) }
        let stale = try await refusal {
            try await SignInHandlers(world.identity).refresh(call(#"{"refreshToken": "\#(refresh)"}"#))
        }
        #expect(stale.code == "refresh_token_invalid")
        // The signaling core is told, so that it drops the connections.
        let told: Int = try await world.value("SELECT count(*) FROM outbox_events WHERE kind = 'sign_in.revoked'")
        #expect(told == 1)
        let refused = try await refusal { try await world.signIn(world.consultant) }
        #expect(refused.status == .forbidden && refused.code == "account_suspended")
        #expect(try await liveSignIns(of: world.consultant) == 0)
        #expect(
            try await world.events(of: world.consultant) == ["signed_in", "suspended", "sign_in_suspended"])
        #expect(try await world.mails(to: world.consultant) == ["Your account is suspended"])

        let body = #"{"note": "They apologised."}"#
        let lifted = try await world.moderation.reinstate(call(body, by: world.admin, .admin, id: world.consultant))
        #expect(lifted.status == .noContent)
        #expect(try await !Suspensions.contains(world.consultant, on: world.pool))
        #expect(try await world.signIn(world.consultant).status == .ok)
        #expect(try await world.mails(to: world.consultant).last == "Your account is no longer suspended")
        let decided = try await world.moderation.list(call(by: world.admin, .admin)).json["items"][0]["ruling"]
        #expect(decided["decision"].string == "suspend" && decided["liftNote"].string == "They apologised.")
        #expect(decided["liftedByName"].string == "Olive Example" && decided["liftedAt"].string != nil)
        let again = try await refusal {
            try await world.moderation.reinstate(call("{}", by: world.admin, .admin, id: world.consultant))
        }
        #expect(again.code == "not_suspended")
    }

    @Test("leaves no sign-in that begins at the same moment")
    func race() async throws {
        let session = try await world.session()
        let id = try await world.report(session)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { _ = try? await world.signIn(world.consultant) } }
            group.addTask { _ = try? await world.decide(id, "suspend") }
            for _ in 0..<4 { group.addTask { _ = try? await world.signIn(world.consultant) } }
        }
        #expect(try await Suspensions.contains(world.consultant, on: world.pool))
        #expect(try await liveSignIns(of: world.consultant) == 0)
    }

    @Test("takes a consultant off every list, and a wish that is on its way does not bring them back")
    func consultant() async throws {
        #expect(try await world.consultants.list(call()).json["items"].array.count == 1)
        try await suspend(world.consultant)
        #expect(try await world.consultants.list(call()).json["items"].array.isEmpty)
        let gone = try await refusal { try await world.consultants.show(call(id: world.consultant)) }
        #expect(gone.status == .notFound)
        #expect(try await Profiles.find(world.consultant, on: world.pool)?.availability == .offline)
        let late = try await world.pool.withTransaction {
            try await Availabilities.wish(true, of: world.consultant, in: $0)
        }
        #expect(late?.after == .offline)
        _ = try await world.moderation.reinstate(call("{}", by: world.admin, .admin, id: world.consultant))
        #expect(try await world.consultants.list(call()).json["items"].array.count == 1)
        let wished = try await world.pool.withTransaction {
            try await Availabilities.wish(true, of: world.consultant, in: $0)
        }
        #expect(wished?.after == .available)
    }

    @Test("lets nobody accept what they were asked before")
    func accept() async throws {
        let question = try await world.question("matching")
        let request = UniqueID()
        try await world.pool.query(
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency, expires_at)
            VALUES (\(request), \(question), \(world.consultant), 1, 'pending', 0.9, 12000, 'usd', now() + interval '1 minute')
            """)
        try await suspend(world.consultant)
        // Whoever hands questions out is woken for this one.
        #expect(
            try await world.value(
                "SELECT count(*) FROM question_wakes WHERE question_id = \(question)", as: Int.self) == 1)
        await #expect(throws: (any Error).self) {
            try await world.requests.accept(request, by: world.consultant)
        }
        #expect(
            try await world.value("SELECT count(*) FROM sessions WHERE question_id = \(question)", as: Int.self) == 0)
    }

    @Test("cancels a customer's open questions, and cuts no call")
    func customer() async throws {
        let running = try await world.session(state: "active")
        let (open, asked) = (try await world.question(), try await world.question("matching"))
        let request = UniqueID()
        try await world.pool.query(
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency, expires_at)
            VALUES (\(request), \(asked), \(world.consultant), 1, 'pending', 0.9, 12000, 'usd', now() + interval '1 minute')
            """)
        try await suspend(world.customer, session: running)
        for question in [open, asked] {
            #expect(
                try await world.value("SELECT state FROM questions WHERE id = \(question)", as: String.self)
                    == "cancelled")
        }
        #expect(
            try await world.value("SELECT state FROM requests WHERE id = \(request)", as: String.self) == "withdrawn")
        #expect(try await SessionStore.find(running, on: world.pool)?.state == .active)
        #expect(
            try await world.value("SELECT count(*) FROM outbox_events WHERE kind LIKE 'room.%'", as: Int.self) == 0,
            "the signaling core is told of no end")
    }

    @Test("shows in the directory, and is found there")
    func directory() async throws {
        try await suspend(world.customer)
        var search = UserSearch()
        search.state = .suspended
        let found = try await search.page(before: nil, limit: 10, on: world.pool)
        #expect(found.map(\.user.id) == [world.customer] && found.first?.suspendedAt != nil)
        search.state = .verified
        #expect(try await search.page(before: nil, limit: 10, on: world.pool).count == 2)
    }
}
