import Identifiers
import Logging
import RTP
import Relay
import Synchronization
import Testing
import Transport

/// A relay on loopback with one call, and the events of that call.
final class CallUnderTest: Sendable {
    let relay: MediaRelay
    let call: RelayCall
    let events: EventLog

    private init(relay: MediaRelay, call: RelayCall, events: EventLog) {
        self.relay = relay
        self.call = call
        self.events = events
    }

    /// Runs `body` with a call under `policy`, and takes everything down afterwards.
    static func run(
        policy: BillingPolicy = BillingPolicy(thresholdSeconds: nil), _ body: (CallUnderTest) async throws -> Void
    ) async throws {
        let relay = try MediaRelay(
            configuration: RelayConfiguration(addresses: ["127.0.0.1"], ports: 40000...49999),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        do {
            let room = try #require(RoomID("test"))
            let events = EventLog()
            let call = try await relay.openCall(room: room, policy: policy) { events.append($0) }
            try await body(CallUnderTest(relay: relay, call: call, events: events))
        } catch {
            await relay.shutdown()
            throw error
        }
        await relay.shutdown()
    }

    /// Runs `body` with two connected peers.
    static func runConnected(
        policy: BillingPolicy = BillingPolicy(thresholdSeconds: nil),
        alice: SyntheticPeer.Media = .init(), bob: SyntheticPeer.Media = .init(),
        _ body: (CallUnderTest, SyntheticPeer, SyntheticPeer) async throws -> Void
    ) async throws {
        try await run(policy: policy) { test in
            try await withPeer("alice", firstSource: 1000, media: alice) { alice in
                try await withPeer("bob", firstSource: 2000, media: bob) { bob in
                    try await alice.join(test.call)
                    try await bob.join(test.call)
                    try #require(await alice.wait { $0.isConnected })
                    try #require(await bob.wait { $0.isConnected })
                    try await body(test, alice, bob)
                }
            }
        }
    }
}

/// Runs `body` with a peer whose loop is running.
func withPeer(
    _ name: String, firstSource: UInt32, media: SyntheticPeer.Media = .init(),
    _ body: (SyntheticPeer) async throws -> Void
) async throws {
    let peer = try SyntheticPeer(name, firstSource: firstSource, media: media)
    try peer.start()
    do {
        try await body(peer)
    } catch {
        await peer.loop.shutdown()
        throw error
    }
    await peer.loop.shutdown()
}

/// The events of a call, in order, and a way to wait for one.
final class EventLog: Sendable {
    private struct State {
        var events: [CallEvent] = []
        var waiting: [(match: @Sendable (CallEvent) -> Bool, continuation: CheckedContinuation<CallEvent, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [CallEvent] { state.withLock { $0.events } }

    func append(_ event: CallEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            let ready = state.waiting.filter { $0.match(event) }
            state.waiting.removeAll { $0.match(event) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: event) }
    }

    /// The first event that matches, past or to come.
    func first(_ match: @escaping @Sendable (CallEvent) -> Bool) async -> CallEvent {
        await withCheckedContinuation { continuation in
            let past = state.withLock { state -> CallEvent? in
                if let event = state.events.first(where: match) { return event }
                state.waiting.append((match, continuation))
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
    }
}
