import DatabaseTesting
import Identifiers
import Synchronization

@testable import Signaling

/// A marketplace that remembers what it is told, and can be made to wait and to fail.
final class FakeMarketplace: Marketplace {
    struct Failure: Error {}

    private struct State {
        var log: [String] = []
        var sightings: [String] = []
        var reports: [String] = []
        var pending: [String] = []
        var answers: [String] = []
        var refusal: MarketplaceRefusal?
        var failures = 0
        var missedSightings = 0
        var opened: Gate?
    }

    private let state = Mutex(State())
    /// Passed with each thing that was told, also where that failed.
    let gate = Gate()

    /// What was told and kept, in order.
    var log: [String] { state.withLock { $0.log } }

    /// Who was said to be connected or not, in order.
    var sightings: [String] { state.withLock { $0.sightings } }

    /// What happened in sessions' rooms, in order.
    var reports: [String] { state.withLock { $0.reports } }

    /// The answers to live requests, in order.
    var answers: [String] { state.withLock { $0.answers } }

    /// Passed with each report, and with each sighting, also where that failed.
    let reported = Gate()
    let sighted = Gate()

    /// What a consultant who comes is being asked.
    func ask(_ params: [String]) { state.withLock { $0.pending = params } }

    /// Answers are refused from now on.
    func refuse(_ refusal: MarketplaceRefusal?) { state.withLock { $0.refusal = refusal } }

    /// The next calls fail.
    func fail(_ times: Int) { state.withLock { $0.failures = times } }

    /// The next sightings fail.
    func missSightings(_ times: Int) { state.withLock { $0.missedSightings = times } }

    /// Whoever calls from now on waits until `gate` is passed.
    func wait(for gate: Gate?) { state.withLock { $0.opened = gate } }

    func setAvailable(_ user: UserID, _ available: Bool) async throws {
        try await note("\(user) \(available ? "available" : "unavailable")")
    }

    func wentOffline(_ user: UserID) async throws { try await note("\(user) offline") }

    func connected(_ user: UserID) async throws { try see("\(user) connected") }

    func disconnected(_ user: UserID) async throws { try see("\(user) disconnected") }

    private func see(_ text: String) throws {
        defer { sighted.pass() }
        try state.withLock { state in
            guard state.missedSightings == 0 else {
                state.missedSightings -= 1
                throw Failure()
            }
            state.sightings.append(text)
        }
    }

    func pendingRequests(of user: UserID) async throws -> [String] { state.withLock { $0.pending } }

    func accept(_ request: String, by user: UserID) async throws(MarketplaceRefusal) -> AcceptedRequest {
        try answer("\(user) accepts \(request)")
        guard let session = SessionID("session-\(request)"), let room = RoomID("room-\(request)") else {
            throw .notFound
        }
        return AcceptedRequest(session: session, room: room, token: "token of \(user)")
    }

    func decline(_ request: String, by user: UserID, reason: String?) async throws(MarketplaceRefusal) {
        try answer("\(user) declines \(request): \(reason ?? "no reason")")
    }

    private func answer(_ text: String) throws(MarketplaceRefusal) {
        let refusal = state.withLock { state in
            state.answers.append(text)
            return state.refusal
        }
        if let refusal { throw refusal }
    }

    func report(_ happening: SessionHappening, of session: SessionID) async throws {
        // Comes whenever a path changes, and every ten seconds: `RoomQualityTests` look at it.
        if case .quality = happening { return }
        defer { reported.pass() }
        try state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                throw Failure()
            }
            state.reports.append("\(session) \(happening.words)")
        }
    }

    private func note(_ text: String) async throws {
        await state.withLock { $0.opened }?.wait()
        defer { gate.pass() }
        try state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                throw Failure()
            }
            state.log.append(text)
        }
    }
}

extension SessionHappening {
    /// For comparisons.
    var words: String {
        switch self {
        case .joined(let user): "joined \(user)"
        case .left(let user, let reason): "left \(user) \(reason)"
        case .progress(let seconds, let running): "progress \(seconds) \(running ? "running" : "still")"
        case .record(let record):
            "record \(record.number) \(record.source.rawValue) \(record.startSecond)+\(record.mediaSeconds)"
        case .quality(let sample):
            "quality " + sample.sides.map { "\($0.role.rawValue) \($0.connection.rawValue)" }.joined(separator: ", ")
        case .ended(let reason, let seconds, _): "ended \(reason) \(seconds)"
        }
    }
}
