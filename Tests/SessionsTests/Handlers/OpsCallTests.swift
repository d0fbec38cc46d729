import Database
import Events
import HTTPTypes
import Identifiers
import REST
import Sessions
import Testing

@Suite("Operators' view of calls", .timeLimit(.minutes(2))) struct OpsCallTests {
    let world: World

    init() async throws { world = try await World("calls") }

    private func direction(_ score: Double, loss: Double = 0) -> CallSample.Direction {
        .init(
            score: score, audioScore: score, bitrate: 812_000, loss: loss, jitter: 0.004, roundTrip: 0.04,
            framesPerSecond: 29.5, freezes: 0)
    }

    private func sample(
        _ second: Int, up: Double = 4, down: Double = 5, connection: String = "connected", mediaSeconds: Int? = nil
    ) -> SessionReport.Happening {
        .quality(
            CallSample(
                at: "2026-11-22T19:28:\(second / 10)\(second % 10).250Z", milliseconds: 10_000,
                mediaSeconds: mediaSeconds ?? second,
                customer: .init(connection: connection, up: direction(up, loss: 0.1), down: direction(down)),
                consultant: .init(connection: "connecting")))
    }

    private func listed(_ query: [String: String] = [:]) async throws -> Reply {
        try await world.calls.list(call(by: UniqueID(), .admin, query: query))
    }

    private func list(_ query: [String: String] = [:]) async throws -> JSON { try await listed(query).json }

    private func shown(_ id: UniqueID) async throws -> Reply {
        try await world.calls.show(call(by: UniqueID(), .admin, id: id))
    }

    private func show(_ id: UniqueID) async throws -> JSON { try await shown(id).json }

    @Test("shows a call with the newest of what is known, and its timeline, the oldest first")
    func timeline() async throws {
        let session = try await world.accept()
        for happening in world.begun { try await world.report(session.id, happening) }
        for happening in [sample(10, mediaSeconds: 1), sample(20), sample(10, up: 3)] {
            try await world.report(session.id, happening)
        }
        let json = try await show(session.id)
        #expect(json["id"].string == session.id.description && json["state"].string == "live")
        #expect(json["mediaSeconds"].int == 20 && json["endedAt"].isNull && json["endReason"].isNull)
        #expect(json["seenAt"].string == "2026-11-22T19:28:20.250000Z")
        let customer = json["customer"]
        #expect(customer["name"].string == "Ann Example" && customer["connection"].string == "connected")
        #expect(customer["up"]["score"].double == 4 && customer["up"]["loss"].double == 0.1)
        #expect(customer["up"]["roundTrip"].double == 0.04 && customer["up"]["videoScore"].isNull)
        #expect(customer["up"]["lossAfterRecovery"].isNull && customer["up"]["freezes"].int == 0)
        #expect(json["consultant"]["connection"].string == "connecting" && json["consultant"]["up"].isNull)
        // The newest word about the same ten seconds counts.
        let entries = json["timeline"].array
        #expect(
            entries.map { $0["at"].string } == ["2026-11-22T19:28:10.250000Z", "2026-11-22T19:28:20.250000Z"])
        #expect(entries.map { $0["customer"]["up"]["score"].double } == [3, 4])
        #expect(entries[0]["mediaSeconds"].int == 10 && entries[0]["consultant"]["down"].isNull)
    }

    @Test("lists running calls first, then those that are over, the newest first, page by page")
    func order() async throws {
        var ids: [UniqueID] = []
        for number in 0..<5 {
            let session = try await world.accept(
                consultant: try await World.consultant("Cora \(number)", on: world.pool),
                at: .now().advanced(by: .milliseconds(number)))
            try await world.report(session.id, sample(10))
            ids.append(session.id)
        }
        // The first and the fourth are over.
        for index in [0, 3] {
            _ = try await world.handlers.end(call(by: world.customer, id: ids[index]))
        }
        let expected = [4, 2, 1, 3, 0].map { ids[$0].description }
        let all = try await list()
        #expect(all["items"].array.map { $0["id"].string } == expected && all["next"].isNull)
        #expect(all["items"].array.map { $0["state"].string } == ["live", "live", "live", "ended", "ended"])
        #expect(all["items"][3]["customer"]["connection"].string == "gone")
        #expect(all["items"][0]["timeline"].array.isEmpty)
        var paged: [String?] = []
        var cursor: String?
        repeat {
            var query = ["limit": "2"]
            query["cursor"] = cursor
            let page = try await list(query)
            paged += page["items"].array.map { $0["id"].string }
            cursor = page["next"].string
        } while cursor != nil
        #expect(paged == expected)
        #expect(try await list(["state": "live"])["items"].array.count == 3)
        #expect(try await list(["state": "ended"])["items"].array.map { $0["id"].string } == expected.suffix(2))
        #expect(try await refusal { try await listed(["state": "all"]) }.status == .unprocessableContent)
        #expect(try await refusal { try await listed(["cursor": "WyJ4Il0"]) }.status == .badRequest)
    }

    @Test("is about calls: a session that nobody came to is none, one in which somebody waits is")
    func calls() async throws {
        let session = try await world.accept()
        #expect(try await list()["items"].array.isEmpty)
        #expect(try await refusal { try await shown(session.id) }.status == .notFound)
        try await world.report(session.id, .joined(world.customer))
        let waiting = try await show(session.id)
        #expect(waiting["customer"]["connection"].string == "connecting" && waiting["seenAt"].isNull)
        #expect(waiting["consultant"]["connection"].string == "gone" && waiting["timeline"].array.isEmpty)
        try await world.report(UniqueID(), sample(10))
        #expect(try await world.value("SELECT count(*) FROM call_samples", as: Int.self) == 0)
    }

    @Test("says how the line is so far, in figures and in words for whoever reads")
    func words() async throws {
        let session = try await world.accept()
        for happening in [sample(10, up: 2), sample(20, up: 3)] { try await world.report(session.id, happening) }
        let own = try await world.handlers.quality(call(by: world.customer, id: session.id)).json
        #expect(own["customer"]["up"]["score"].double == 2.5 && own["customer"]["up"]["worst"].double == 2)
        #expect(
            own["customer"]["up"]["grade"].string == "poor" && own["customer"]["down"]["grade"].string == "excellent")
        #expect(own["weak"].string == "customer" && own["text"].string == "Your connection was weak.")
        let other = try await world.handlers.quality(call(by: world.consultant, .consultant, id: session.id)).json
        #expect(other["text"].string == "The customer's connection was weak.")
    }
}
