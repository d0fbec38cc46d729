import Accounts
import Database
import HTTPTypes
import Identifiers
import Matching
import Moderation
import REST
import Sessions
import Testing

@Suite("A decision", .timeLimit(.minutes(2))) struct DecisionTests {
    let world: World

    init() async throws { world = try await World("decisions") }

    @Test("to dismiss tells nobody, and stands in the administrator's log")
    func dismissed() async throws {
        let id = try await world.report(try await world.session())
        let reply = try await world.decide(id, "dismiss", more: #", "note": "Nothing in it.""#)
        let json = try reply.json
        #expect(reply.status == .ok && json["state"].string == "decided" && json["decision"].string == "dismiss")
        let queued = try await world.moderation.list(call(by: world.admin, .admin)).json["items"][0]
        #expect(queued["ruling"]["note"].string == "Nothing in it.")
        #expect(try await world.mails(to: world.consultant).isEmpty)
        #expect(try await world.events(of: world.consultant).isEmpty)
        #expect(try await world.events(of: world.admin) == ["report_decided"])
        let detail: String = try await world.value(
            "SELECT detail ->> 'report' FROM security_events WHERE kind = 'report_decided'")
        #expect(detail == "\(id)")
    }

    @Test("to hide a comment leaves the stars, and the words to whoever wrote them")
    func hidden() async throws {
        let session = try await world.rated("Nonsense.", stars: 1)
        let id = try await world.report(session, by: world.consultant, .consultant, kind: "comment")
        let listed = try await world.consultants.ratings(call(id: world.consultant)).json
        #expect(listed["items"][0]["comment"].string == "Nonsense.")
        try await world.decide(id, "hide_comment")
        let after = try await world.consultants.ratings(call(id: world.consultant)).json
        #expect(after["items"][0]["stars"].int == 1 && after["items"][0]["comment"].isNull)
        let profile = try await world.consultants.show(call(id: world.consultant)).json
        #expect(profile["rating"]["count"].int == 1)
        let theirs = try await world.sessions.show(call(by: world.consultant, .consultant, id: session)).json
        #expect(theirs["rating"]["comment"].isNull && theirs["rating"]["commentHidden"].bool == true)
        let own = try await world.sessions.show(call(by: world.customer, id: session)).json
        #expect(own["rating"]["comment"].string == "Nonsense." && own["rating"]["commentHidden"].bool == true)
        #expect(try await world.mails(to: world.customer) == ["Your comment is no longer shown"])
        #expect(try await world.events(of: world.customer) == ["comment_hidden"])
    }

    @Test("to hide what is no comment is refused, and the report stays open")
    func notAComment() async throws {
        let id = try await world.report(try await world.session())
        let problem = try await refusal { try await world.decide(id, "hide_comment") }
        #expect(problem.status == .unprocessableContent && problem.errors.map(\.pointer) == ["/decision"])
        #expect(try await world.value("SELECT count(*) FROM reports WHERE decision IS NULL", as: Int.self) == 1)
        #expect(try await world.events(of: world.admin).isEmpty)
        #expect(try await world.decide(id, "dismiss").status == .ok)
    }

    @Test("to warn is a mail with the reason and the message, not with who reported it")
    func warned() async throws {
        let id = try await world.report(try await world.session(), reason: "off_platform")
        try await world.decide(id, "warn", more: #", "message": "Keep payments here.""#)
        #expect(try await world.mails(to: world.consultant) == ["A warning about your account"])
        let text: String = try await world.value(
            "SELECT text_body FROM mail_outbox WHERE subject = 'A warning about your account'")
        #expect(text.contains("asking for payment outside") && text.contains("Keep payments here."))
        #expect(!text.contains("Ann") && !text.contains("Words of a reporter"))
        #expect(try await world.events(of: world.consultant) == ["warned"])
        let isNowhere: Bool = try await world.value(
            "SELECT address IS NULL FROM security_events WHERE kind = 'warned'")
        #expect(isNowhere, "where the administrator was is not theirs to know")
    }

    @Test("is made once, also where several make it at the same time")
    func once() async throws {
        let id = try await world.report(try await world.session())
        let outcomes = await withTaskGroup(of: String.self) { group in
            for decision in ["warn", "dismiss", "suspend", "warn", "suspend", "dismiss"] {
                group.addTask {
                    do {
                        return "\(try await world.decide(id, decision).status.code)"
                    } catch {
                        return (error as? Problem)?.code ?? "\(error)"
                    }
                }
            }
            var outcomes: [String] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.sorted() == ["200"] + Array(repeating: "already_decided", count: 5))
        #expect(try await world.mails(to: world.consultant).count <= 1)
        #expect(try await world.events(of: world.admin) == ["report_decided"])
        let problem = try await refusal { try await world.decide(id, "dismiss") }
        #expect(problem.status == .conflict && problem.code == "already_decided")
    }

    @Test("sent again under its key is answered alike, and done once")
    func key() async throws {
        let id = try await world.report(try await world.session())
        let first = try await world.decide(id, "warn", key: "k1")
        let second = try await world.decide(id, "warn", key: "k1")
        #expect(first.status == .ok && first.body == second.body)
        #expect(try await world.mails(to: world.consultant).count == 1)
    }

    @Test("that cannot be told is not made at all")
    func atomic() async throws {
        let id = try await world.report(try await world.session())
        // An address that no mail goes to, so that the last of the effects fails.
        try await world.pool.query("UPDATE users SET email = 'é@example.org' WHERE id = \(world.consultant)")
        await #expect(throws: (any Error).self) { try await world.decide(id, "suspend") }
        #expect(try await world.value("SELECT count(*) FROM reports WHERE decision IS NULL", as: Int.self) == 1)
        #expect(
            try await world.value("SELECT count(*) FROM users WHERE suspended_at IS NOT NULL", as: Int.self) == 0)
        #expect(try await Profiles.find(world.consultant, on: world.pool)?.availability == .available)
        #expect(try await world.events(of: world.consultant).isEmpty)
        #expect(try await world.events(of: world.admin).isEmpty)
    }

    @Test("has a message for nobody where nothing is done")
    func message() async throws {
        let id = try await world.report(try await world.session())
        let problem = try await refusal { try await world.decide(id, "dismiss", more: #", "message": "Hello.""#) }
        #expect(problem.errors.map(\.pointer) == ["/message"])
        let unknown = try await refusal { try await world.decide(UniqueID(), "dismiss") }
        #expect(unknown.status == .notFound)
    }
}
