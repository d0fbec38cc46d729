@testable import Accounts
import Database
import HTTPTypes
import Identifiers
import REST
import TestSupport
import Testing

@Suite("A CSV file") struct CSVTests {
    @Test("is read with quotes, lines in fields, a byte order mark and either line end")
    func reading() throws {
        let csv = try CSV("\u{feff}Name,Notes\r\n\"Doe, \"\"J\"\"\",\"one\ntwo\"\r\nx,\n\n")
        #expect(csv.header == ["Name", "Notes"])
        #expect(
            csv.records == [
                .init(line: 2, fields: ["Doe, \"J\"", "one\ntwo"]), .init(line: 4, fields: ["x", ""]),
            ])
        #expect(csv.column("notes") == 1 && csv.column("none") == nil)
    }

    @Test(
        "is refused with its line where it is not well formed",
        arguments: [
            ("", 1, "empty"), ("a,b\n1,2\n1\n", 3, "1 fields"), ("a\n\"x\ny\n", 2, "never closed"),
            ("a\nx\"y\n", 2, "inside"), ("a\n\"x\"y\n", 2, "after"), ("a\rb\n", 1, "carriage"),
            ("a\n\"1\n2\",3\n", 2, "2 fields"),
        ])
    func refusals(text: String, line: Int, reason: String) throws {
        let error = try #require(throws: CSV.Malformed.self) { try CSV(text) }
        #expect(error.line == line && error.reason.contains(reason))
    }

    @Test("that was written by the rules is read back, and one that was damaged never traps")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 11)
        let alphabet: [Character] = ["a", ",", "\"", "\n", "é", " ", "👩‍💻", "\r\n"]
        for _ in 0..<300 {
            let columns = Int.random(in: 2...5, using: &random)
            func field() -> String {
                String(
                    (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in alphabet.randomElement(using: &random)
                    })
            }
            let rows = (0..<Int.random(in: 1...5, using: &random)).map { _ in (0..<columns).map { _ in field() } }
            let lines = [(0..<columns).map { "c\($0)" }] + rows
            let text = lines.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
            }.joined()
            #expect(try CSV(text).records.map(\.fields) == rows)
            var damaged = Array(text.unicodeScalars)
            damaged.remove(at: Int.random(in: 0..<damaged.count, using: &random))
            var view = String.UnicodeScalarView()
            view.append(contentsOf: damaged)
            _ = try? CSV(String(view))
        }
    }
}

@Suite("A LinkedIn date") struct LinkedInDateTests {
    @Test("is a month or a year, or nothing")
    func dates() {
        #expect(linkedInDate("Mar 2019") == "2019-03" && linkedInDate("December 1999") == "1999-12")
        #expect(linkedInDate("2019") == "2019" && linkedInDate("") == nil && linkedInDate("Mär 2019") == nil)
        #expect(linkedInDate("19 Mar 2019") == nil && linkedInDate(year: 2019, month: 13) == "2019")
    }
}

@Suite("A LinkedIn import", .timeLimit(.minutes(2))) struct LinkedInImportTests {
    let world: World
    let consultant: UniqueID
    var handlers: LinkedInHandlers { LinkedInHandlers(pool: world.pool) }

    init() async throws {
        world = try await World("linkedin")
        consultant = try await world.consultant(headline: "Mine", bio: "Mine too", tags: ["swift"])
    }

    private let document = #"""
        "linkedin": {"firstName": "Cora", "headline": "Engineer", "summary": "Lines\nand lines", "skills": ["Swift", {"name": "SQL"}],
            "positions": [{"title": "CTO", "companyName": "Acme", "startDate": {"year": 2019, "month": 3}}]}
        """#

    @Test("is shown, and changes nothing")
    func preview() async throws {
        let reply = try await handlers.importProfile(call("{\(document)}", by: consultant, .consultant)).json
        #expect(reply["applied"].bool == false && reply["preview"]["headline"].string == "Engineer")
        #expect(reply["preview"]["suggestedTags"].strings == ["SQL"])
        #expect(
            reply["preview"]["positions"][0]["from"].string == "2019-03"
                && reply["preview"]["positions"][0]["to"].isNull)
        let profile = try #require(try await Profiles.find(consultant, on: world.pool))
        #expect(profile.headline == "Mine" && profile.tags.texts == ["swift"])
    }

    @Test("is stored where it is applied: the wanted fields, tags added")
    func applied() async throws {
        let body = #"{\#(document), "apply": true, "fields": ["bio", "tags"]}"#
        let reply = try await handlers.importProfile(call(body, by: consultant, .consultant)).json
        #expect(reply["applied"].bool == true && reply["profile"]["headline"].string == "Mine")
        #expect(
            reply["profile"]["bio"].string == "Lines\nand lines"
                && reply["profile"]["hourlyRate"]["amount"].int == 12000)
        #expect(try await Profiles.find(consultant, on: world.pool)?.tags.texts == ["swift", "SQL"])
    }

    @Test("adds tags as far as there is room, also to a profile that does not exist yet")
    func limit() async throws {
        let newcomer = try await world.user(.consultant)
        let skills = (0..<25).map { "\"s\($0)\"" }.joined(separator: ",")
        let body = #"{"linkedin": {"skills": [\#(skills)]}, "apply": true}"#
        let reply = try await handlers.importProfile(call(body, by: newcomer, .consultant)).json
        #expect(
            reply["profile"]["tags"].strings.count == 20
                && reply["tagsLeftOut"].strings == ["s20", "s21", "s22", "s23", "s24"])
    }

    @Test("takes the files of the data export")
    func files() async throws {
        let body = #"""
            {"files": {"Profile.csv": "First Name,Headline,Summary\nCora,\"CTO, Acme\",\"a\nb\"\n",
                "Positions.csv": "Company Name,Title,Started On,Finished On\nAcme,CTO,Mar 2019,\n", "Skills.csv": "Name\r\nSQL\r\nSwift\r\n",
                "Connections.csv": "Notes:\n\n\"unread"}}
            """#
        let reply = try await handlers.importProfile(call(body, by: consultant, .consultant)).json["preview"]
        #expect(reply["headline"].string == "CTO, Acme" && reply["bio"].string == "a\nb")
        #expect(reply["positions"][0]["company"].string == "Acme" && reply["suggestedTags"].strings == ["SQL"])
    }

    @Test(
        "that cannot be read is refused with file and line",
        arguments: [
            (
                #"{"files": {"Skills.csv": "Name\nSQL\n\"x"}}"#, "/files/Skills.csv",
                "line 3: a quote that is never closed"
            ),
            (
                #"{"files": {"Positions.csv": "Title\nx\n"}}"#, "/files/Positions.csv",
                "line 1: no column 'Company Name'"
            ),
            (#"{"files": {"Other.csv": ""}}"#, "/files", "expected one of"),
            (#"{"linkedin": {"positions": [{"title": 5}]}}"#, "/linkedin/positions/0/title", "is not a string"),
            (#"{"linkedin": {"skills": [{}]}}"#, "/linkedin/skills/0/name", "is required"),
            (#"{}"#, "", "expected either"),
        ])
    func refusals(body: String, pointer: String, detail: String) async throws {
        let problem = try await refusal { try await handlers.importProfile(call(body, by: consultant, .consultant)) }
        #expect(problem.status == .unprocessableContent && problem.errors.first?.pointer == pointer)
        #expect(problem.errors.first?.detail.hasPrefix(detail) == true, "\(problem)")
    }
}
