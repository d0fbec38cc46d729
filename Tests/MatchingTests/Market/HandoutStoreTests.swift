import Database
import Events
import Identifiers
import Sessions
import Testing

@testable import Accounts
@testable import Matching

@Suite("The hand-out in the database", .timeLimit(.minutes(3)))
struct HandoutStoreTests {
    @Test("asks who is available and connected, and nobody else; the others wait in line and are asked when they come")
    func asks() async throws {
        let world = try await MarketWorld()
        let away = try await world.consultant(isConnected: false)
        let offline = try await world.consultant(availability: "offline")
        let busy = try await world.consultant(availability: "busy")
        let customer = try await world.user(.customer)
        let question = try await world.ask(customer)
        try await world.dispatch()
        #expect(try await world.requests(question).isEmpty)
        #expect(try await world.state(question) == "open")
        #expect(try await world.pushes(to: customer) == ["question.status"])
        // The trigger wakes whoever waits.
        try await world.pool.query("UPDATE consultant_profiles SET is_connected = true WHERE user_id = \(away)")
        try await world.dispatch()
        #expect(try await world.requests(question).map(\.consultant) == [away])
        #expect(try await world.pushes(to: away) == ["request.created"])
        #expect(try await world.state(question) == "matching")
        withExtendedLifetime((offline, busy)) {}
    }

