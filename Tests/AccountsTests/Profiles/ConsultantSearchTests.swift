import Accounts
import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import REST
import Testing

@Suite("The consultants", .timeLimit(.minutes(2))) struct ConsultantSearchTests {
    let world: World

    init() async throws { world = try await World("consultants") }

    private func names(_ change: (inout ConsultantSearch) -> Void) async throws -> [String] {
        var search = ConsultantSearch()
        change(&search)
        return try await search.page(after: nil, limit: 100, on: world.pool).map(\.name)
    }

    private func tags(_ texts: String...) -> [ExpertiseTag] { texts.compactMap { ExpertiseTag($0) } }

    @Test("are found by tags, availability and words")
    func search() async throws {
        _ = try await world.consultant("Ada Lovelace", tags: ["PostgreSQL", "Ökonomie"], available: true)
        _ = try await world.consultant("Bob Boole", headline: "Logic gates", tags: ["postgresql", "Swift"])
        _ = try await world.consultant("Cy Cerf", bio: "Packets since 1973", tags: ["C++"], available: true)
        #expect(try await names { _ in } == ["Ada Lovelace", "Bob Boole", "Cy Cerf"])
        #expect(try await names { $0.tags = tags("POSTGRESQL") } == ["Ada Lovelace", "Bob Boole"])
        #expect(try await names { $0.tags = tags("ökonomie") } == ["Ada Lovelace"])
        #expect(try await names { $0.tags = tags("postgresql", "swift") } == ["Bob Boole"])
        #expect(try await names { $0.tags = tags("postgre") }.isEmpty)
        #expect(try await names { $0.availableOnly = true } == ["Ada Lovelace", "Cy Cerf"])
        #expect(
            try await names {
                $0.availableOnly = true; $0.tags = tags("postgresql")
            } == ["Ada Lovelace"])
        for (text, found) in [
            ("boole", ["Bob Boole"]), ("logic", ["Bob Boole"]), ("packets 1973", ["Cy Cerf"]), ("nothing", []),
            ("postgre", ["Ada Lovelace", "Bob Boole"]), ("postgressql", ["Ada Lovelace", "Bob Boole"]), ("'\"%_\\", []),
        ] { #expect(try await names { $0.text = text } == found, "\(text)") }
    }

    @Test("are found by their new name when they change it")
    func renaming() async throws {
        let id = try await world.consultant("Ada Lovelace")
        try await world.pool.query("UPDATE users SET name = 'Augusta King' WHERE id = \(id)")
        #expect(try await names { $0.text = "augusta" } == ["Augusta King"])
        #expect(try await names { $0.text = "lovelace" }.isEmpty)
    }

    @Test("are listed once their address is confirmed and their rate is said, until they leave")
    func listed() async throws {
        let listed = try await world.consultant("Listed")
        let unconfirmed = try await world.consultant("Unconfirmed", verified: false)
        let rateless = try await world.user(.consultant, "Rateless")
        try await world.pool.query("INSERT INTO consultant_profiles (user_id, headline) VALUES (\(rateless), 'x')")
        let erased = try await world.consultant("Erased")
        try await world.pool.query("UPDATE users SET erased_at = now() WHERE id = \(erased)")
        #expect(try await names { _ in } == ["Listed"])
        for id in [unconfirmed, rateless, erased, UniqueID()] {
            #expect(try await refusal { try await world.consultants.show(call(id: id)) }.status == .notFound)
            #expect(try await ConsultantSearch.ratings(of: id, after: nil, limit: 5, on: world.pool) == nil)
        }
        #expect(try await ConsultantSearch.ratings(of: listed, after: nil, limit: 5, on: world.pool) == [])
    }

    @Test("come in pages, each after the last one's end")
    func pages() async throws {
        for number in 0..<5 { _ = try await world.consultant("C\(number)") }
        var (seen, after) = ([String](), UniqueID?.none)
        repeat {
            let page = try await ConsultantSearch().page(after: after, limit: 2, on: world.pool)
            seen += page.map(\.name)
            after = page.last?.id
        } while after != nil
        #expect(seen == ["C0", "C1", "C2", "C3", "C4"])
    }

    @Test("show their stars and sessions, counted as they come and go")
    func counts() async throws {
        let consultant = try await world.consultant("Cora", tags: ["SQL"])
        let customer = try await world.user(.customer, "Ann Secret")
        var sessions: [UniqueID] = []
        for _ in 0..<3 { sessions.append(try await world.session(customer, consultant)) }
        let live = try await world.session(customer, consultant, state: "pending")
        for (session, stars) in zip(sessions, [5, 5, 4]) { try await world.rate(session, stars, "Good.") }
        var view = try await world.consultants.show(call(id: consultant)).json
        #expect(view["rating"]["average"].double == 4.67 && view["rating"]["count"].int == 3)
        #expect(view["sessions"].int == 3 && view["name"].string == "Cora" && view["memberSince"].string != nil)
        #expect(
            view.keys == [
                "id", "name", "headline", "bio", "tags", "hourlyRate", "availability", "rating", "sessions",
                "memberSince",
            ])
        _ = try await world.pool.pipeline([
            """
            UPDATE sessions SET state = 'completed', started_at = now(), ended_at = now(), end_reason = 'left'
            WHERE id = \(live)
            """,
            "UPDATE sessions SET media_seconds = 7 WHERE id = \(live)",
            "UPDATE ratings SET stars = 1 WHERE session_id = \(sessions[0])",
            "DELETE FROM ratings WHERE session_id = \(sessions[1])",
        ])
        view = try await world.consultants.show(call(id: consultant)).json
        #expect(view["rating"]["average"].double == 2.5 && view["rating"]["count"].int == 2)
        #expect(view["sessions"].int == 4)
    }

    @Test("show ratings in pages, the newest first, without who gave them")
    func ratings() async throws {
        let consultant = try await world.consultant()
        let customer = try await world.user(.customer)
        for stars in 1...5 {
            try await world.rate(try await world.session(customer, consultant), stars, stars == 3 ? nil : "\(stars)")
        }
        // The same moment for all: the place still tells them apart.
        try await world.pool.query("UPDATE ratings SET created_at = '2026-01-01T00:00:00Z' WHERE stars > 2")
        var (seen, place) = ([Int](), ListedRating.Place?.none)
        repeat {
            let page = try await #require(
                ConsultantSearch.ratings(of: consultant, after: place, limit: 2, on: world.pool))
            seen += page.map(\.stars)
            place = page.last?.place
        } while place != nil
        #expect(seen == [2, 1, 5, 4, 3])
    }

    @Test("are read page by page through the API")
    func listing() async throws {
        for number in 0..<3 {
            _ = try await world.consultant("C\(number)", tags: ["SQL", "C++"], available: number > 0)
        }
        var query = ["tag": "sql, c++", "available": "true", "q": "databases", "limit": "1"]
        let first = try await world.consultants.list(call(query: query)).json
        #expect(first["items"].array.map { $0["name"].string } == ["C1"])
        query["cursor"] = first["next"].string
        let second = try await world.consultants.list(call(query: query)).json
        #expect(second["items"].array.map { $0["name"].string } == ["C2"] && second["next"].isNull)
        #expect(try await world.consultants.list(call(query: ["tag": ","])).json["items"].array.count == 3)
        let wrong = try await refusal {
            try await world.consultants.list(
                call(query: ["available": "yes", "q": "a\u{0}", "tag": "a\u{0}"]))
        }
        #expect(wrong.errors.map(\.pointer) == ["tag", "available", "q"])
    }

    @Test("have their ratings read page by page through the API")
    func ratingListing() async throws {
        let consultant = try await world.consultant()
        let customer = try await world.user(.customer, "Ann Secret")
        for stars in 1...3 {
            try await world.rate(try await world.session(customer, consultant), stars, stars == 2 ? nil : "Good")
        }
        let first = try await world.consultants.ratings(call(id: consultant, query: ["limit": "2"])).json
        #expect(first["items"].array.map { $0["stars"].int } == [3, 2] && first["items"][1]["comment"].isNull)
        #expect(first["items"][0].keys == ["stars", "comment", "createdAt"])
        let next = try #require(first["next"].string)
        let second = try await world.consultants.ratings(call(id: consultant, query: ["cursor": next])).json
        #expect(second["items"].array.map { $0["stars"].int } == [1] && second["next"].isNull)
        for parts in [
            #"["1"]"#, #"["-1","\#(consultant)"]"#, #"["9223372036854775807","\#(consultant)"]"#, #"["1","x"]"#,
        ] {
            let cursor = Data(parts.utf8).base64EncodedString().replacing("=", with: "")
            let problem = try await refusal {
                try await world.consultants.ratings(call(id: consultant, query: ["cursor": cursor]))
            }
            #expect(problem.status == .badRequest && problem.code == "invalid_cursor")
        }
    }
}
