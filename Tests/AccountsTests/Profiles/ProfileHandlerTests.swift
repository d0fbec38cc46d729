import Accounts
import Database
import DatabaseTesting
import Events
import HTTPTypes
import Identifiers
import REST
import Testing

@Suite("A profile", .timeLimit(.minutes(2))) struct ProfileHandlerTests {
    let world: World

    init() async throws { world = try await World("profiles") }

    private func set(_ available: Bool, _ user: UniqueID) async throws -> JSON {
        try await world.profiles.setAvailability(call(#"{"available": \#(available)}"#, by: user, .consultant)).json
    }

    private func found(_ user: UniqueID) async throws -> Availability? {
        try await Profiles.find(user, on: world.pool)?.availability
    }

    @Test("is empty at first, and then what was said")
    func roundTrip() async throws {
        let user = try await world.user(.consultant)
        let empty = try await world.profiles.show(call(by: user, .consultant)).json
        #expect(empty["missing"].strings == ["headline", "tags", "hourlyRate"] && empty["hourlyRate"].isNull)
        let body = #"""
            {"headline": "Databases", "bio": "Líne\n\"two\"", "tags": ["PostgreSQL", "postgresql", "C++"],
                "hourlyRate": {"amount": 12000, "currency": "eur"}}
            """#
        let stored = try await world.profiles.replace(call(body, by: user, .consultant)).json
        let read = try await world.profiles.show(call(by: user, .consultant)).json
        for profile in [stored, read] {
            #expect(profile["tags"].strings == ["PostgreSQL", "C++"] && profile["bio"].string == "Líne\n\"two\"")
            #expect(profile["hourlyRate"]["currency"].string == "eur" && profile["isComplete"].bool == true)
            #expect(profile["availability"].string == "offline" && profile["rating"]["average"].isNull)
        }
    }

    @Test("is the consultants' alone")
    func roles() async throws {
        let customer = try await world.user(.customer)
        #expect(try await refusal { try await world.profiles.show(call(by: customer)) }.status == .forbidden)
        #expect(try await refusal { try await world.profiles.show(call()) }.status == .unauthorized)
    }

    @Test("must be complete before its owner is available")
    func completeness() async throws {
        let user = try await world.user(.consultant)
        let problem = try await refusal {
            try await world.profiles.setAvailability(call(#"{"available": true}"#, by: user, .consultant))
        }
        #expect(problem.status == .conflict && problem.code == "profile_incomplete")
        #expect(try await set(false, user)["availability"].string == "offline")
        let other = try await world.consultant(tags: [])
        #expect(
            try await refusal {
                try await world.profiles.setAvailability(call(#"{"available": true}"#, by: other, .consultant))
            }.detail.hasSuffix("needs: tags."))
    }

    @Test("that is no longer complete takes its owner out of the list of the available")
    func becomesIncomplete() async throws {
        let user = try await world.consultant(available: true)
        let body = #"{"headline": "x", "tags": [], "hourlyRate": {"amount": 12000, "currency": "usd"}}"#
        let profile = try await world.profiles.replace(call(body, by: user, .consultant)).json
        #expect(profile["availability"].string == "offline")
        #expect(try await found(user) == .offline)
    }

    @Test("is busy during a call, and after it what its owner wished meanwhile")
    func busy() async throws {
        let user = try await world.consultant(available: true)
        let change = try await world.pool.withTransaction { try await Availabilities.setBusy(user, in: $0) }
        #expect(change?.before == .available && change?.after == .busy(then: .available))
        let wish = try await set(false, user)
        #expect(wish["availability"].string == "busy" && wish["availableAfterCall"].bool == false)
        _ = try await world.pool.withTransaction { try await Availabilities.callEnded(user, in: $0) }
        #expect(try await found(user) == .offline)
        let nobody = try await world.user(.customer)
        #expect(try await world.pool.withTransaction { try await Availabilities.setBusy(nobody, in: $0) } == nil)
    }

    @Test("of whoever is not connected when a signaling core starts is no longer available")
    func reconcile() async throws {
        let here = try await world.consultant(available: true)
        let gone = try await world.consultant(available: true)
        let talking = try await world.consultant(available: true)
        try await world.pool.withTransaction { transaction in
            _ = try await Availabilities.setBusy(talking, in: transaction)
            #expect(try await Availabilities.reconcile(online: [here], in: transaction) == 2)
            #expect(try await Availabilities.reconcile(online: [here], in: transaction) == 0)
        }
        #expect(try await found(here) == .available)
        #expect(try await found(gone) == .offline)
        #expect(try await found(talking) == .busy(then: .offline))
    }

    // MARK: Events

    private func deliver(_ presence: PresenceEvent) async throws {
        let event = try presence.event()
        try await world.pool.withTransaction { try await Outbox.append(event, in: $0) }
    }

    /// Reads all that waits, each event twice.
    private func read() async throws {
        let reader = EventReader(of: .sidecar, on: world.pool, logger: .quiet) { delivery, transaction in
            _ = try await PresenceEvents.handle(delivery, in: transaction)
            _ = try await PresenceEvents.handle(delivery, in: transaction)
        }
        while try await reader.handleBatch() > 0 {}
        #expect(try await Outbox.metrics(of: .sidecar, on: world.pool).parked == 0)
        #expect(reader.metrics.failed == 0)
    }

    @Test("follows what the signaling core saw")
    func events() async throws {
        let user = try await world.consultant()
        try await deliver(.set(user, available: true))
        try await read()
        #expect(try await found(user) == .available)
        try await deliver(.offline(user))
        try await read()
        #expect(try await found(user) == .offline)
        // Of somebody without a profile, and of one that is not complete: nothing to do, and no failure.
        try await deliver(.set(try await world.user(.customer), available: true))
        try await deliver(.set(try await world.consultant(tags: []), available: true))
        try await deliver(.snapshot(online: []))
        try await read()
    }

    @Test("is not taken out by what was seen before its owner came back")
    func lateEvents() async throws {
        let user = try await world.consultant(available: true)
        try await deliver(.offline(user))
        try await deliver(.snapshot(online: []))
        try await deliver(.set(user, available: false))
        // Back, and available already: that changes nothing but that it is newer.
        #expect(try await set(true, user)["availability"].string == "available")
        try await read()
        #expect(try await found(user) == .available)
    }

    @Test("event that cannot be read fails instead of changing something")
    func unreadable() throws {
        for (kind, payload) in [("presence.offline", "{}"), ("presence.set", #"{"userId": "x", "available": true}"#)] {
            let event = Event(queue: .sidecar, key: "k", kind: kind, payload: JSONText(payload))
            #expect(throws: (any Error).self) { try PresenceEvent(event) }
        }
        #expect(try PresenceEvent(Event(queue: .sidecar, key: "k", kind: "x", payload: JSONText("1"))) == nil)
        let all: [PresenceEvent] = [
            .offline(UniqueID()), .set(UniqueID(), available: true), .snapshot(online: [UniqueID(), UniqueID()]),
        ]
        for presence in all { #expect(try PresenceEvent(presence.event()) == presence) }
    }
}
