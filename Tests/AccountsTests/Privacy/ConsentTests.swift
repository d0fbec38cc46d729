import Accounts
import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import REST
import Testing

@Suite("Consents", .timeLimit(.minutes(2))) struct ConsentTests {
    let world: World
    let user: UniqueID
    var handlers: ConsentHandlers { ConsentHandlers(pool: world.pool) }

    init() async throws {
        world = try await World("consents")
        user = try await world.user(.customer)
    }

    private func put(_ choices: String) async throws -> JSON {
        try await handlers.replace(call("{\"consents\": [\(choices)]}", by: user)).json
    }

    @Test("are a history of which the newest counts")
    func history() async throws {
        let version = ConsentDocument.recording.currentVersion
        try await world.pool.withTransaction { transaction in
            try await Consents.record(
                user, [ConsentChoice(.terms, granted: true), ConsentChoice(.privacy, granted: true)], in: transaction)
        }
        _ = try await put(#"{"document": "recording", "version": "\#(version)", "granted": true}"#)
        #expect(try await Consents.isGranted(.recording, by: user, on: world.pool))
        _ = try await put(#"{"document": "recording", "version": "\#(version)", "granted": true}"#)
        let list = try await put(#"{"document": "recording", "version": "\#(version)", "granted": false}"#)["consents"]
        #expect(list.array.map { $0["document"].string } == ["terms", "privacy", "recording", "marketing"])
        #expect(list.array.map { $0["granted"].bool } == [true, true, false, false])
        #expect(list[3]["recordedAt"].isNull && list[0]["required"].bool == true)
        #expect(try await handlers.show(call(by: user)).json["consents"][2]["granted"].bool == false)
        #expect(try await !Consents.isGranted(.recording, by: user, on: world.pool))
        let count: Int = try await world.value("SELECT count(*) FROM consents WHERE user_id = \(user)")
        #expect(count == 4, "the same choice again is not recorded")
    }

    @Test("are never changed afterwards")
    func unchanged() async throws {
        try await world.pool.withTransaction {
            try await Consents.record(user, [ConsentChoice(.terms, granted: true)], in: $0)
        }
        await #expect(throws: DatabaseError.self) { try await world.pool.query("UPDATE consents SET granted = false") }
    }

    @Test("are refused for a version nobody is shown, and cannot be withdrawn where an account needs them")
    func refusals() async throws {
        let wrong = try await refusal {
            try await handlers.replace(
                call(#"{"consents": [{"document": "terms", "version": "1999", "granted": true}]}"#, by: user))
        }
        #expect(wrong.errors.map(\.pointer) == ["/consents/0/version"])
        let unknown = try await refusal {
            try await handlers.replace(
                call(#"{"consents": [{"document": "x", "version": "1", "granted": true}]}"#, by: user))
        }
        #expect(unknown.status == .unprocessableContent)
        let version = ConsentDocument.terms.currentVersion
        let needed = try await refusal {
            try await handlers.replace(
                call(#"{"consents": [{"document": "terms", "version": "\#(version)", "granted": false}]}"#, by: user))
        }
        #expect(needed.status == .conflict && needed.code == "consent_required")
    }
}
