import Accounts
import Database
import HTTPTypes
import Identifiers
import Matching
import Moderation
import REST
import Sessions
import Testing

@Suite("The moderation queue", .timeLimit(.minutes(2))) struct QueueTests {
    let world: World

    init() async throws { world = try await World("queue") }

    private func list(_ query: [String: String]) async throws -> JSON {
        try await world.moderation.list(call(by: world.admin, .admin, query: query)).json
    }

    @Test("has whoever waited longest first among the open, and the newest among the decided, page by page")
    func order() async throws {
        var ids: [String] = []
        for _ in 0..<4 { ids.append("\(try await world.report(try await world.session()))") }
        let first = try await list(["state": "open", "limit": "3"])
        #expect(first["items"].array.map { $0["id"].string } == Array(ids.prefix(3)))
        let second = try await list(["state": "open", "limit": "3", "cursor": try #require(first["next"].string)])
        #expect(second["items"].array.map { $0["id"].string } == [ids[3]] && second["next"].isNull)
        for id in ids.prefix(3) { try await world.decide(try #require(UniqueID(id)), "dismiss") }
        let decided = try await list(["state": "decided", "limit": "2"])
        #expect(decided["items"].array.map { $0["id"].string } == [ids[2], ids[1]])
        let rest = try await list(["state": "decided", "limit": "2", "cursor": try #require(decided["next"].string)])
        #expect(rest["items"].array.map { $0["id"].string } == [ids[0]] && rest["next"].isNull)
        #expect(try await list(["state": "open"])["items"].array.map { $0["id"].string } == [ids[3]])
        #expect(try await list([:])["items"].array.map { $0["id"].string } == ids.reversed())
        let problem = try await refusal {
            try await world.moderation.list(call(by: world.admin, .admin, query: ["state": "old"]))
        }
        #expect(problem.status == .unprocessableContent)
    }

    @Test("says who said what about whom, and what was decided about the same person before")
    func content() async throws {
        let session = try await world.rated("Nonsense.", stars: 2)
        let before = try await world.report(try await world.session(), by: world.consultant, .consultant)
        try await world.decide(before, "warn", more: #", "note": "First time.""#)
        try await world.report(try await world.session(), by: world.consultant, .consultant)
        let id = try await world.report(
            session, by: world.consultant, .consultant, kind: "comment", reason: "misleading")
        let items = try await list(["state": "open"])["items"].array
        let item = try #require(items.first { $0["id"].string == "\(id)" })
        #expect(item["kind"].string == "comment" && item["reason"].string == "misleading")
        #expect(item["text"].string == "Words of a reporter" && item["ruling"].isNull)
        #expect(item["reporter"]["name"].string == "Cora Example" && item["subject"]["name"].string == "Ann Example")
        #expect(item["subject"]["role"].string == "customer" && item["subject"]["suspendedAt"].isNull)
        #expect(item["session"]["id"].string == "\(session)" && item["session"]["title"].string == "Why?")
        #expect(item["rating"]["stars"].int == 2 && item["rating"]["comment"].string == "Nonsense.")
        #expect(item["othersOpen"].int == 1)
        #expect(item["earlier"].array.map { $0["decision"].string } == ["warn"])
        #expect(item["earlier"][0]["id"].string == "\(before)")
        let decided = try await list(["state": "decided"])["items"][0]
        #expect(decided["ruling"]["note"].string == "First time." && decided["ruling"]["liftedAt"].isNull)
        #expect(decided["ruling"]["decidedByName"].string == "Olive Example" && decided["rating"].isNull)
    }
}
