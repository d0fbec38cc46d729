import Accounts
import Database
import HTTPTypes
import Identifiers
import Matching
import Moderation
import REST
import Sessions
import Testing

@Suite("What is kept of reports", .timeLimit(.minutes(2))) struct PrivacyTests {
    let world: World

    init() async throws { world = try await World("report_privacy") }

    private func export(_ user: UniqueID) async throws -> JSON {
        let document = try await PersonalExport.document(of: user, at: .now(), on: world.pool)
        return try JSON(try #require(document))
    }

    private func erase(_ user: UniqueID) async throws {
        let handlers = PrivacyHandlers(pool: world.pool, verifyPassword: { _, _ in true }, revokeAll: { _, _, _ in })
        _ = try await handlers.erase(call(#"{"password": "x"}"#, by: user))
    }

    @Test("is exported to whoever said it, and what was decided to whom it is about, without who said what")
    func exported() async throws {
        let id = try await world.report(try await world.session())
        try await world.report(try await world.session())
        try await world.decide(id, "warn", more: #", "note": "Careful.", "message": "Stay polite.""#)
        let made = try await export(world.customer)["reportsMade"].array
        #expect(made.map { $0["text"].string } == ["Words of a reporter", "Words of a reporter"])
        #expect(made.map { $0["state"].string } == ["decided", "open"])
        let subject = try await export(world.consultant)
        let about = subject["decisionsAboutYou"].array
        #expect(about.map { $0["decision"].string } == ["warn"] && about[0]["message"].string == "Stay polite.")
        #expect(subject["reportsMade"].array.isEmpty)
        #expect(!"\(subject)".contains("Words of a reporter") && !"\(subject)".contains("Careful."))
    }

    @Test("loses the reporter's words when they leave; of a comment that went with them nothing is left to decide")
    func reporterLeaves() async throws {
        let session = try await world.rated()
        try await world.report(session, by: world.consultant, .consultant)
        try await world.report(session, by: world.consultant, .consultant, kind: "comment")
        try await erase(world.consultant)
        let rows = try await world.pool.query("SELECT kind, text FROM reports")
        #expect(try rows.map { try $0.get("kind", as: String.self) } == ["session"])
        #expect(try rows[0].get("text", as: String?.self) == nil)
        let item = try await world.moderation.list(call(by: world.admin, .admin)).json["items"][0]
        #expect(item["reporter"]["isErased"].bool == true && item["text"].isNull)
    }

    @Test("loses every word when whom it is about leaves, and what is open goes")
    func subjectLeaves() async throws {
        let decided = try await world.report(try await world.session())
        try await world.report(try await world.session())
        try await world.decide(decided, "warn", more: #", "note": "Careful.", "message": "Stay polite.""#)
        try await erase(world.consultant)
        let rows = try await world.pool.query("SELECT id, text, note, message, decision FROM reports")
        #expect(try rows.map { try $0.get("id", as: UniqueID.self) } == [decided])
        #expect(try rows[0].get("decision", as: String.self) == "warn")
        for column in ["text", "note", "message"] { #expect(try rows[0].get(column, as: String?.self) == nil) }
    }
}
