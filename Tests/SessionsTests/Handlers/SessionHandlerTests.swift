import Database
import DatabaseTesting
import Events
import HTTPTypes
import Identifiers
import REST
import Sessions
import Testing

@Suite("A session in the API", .timeLimit(.minutes(2))) struct SessionHandlerTests {
    let world: World

    init() async throws { world = try await World("session_api") }

    private static let fields: Set = [
        "id", "state", "questionId", "title", "customerId", "customerName", "consultantId", "consultantName", "room",
        "mode", "rate", "thresholdSeconds", "mediaSeconds", "createdAt", "startedAt", "endedAt", "endReason",
        "endReasonText", "quality", "rating", "billing", "reported",
    ]

    @Test("is read by its two people and by administrators, and by nobody else")
    func show() async throws {
        let session = try await world.accept()
        for (user, role) in [(world.customer, Role.customer), (world.consultant, .consultant), (UniqueID(), .admin)] {
            let json = try await world.handlers.show(call(by: user, role, id: session.id)).json
            #expect(json.keys == Self.fields && json["state"].string == "pending")
            #expect(json["customerName"].string == "Ann Example" && json["consultantName"].string == "Cora Example")
            #expect(json["title"].string == "Why?" && json["rate"]["amount"].int == 12000)
            #expect(json["startedAt"].isNull && json["endReasonText"].isNull && json["rating"].isNull)
            // Nothing is charged yet, and it says so.
            #expect(json["billing"]["state"].string == "none" && json["billing"]["holds"].array.isEmpty)
            #expect(json["billing"]["charged"]["amount"].int == 0 && json["billing"]["fee"]["currency"].string == "usd")
        }
        let stranger = try await World.user(.customer, "Eve", on: world.pool)
        for id in [session.id, UniqueID()] {
            let problem = try await refusal { try await world.handlers.show(call(by: stranger, id: id)) }
            #expect(problem.status == .notFound)
        }
    }

    @Test("is listed to its two people, the newest first, page by page and by state")
    func list() async throws {
        var ids: [String] = []
        for _ in 0..<3 {
            let session = try await world.accept()
            _ = try await world.handlers.end(call(by: world.consultant, .consultant, id: session.id))
            ids.insert("\(session.id)", at: 0)
        }
        ids.insert("\(try await world.accept().id)", at: 0)
        for (user, role) in [(world.customer, Role.customer), (world.consultant, .consultant)] {
            let first = try await world.handlers.list(call(by: user, role, query: ["limit": "3"])).json
            #expect(first["items"].array.map { $0["id"].string } == Array(ids.prefix(3)))
            let cursor = try #require(first["next"].string)
            let second = try await world.handlers.list(call(by: user, role, query: ["limit": "3", "cursor": cursor]))
                .json
            #expect(second["items"].array.map { $0["id"].string } == [ids[3]] && second["next"].isNull)
            let pending = try await world.handlers.list(call(by: user, role, query: ["state": "pending"])).json
            #expect(pending["items"].array.map { $0["id"].string } == [ids[0]])
        }
        let problem = try await refusal {
            try await world.handlers.list(call(by: world.customer, query: ["state": "ready"]))
        }
        #expect(problem.status == .unprocessableContent)
        let nobody = try await World.user(.customer, "Eve", on: world.pool)
        #expect(try await world.handlers.list(call(by: nobody)).json["items"].array.isEmpty)
    }

    @Test("gives a token to its two people until it is over")
    func join() async throws {
        let session = try await world.accept()
        for (user, role, name) in [
            (world.customer, Role.customer, "Ann Example"), (world.consultant, .consultant, "Cora Example"),
        ] {
            let json = try await world.handlers.join(call(by: user, role, id: session.id)).json
            #expect(json["token"].string == "\(session.room) \(user) \(role.rawValue) \(name)")
            #expect(json["url"].string == "ws://localhost:8081/ws" && json["room"].string == session.room)
            #expect(json["iceServers"][0]["urls"][0].string == "stun:stun.example.org")
        }
        for (user, role) in [(UniqueID(), Role.admin), (UniqueID(), .customer)] {
            let problem = try await refusal { try await world.handlers.join(call(by: user, role, id: session.id)) }
            #expect(problem.status == .notFound)
        }
        _ = try await world.handlers.end(call(by: world.customer, id: session.id))
        let problem = try await refusal { try await world.handlers.join(call(by: world.customer, id: session.id)) }
        #expect(problem.status == .conflict && problem.code == "session_over")
    }

    @Test("is ended by either side, in words for each, and again without effect")
    func end() async throws {
        let session = try await world.accept()
        for happening in world.begun { try await world.report(session.id, happening) }
        let first = try await world.handlers.end(call(by: world.consultant, .consultant, id: session.id)).json
        #expect(first["state"].string == "completed" && first["endReason"].string == "consultant_left")
        #expect(first["endReasonText"].string == "You ended the call.")
        let second = try await world.handlers.end(call(by: world.customer, id: session.id)).json
        #expect(second["endReason"].string == "consultant_left" && second["endedAt"].string == first["endedAt"].string)
        #expect(second["endReasonText"].string == "The consultant ended the call.")
        #expect(try await world.events("room.end").count == 1)
        let stranger = try await refusal { try await world.handlers.end(call(by: UniqueID(), id: session.id)) }
        let admin = try await refusal { try await world.handlers.end(call(by: UniqueID(), .admin, id: session.id)) }
        #expect(stranger.status == .notFound && admin.status == .notFound)
    }

    @Test("tells of its quality, as far as it was seen")
    func quality() async throws {
        let session = try await world.accept()
        let unknown = try await world.handlers.quality(call(by: world.customer, id: session.id)).json
        #expect(unknown["customer"]["up"].isNull && unknown["consultant"]["down"].isNull)
        for happening in world.begun { try await world.report(session.id, happening) }
        let down = SessionQuality.Direction(score: 4.2, worst: 2, bitrate: 1e6, loss: 0.02, jitter: 0.003, rtt: 0.04)
        let seen = SessionQuality(customer: .init(up: nil, down: down), consultant: nil)
        try await world.report(session.id, .ended(reason: "unpaid", mediaSeconds: 600, quality: seen))
        let json = try await world.handlers.quality(call(by: world.consultant, .consultant, id: session.id)).json
        #expect(json["customer"]["down"]["score"].double == 4.2 && json["customer"]["up"].isNull)
        #expect(json["customer"]["down"]["rtt"].double == 0.04)
    }

    // MARK: Rating

    private func completed() async throws -> Session {
        let session = try await world.accept()
        for happening in world.begun { try await world.report(session.id, happening) }
        _ = try await world.handlers.end(call(by: world.customer, id: session.id))
        return try await world.found(session.id)
    }

    @Test("is rated by its customer, once, and shows it")
    func rating() async throws {
        let session = try await completed()
        let body = #"{"stars": 5, "comment": "  Clear,\nand quick.  "}"#
        let reply = try await world.ratings.rate(call(body, by: world.customer, id: session.id, key: "k"))
        #expect(reply.status == .created)
        #expect(try reply.json["comment"].string == "Clear,\nand quick.")
        let again = try await world.ratings.rate(call(body, by: world.customer, id: session.id, key: "k"))
        #expect(again.status == .created && again.body == reply.body)
        let problem = try await refusal {
            try await world.ratings.rate(call(#"{"stars": 1}"#, by: world.customer, id: session.id))
        }
        #expect(problem.status == .conflict && problem.code == "already_rated")
        let json = try await world.handlers.show(call(by: world.consultant, .consultant, id: session.id)).json
        #expect(json["rating"]["stars"].int == 5 && json["rating"]["comment"].string == "Clear,\nand quick.")
        let stars: Int = try await world.value("SELECT rating_sum FROM consultant_profiles")
        #expect(stars == 5)
    }

    @Test("is rated by nobody else, and not before it took place")
    func notRated() async throws {
        let session = try await completed()
        for (user, role) in [(world.consultant, Role.consultant), (UniqueID(), .customer)] {
            let problem = try await refusal {
                try await world.ratings.rate(call(#"{"stars": 5}"#, by: user, role, id: session.id))
            }
            #expect(problem.status == .notFound)
        }
        let other = try await world.accept()
        for _ in 0..<2 {
            let problem = try await refusal {
                try await world.ratings.rate(call(#"{"stars": 5}"#, by: world.customer, id: other.id))
            }
            #expect(problem.status == .conflict && problem.code == "session_not_completed")
            _ = try await world.handlers.end(call(by: world.customer, id: other.id))
        }
    }

    @Test(
        "is not rated with anything but one to five stars and plain words",
        arguments: [
            #"{"stars": 0}"#, #"{"stars": 6}"#, #"{"stars": 4.5}"#, #"{"stars": "5"}"#, #"{}"#,
            #"{"stars": 5, "comment": "a\u0000b"}"#, #"{"stars": 5, "comment": "bell \u0007"}"#,
        ])
    func badRating(body: String) async throws {
        let session = try await completed()
        let problem = try await refusal { try await world.ratings.rate(call(body, by: world.customer, id: session.id)) }
        #expect(problem.status == .unprocessableContent)
        let long = #"{"stars": 5, "comment": "\#(String(repeating: "x", count: 2001))"}"#
        let tooLong = try await refusal { try await world.ratings.rate(call(long, by: world.customer, id: session.id)) }
        #expect(tooLong.status == .unprocessableContent)
    }
}
