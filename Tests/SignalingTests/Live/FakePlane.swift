import Identifiers
import Relay
import Synchronization

@testable import Signaling

/// A media plane that carries nothing, remembers everything it is asked, and can be made to wait.
final class FakePlane: CallPlane {
    private struct State {
        var log: [String] = []
        var calls: [FakeCall] = []
        var holdsOffers = false
        var held: [CheckedContinuation<Void, Never>] = []
        var failure: RelayError?
    }

    private let state = Mutex(State())

    func openCall(
        in room: RoomID, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) async throws(RelayError) -> any PlaneCall {
        note("open \(room) at \(mediaSeconds) of \(horizon.map(String.init) ?? "any")")
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let call = FakeCall(plane: self, policy: policy, mediaSeconds: mediaSeconds, horizon: horizon, events: events)
        state.withLock { $0.calls.append(call) }
        return call
    }

    /// What was asked, in order.
    var log: [String] { state.withLock { $0.log } }
    /// The call opened last.
    var newest: FakeCall? { state.withLock { $0.calls.last } }

    func note(_ text: String) { state.withLock { $0.log.append(text) } }

    func fail(_ error: RelayError?) { state.withLock { $0.failure = error } }

    /// From now on offers wait until ``release()``.
    func hold() { state.withLock { $0.holdsOffers = true } }

    func release() {
        let held = state.withLock { state in
            state.holdsOffers = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    fileprivate func pass() async {
        await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                if state.holdsOffers { state.held.append(continuation) }
                return !state.holdsOffers
            }
            if passes { continuation.resume() }
        }
    }
}

/// A call of the ``FakePlane``: its clock is set by the test.
final class FakeCall: PlaneCall {
    private let plane: FakePlane
    private let events: @Sendable (CallEvent) -> Void
    private let status: Mutex<ClockStatus?>

    init(
        plane: FakePlane, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) {
        self.plane = plane
        self.events = events
        status = Mutex(
            ClockStatus(
                state: .free, mediaSeconds: mediaSeconds, thresholdSeconds: policy.thresholdSeconds,
                horizonSeconds: horizon ?? policy.thresholdSeconds, running: false))
    }

    func offer(_ sdp: String, from user: UserID) async throws(RelayError) -> String {
        await plane.pass()
        plane.note("offer \(sdp) of \(user)")
        if sdp == "bad" { throw RelayError(.invalidDescription, "line 3: bad") }
        events(.candidate(for: user, CandidateMessage(candidate: "candidate:\(sdp)", sdpMid: "0", sdpMLineIndex: 0)))
        return "answer to \(sdp)"
    }

    func addCandidate(_ candidate: CandidateMessage, from user: UserID) async throws(RelayError) {
        plane.note("candidate \(candidate.candidate) of \(user)")
    }

    func leave(_ user: UserID) async { plane.note("leave \(user)") }

    func extendHorizon(to seconds: Int) async -> ClockStatus? {
        status.withLock { status in
            status?.horizonSeconds = seconds
            return status
        }
    }

    func close() async -> ClosedCall? {
        plane.note("close")
        return status.withLock { status in
            defer { status = nil }
            return status.map { ClosedCall(clock: $0, record: lastRecord.withLock { $0 }) }
        }
    }

    /// What the call has flowed since the last record when it is closed.
    let lastRecord = Mutex<CallRecord?>(nil)

    /// Media time passes.
    func reach(_ seconds: Int) {
        let now = status.withLock { status in
            status?.mediaSeconds = seconds
            status?.running = true
            return status
        }
        if let now { events(.clock(now)) }
    }

    func tell(_ event: CallEvent) { events(event) }
}
