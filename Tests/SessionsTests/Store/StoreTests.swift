import Accounts
import Database
import DatabaseTesting
import Events
import Identifiers
import Money
@testable import Sessions
import Testing

@Suite("A session that is kept", .timeLimit(.minutes(2))) struct StoreTests {
    let world: World

    init() async throws { world = try await World() }

    @Test("begins with the terms of the accept, and a minute and a half to come")
    func create() async throws {
        let now = Timestamp.now()
        let session = try await world.accept(at: now)
        #expect(session.state == .pending && session.room == "s-\(session.id)" && session.mode == "relay")
        #expect(session.rate.amount == 12000 && session.thresholdSeconds == 600 && session.windowSeconds == 600)
        #expect(session.commissionBasisPoints == 1500 && session.dueAt == now.advanced(by: .seconds(90)))
        #expect(try await world.found(session.id) == session)
        let request: UniqueID = try await world.value("SELECT request_id FROM sessions")
        #expect(try await SessionStore.find(ofRequest: request, on: world.pool) == session)
        // One talk of a consultant at a time.
        await #expect(throws: DatabaseError.self) { try await world.accept() }
    }

    @Test("runs from joining to hanging up, and tells everybody once")
    func whole() async throws {
        var session = try await world.session(.joined(world.customer))
        #expect(session.customerJoinedAt != nil && session.consultantJoinedAt == nil && session.state == .pending)
        for happening in world.begun { try await world.report(session.id, happening) }
        session = try await world.found(session.id)
        #expect(session.state == .active && session.startedAt != nil && session.mediaSeconds == 0)
        #expect(try await world.availability() == .busy(then: .available))
        try await world.report(session.id, .progress(mediaSeconds: 75, running: true))
        try await world.report(session.id, .left(world.customer, reason: "left"))
        session = try await world.found(session.id)
        #expect(session.state == .completed && session.endReason == "customer_left" && session.mediaSeconds == 75)
        #expect(session.dueAt == nil && session.isOver)
        #expect(try await world.availability() == .available)
        let closed = try await world.events("session.closed")
        #expect(closed.count == 1 && closed[0]["result"].string == "completed")
        #expect(closed[0]["questionId"].string == session.question.description)
        let ended = try await world.events("room.end")
        #expect(ended.count == 1 && ended[0]["room"].string == session.room)
        let pushes = try await world.events("user.push")
        #expect(pushes.count == 2 && pushes.allSatisfy { $0["method"].string == "session.ended" })
        let told = Dictionary(
            uniqueKeysWithValues: try pushes.map {
                ($0["userId"].string ?? "", try JSON(Array(($0["params"].string ?? "").utf8)))
            })
        let customers = try #require(told["\(world.customer)"])
        #expect(customers["state"].string == "completed" && customers["endReason"].string == "customer_left")
        #expect(customers["endReasonText"].string == "You ended the call.")
        #expect(told["\(world.consultant)"]?["endReasonText"].string == "The customer ended the call.")
        let counted: Int = try await world.value("SELECT session_count FROM consultant_profiles")
        #expect(counted == 1)
    }

    @Test("keeps the room's last word, and changes nothing else after its end")
    func afterwards() async throws {
        let session = try await world.session(.joined(world.customer))
        for happening in world.begun { try await world.report(session.id, happening) }
        try await world.pool.withTransaction {
            _ = try await world.store.apply(.endRequested(.consultant), to: session.id, at: .now(), in: $0)
        }
        let over = try await world.found(session.id)
        let up = SessionQuality.Direction(score: 4.5, worst: 3, bitrate: 900_000, loss: 0.01, jitter: 0.004, rtt: nil)
        let quality = SessionQuality(customer: .init(up: up, down: nil), consultant: nil)
        try await world.report(session.id, .ended(reason: "ended", mediaSeconds: 42, quality: quality))
        try await world.report(session.id, .ended(reason: "left", mediaSeconds: 40, quality: nil))
        try await world.report(session.id, .joined(world.customer))
        let after = try await world.found(session.id)
        #expect(after.mediaSeconds == 42 && after.quality == quality)
        #expect(after.state == over.state && after.endedAt == over.endedAt && after.endReason == over.endReason)
        #expect(try await world.events("session.closed").count == 1)
    }

    @Test("that never began goes back to whoever hands questions out", arguments: 0..<3)
    func noShow(came: Int) async throws {
        let session = try await world.accept(at: Timestamp.now().advanced(by: .seconds(-91)))
        if came == 1 { try await world.report(session.id, .joined(world.customer)) }
        if came == 2 { try await world.report(session.id, .joined(world.consultant)) }
        #expect(try await SessionDeadlines(pool: world.pool, store: world.store, logger: .quiet).look() == 1)
        let after = try await world.found(session.id)
        #expect(after.state == .cancelled && after.startedAt == nil)
        #expect(after.endReason == ["nobody_came", "consultant_no_show", "customer_no_show"][came])
        let closed = try await world.events("session.closed")
        #expect(closed[0]["cause"].string == ["nobody", "consultant", "customer"][came])
        #expect(try await world.availability() == .available)
    }

    @Test("hears of nobody but its own two people, and of no session that is not there")
    func strangers() async throws {
        let session = try await world.accept()
        let stranger = try await World.user(.customer, "Eve", on: world.pool)
        try await world.report(session.id, .joined(stranger))
        try await world.report(session.id, .left(stranger, reason: "left"))
        try await world.report(UniqueID(), .progress(mediaSeconds: 5, running: true))
        #expect(try await world.found(session.id) == session)
    }

    @Test("takes a clock that nobody can believe")
    func clock() async throws {
        let session = try await world.session(.progress(mediaSeconds: .max, running: true))
        #expect(session.mediaSeconds == Int(Int32.max) && session.state == .active)
    }

    @Test("ends once, whoever ends it at the same time")
    func race() async throws {
        let session = try await world.session(.joined(world.customer))
        for happening in world.begun { try await world.report(session.id, happening) }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<12 {
                let event: SessionLifecycle.Event =
                    switch number % 3 {
                    case 0: .endRequested(.customer)
                    case 1: .left(.consultant, isLost: false)
                    default: .roomEnded(reason: "unpaid", mediaSeconds: 600)
                    }
                group.addTask {
                    try await world.pool.withTransaction { transaction in
                        try await world.store.apply(event, to: session.id, at: .now(), in: transaction)?.actions.count
                            ?? 0
                    }
                }
            }
            let ended = try await group.reduce(0, +)
            #expect(ended == 1)
        }
        #expect(try await world.events("session.closed").count == 1)
        #expect(try await world.events("user.push").count == 2)
        #expect(try await world.availability() == .available)
    }

    @Test("tells how long its customer waited for it")
    func waited() async throws {
        let now = Timestamp.now()
        let session = try await world.accept(askedSecondsAgo: 40, at: now)
        let change = try await world.pool.withTransaction { transaction in
            try await world.store.apply(
                .progress(mediaSeconds: 0, running: true), to: session.id, at: now.advanced(by: .seconds(5)),
                in: transaction)
        }
        let metrics = SessionMetrics()
        metrics.note(try #require(change))
        #expect(change?.questionToCall == .seconds(45))
        let counted = metrics.counters
        #expect(counted.questionToCall.reduce(0, +) == 1 && counted.questionToCallSum == 45)
        #expect(counted.questionToCall[SessionMetrics.bounds.firstIndex(of: 45) ?? 0] == 1)
    }
}
