import Accounts
import Database
import HTTPTypes
import Identifiers
import Matching
import Moderation
import REST
import Sessions
import Testing

@Suite("A report", .timeLimit(.minutes(2))) struct ReportTests {
    let world: World

    init() async throws { world = try await World("reports") }

    @Test("is made by either side about the other, once; what comes again is the report that is there")
    func once() async throws {
        let session = try await world.session()
        for (user, role, other) in [
            (world.customer, Role.customer, world.consultant), (world.consultant, .consultant, world.customer),
        ] {
            let first = try await world.reports.report(
                call(#"{"reason": "abusive", "text": " They shouted. "}"#, by: user, role, id: session))
            #expect(first.status == .created)
            let json = try first.json
            #expect(json["kind"].string == "session" && json["state"].string == "open")
            #expect(json["text"].string == "They shouted.")
            let again = try await world.reports.report(call(#"{"reason": "fraud"}"#, by: user, role, id: session))
            #expect(again.status == .ok)
            #expect(try again.json["id"].string == json["id"].string && again.json["reason"].string == "abusive")
            let subject: UniqueID = try await world.value(
                "SELECT subject_id FROM reports WHERE reporter_id = \(user)")
            #expect(subject == other)
            let view = try await world.sessions.show(call(by: user, role, id: session)).json
            #expect(view["reported"].array.map(\.string) == ["session"])
        }
        // Nobody sees what the other one reported.
        let view = try await world.sessions.show(call(by: world.admin, .admin, id: session)).json
        #expect(view["reported"].array.isEmpty)
    }

    @Test("that is sent twice at once is one")
    func twice() async throws {
        let session = try await world.session()
        let statuses = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    try? await world.reports.report(
                        call(#"{"reason": "spam"}"#, by: world.customer, id: session)
                    ).status.code
                }
            }
            var statuses: [Int?] = []
            for await status in group { statuses.append(status) }
            return statuses
        }
        #expect(statuses.compactMap(\.self).sorted() == [200, 200, 200, 200, 200, 201])
        #expect(try await world.value("SELECT count(*) FROM reports", as: Int.self) == 1)
    }

    @Test("is made by nobody else")
    func strangers() async throws {
        let session = try await world.session()
        for (user, role) in [(UniqueID(), Role.customer), (UniqueID(), .consultant)] {
            let problem = try await refusal {
                try await world.reports.report(call(#"{"reason": "abusive"}"#, by: user, role, id: session))
            }
            #expect(problem.status == .notFound)
        }
    }

    @Test("of a comment is made by the consultant whom it is about, where there is one")
    func comment() async throws {
        let body = #"{"kind": "comment", "reason": "misleading"}"#
        let silent = try await world.rated(nil)
        let none = try await refusal {
            try await world.reports.report(call(body, by: world.consultant, .consultant, id: silent))
        }
        #expect(none.code == "no_comment")
        let session = try await world.rated("Nonsense.")
        let own = try await refusal {
            try await world.reports.report(call(body, by: world.customer, id: session))
        }
        #expect(own.status == .forbidden)
        let reply = try await world.reports.report(call(body, by: world.consultant, .consultant, id: session))
        #expect(reply.status == .created)
        // The comment and the call are two things.
        try await world.report(session, by: world.consultant, .consultant)
        let view = try await world.sessions.show(call(by: world.consultant, .consultant, id: session)).json
        #expect(view["reported"].array.map(\.string) == ["comment", "session"])
    }

    @Test(
        "has a reason of the list, and words within bounds",
        arguments: [
            (#"{"reason": "boring"}"#, "/reason"), (#"{"kind": "face", "reason": "spam"}"#, "/kind"),
            (#"{}"#, "/reason"),
            (#"{"reason": "other", "text": " "}"#, "/text"), (#"{"reason": "spam", "text": "\u0007"}"#, "/text"),
            (#"{"reason": "spam", "text": "\#(String(repeating: "a", count: 2001))"}"#, "/text"),
        ])
    func bounds(body: String, pointer: String) async throws {
        let session = try await world.session()
        let problem = try await refusal {
            try await world.reports.report(call(body, by: world.customer, id: session))
        }
        #expect(problem.status == .unprocessableContent && problem.errors.map(\.pointer) == [pointer])
        let longest = #"{"reason": "other", "text": "\#(String(repeating: "a", count: 2000))"}"#
        #expect(try await world.reports.report(call(longest, by: world.customer, id: session)).status == .created)
    }

    @Test("sent again under its key is answered alike")
    func key() async throws {
        let session = try await world.session()
        let request = call(#"{"reason": "fraud"}"#, by: world.customer, id: session, key: "k1")
        let first = try await world.reports.report(request)
        let second = try await world.reports.report(request)
        #expect(first.status == .created && second.status == .created && first.body == second.body)
    }
}