    @Test("asks the next best where many others are asked by enough already")
    func full() async throws {
        let world = try await MarketWorld()
        var consultants: Set<UniqueID> = []
        for _ in 0..<14 { consultants.insert(try await world.consultant()) }
        // Three at a time, and three for each of them.
        for _ in 0..<14 { _ = try await world.ask(try await world.user(.customer)) }
        try await world.dispatch()
        let rows = try await world.pool.query(
            "SELECT consultant_id, count(*) FROM requests WHERE state = 'pending' GROUP BY consultant_id")
        let asked = Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.get(0, as: UniqueID.self), try $0.get(1, as: Int.self)) })
        #expect(Set(asked.keys) == consultants && asked.values.allSatisfy { $0 == 3 })
    }

    @Test("gives a question to one of many who accept at once, and makes them busy")
    func race() async throws {
        let world = try await MarketWorld()
        var consultants: [UniqueID] = []
        for _ in 0..<3 { consultants.append(try await world.consultant()) }
        let question = try await world.ask(try await world.user(.customer))
        try await world.dispatch()
        let requests = try await world.requests(question)
        #expect(Set(requests.map(\.consultant)) == Set(consultants))
        let accepted = await withTaskGroup(of: UniqueID?.self) { group in
            for request in requests + requests + requests {
                group.addTask { try? await world.desk.accept(request.id, by: request.consultant).session.id }
            }
            var accepted: [UniqueID] = []
            for await session in group { if let session { accepted.append(session) } }
            return accepted
        }
        #expect(accepted.count == 3 && Set(accepted).count == 1)
        let states = try await world.requests(question).map(\.state).sorted()
        #expect(states == ["accepted", "withdrawn", "withdrawn"])
        let winner = try #require(try await world.requests(question).first { $0.state == "accepted" }).consultant
        #expect(try await world.availability(winner) == "busy")
        for loser in consultants where loser != winner {
            #expect(try await world.pushes(to: loser) == ["request.created", "request.withdrawn"])
            #expect(try await world.availability(loser) == "available")
        }
    }

    @Test("takes a busy consultant's other requests back")
    func otherRequests() async throws {
        let world = try await MarketWorld()
        let consultant = try await world.consultant()
        let first = try await world.ask(try await world.user(.customer))
        let second = try await world.ask(try await world.user(.customer))
        try await world.dispatch()
        let one = try #require(try await world.requests(first).first)
        let other = try #require(try await world.requests(second).first)
        _ = try await world.desk.accept(one.id, by: consultant)
        await #expect(throws: Handout.Refusal.self) { try await world.desk.accept(other.id, by: consultant) }
        try await world.dispatch()
        #expect(try await world.requests(second).map(\.state) == ["withdrawn"])
        #expect(try await world.state(second) == "open")
    }

    @Test("moves on after a decline, and hands out again where the consultant did not come, to somebody else")
    func noShow() async throws {
        let world = try await MarketWorld()
        let first = try await world.consultant()
        let customer = try await world.user(.customer)
        let question = try await world.ask(customer)
        try await world.dispatch()
        let request = try #require(try await world.requests(question).first)
        let session = try await world.desk.accept(request.id, by: first).session
        let second = try await world.consultant()
        // The customer came, the consultant did not.
        try await world.pool.withTransaction { transaction in
            try await world.sessions.apply(.joined(.customer), to: session.id, at: .now(), in: transaction)
        }
        try await world.pool.withTransaction { transaction in
            try await world.sessions.apply(
                .deadline, to: session.id, at: Timestamp.now().advanced(by: .seconds(91)), in: transaction)
        }
        try await world.deliver()
        try await world.dispatch()
        #expect(try await world.availability(first) != "busy")
        #expect(try await world.state(question) == "matching")
        let pending = try await world.requests(question).filter { $0.state == "pending" }
        #expect(pending.map(\.consultant) == [second])
        let asked = try #require(pending.first)
        try await world.desk.decline(asked.id, by: second, reason: "no time")
        try await world.dispatch()
        #expect(try await world.state(question) == "open")
        #expect(
            try await world.text("SELECT outcome FROM requests WHERE id = \(request.id)") == "failed")
    }

    @Test("moves on at once from a consultant whom nothing reached")
    func undelivered() async throws {
        let world = try await MarketWorld()
        let consultant = try await world.consultant()
        let question = try await world.ask(try await world.user(.customer))
        try await world.dispatch()
        let request = try #require(try await world.requests(question).first)
        try await world.pool.withTransaction { transaction in
            try await Outbox.append(
                try UndeliveredRequest(to: consultant, request: request.id).event(), in: transaction)
        }
        try await world.deliver()
        try await world.dispatch()
        #expect(try await world.requests(question).map(\.state) == ["withdrawn"])
        #expect(try await world.state(question) == "open")
    }

    @Test("is cancelled by its own customer alone, until somebody has accepted")
    func cancelled() async throws {
        let world = try await MarketWorld()
        let consultant = try await world.consultant()
        let customer = try await world.user(.customer)
        let question = try await world.ask(customer)
        try await world.dispatch()
        #expect(try await world.desk.cancel(question, of: try await world.user(.customer)) == nil)
        #expect(try await world.desk.cancel(question, of: customer) == true)
        #expect(try await world.desk.cancel(question, of: customer) == true)
        #expect(try await world.state(question) == "cancelled")
        #expect(try await world.pushes(to: consultant) == ["request.created", "request.withdrawn"])
    }

    @Test("learns each outcome once")
    func learns() async throws {
        let world = try await MarketWorld()
        let consultant = try await world.consultant()
        let question = try await world.ask(try await world.user(.customer))
        try await world.dispatch()
        let request = try #require(try await world.requests(question).first)
        try await world.desk.decline(request.id, by: consultant, reason: nil)
        let learner = Learner(pool: world.pool, logger: .quiet)
        #expect(try await learner.learn() == 1)
        #expect(try await learner.learn() == 0)
        #expect(learner.progress.outcomes == 1 && learner.current?.modelGuard.usesModel == false)
        #expect(try await Learner.history(on: world.pool).count == 1)
    }

    @Test("forgets a consultant who leaves, in every version that is kept")
    func forgets() async throws {
        let world = try await MarketWorld()
        let leaving = try await world.consultant()
        let staying = try await world.consultant()
        let learner = Learner(pool: world.pool, logger: .quiet)
        func bothDecline() async throws {
            let question = try await world.ask(try await world.user(.customer))
            try await world.dispatch()
            for request in try await world.requests(question) {
                try await world.desk.decline(request.id, by: request.consultant, reason: nil)
            }
        }
        for _ in 0..<2 {
            try await bothDecline()
            #expect(try await learner.learn() == 2)
        }
        try await bothDecline()
        func known() async throws -> Set<UniqueID> {
            let rows = try await world.pool.query(
                "SELECT DISTINCT jsonb_object_keys(model #> '{model,consultants}')::uuid AS id FROM match_models")
            return Set(try rows.map { try $0.get("id", as: UniqueID.self) })
        }
        #expect(try await known() == [leaving, staying])
        try await world.pool.withTransaction { _ = try await Erasure.erase(leaving, in: $0) }
        #expect(try await known() == [staying])
        // What the leaving one had answered and was not learnt yet is not learnt later.
        #expect(try await learner.learn() == 1)
        #expect(try await known() == [staying])
        let user = try #require(UserID(leaving.description))
        #expect(
            learner.current?.model.uncertainty(of: user) == ConsultantEffect.priorVariance.squareRoot())
    }
}
