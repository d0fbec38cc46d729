import Identifiers
import Logging
import RTP
import Transport

/// Names a call within its worker.
struct CallKey: Hashable, Sendable {
    let number: UInt64
}

/// A media worker: an actor whose executor is a thread with its own epoll loop. It owns whole calls, so that the path
/// of a packet from one participant to the other takes no lock and awaits nothing.
actor Worker {
    nonisolated let loop: EventLoop
    private let surroundings: Surroundings
    private var context: TransportContext?
    private var calls: [CallKey: Call] = [:]
    private var rounds = TickRounds<Call>()
    /// Whether a path is being set up, as of the last look.
    private var isSettingUp = false
    private var nextSetup = MonotonicInstant(nanoseconds: 0)
    private var nextPost = MonotonicInstant(nanoseconds: 0)
    private let post = EventPost()

    /// A call looks at the time this often while a path of it is being set up.
    private static let setupTick = NanosecondCount.milliseconds(2)
    /// The least that Linux gives: packets do not wait until the signaling thread has written to two hundred sockets.
    private static let slice = NanosecondCount(100_000)
    /// What is only shown is told this often.
    private static let postInterval = NanosecondCount.milliseconds(50)

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        index: Int, certificate: Certificate, transport: TransportConfiguration, logger: Logger
    ) throws(SystemError) {
        loop = try EventLoop(name: "relay-\(index)")
        surroundings = Surroundings(certificate: certificate, transport: transport, logger: logger)
    }

    nonisolated func start() throws(SystemError) {
        try loop.start(
            slice: Self.slice,
            prepare: { self.assumeIsolated { $0.prepare() } },
            service: { ready in self.assumeIsolated { $0.service(ready) } },
            finish: { self.assumeIsolated { $0.finish() } })
    }

    // MARK: The loop

    private func prepare() {
        let context = TransportContext()
        context.enter(on: loop)
        self.context = context
    }

    private func service(_ ready: [UInt64]) -> NanosecondCount {
        guard let context else { return TickRounds<Call>.idle }
        context.read(ready)
        let now = MonotonicInstant.now()
        for place in surroundings.roused { rounds.rouse(place) }
        surroundings.roused.removeAll(keepingCapacity: true)
        rounds.look(at: now, isAwake: !ready.isEmpty)
        if isSettingUp, now >= nextSetup { tickSetups(now) }
        if now >= nextPost {
            post.deliver()
            nextPost = now.advanced(by: Self.postInterval)
        }
        var next = rounds.next
        if !post.isEmpty { next = min(next, nextPost) }
        if isSettingUp { next = min(next, nextSetup) }
        return next.since(now)
    }

    private func tickSetups(_ now: MonotonicInstant) {
        isSettingUp = false
        for call in calls.values where call.isSettingUp {
            call.tick(now)
            isSettingUp = true
        }
        nextSetup = now.advanced(by: Self.setupTick)
    }

    private func finish() {
        for call in calls.values { call.close(.shutdown, now: .now()) }
        calls = [:]
        rounds = TickRounds()
        context = nil
    }

    // MARK: Calls

    func open(
        _ key: CallKey, room: RoomID, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) throws(RelayError) {
        guard let context else { throw RelayError(.unavailable, "the relay is shutting down") }
        let clock = CallClock(policy: policy, mediaSeconds: mediaSeconds, horizon: horizon)
        let call = Call(
            room: room, clock: clock, context: context, post: post, surroundings: surroundings,
            events: events)
        calls[key] = call
        rounds.add(call)
    }

    func offer(_ sdp: String, from user: UserID, in key: CallKey) throws(RelayError) -> String {
        let answer = try call(key).offer(sdp, from: user, now: .now())
        rounds.wake()
        isSettingUp = true
        nextSetup = .now()
        return answer
    }

    func add(_ candidate: CandidateMessage, from user: UserID, in key: CallKey) throws(RelayError) {
        try call(key).add(candidate, from: user)
    }

    func leave(_ user: UserID, _ key: CallKey) { calls[key]?.leave(user, now: .now()) }

    func extendHorizon(to seconds: Int, in key: CallKey) -> ClockStatus? {
        calls[key]?.extendHorizon(to: seconds, now: .now())
    }

    func clock(of key: CallKey) -> ClockStatus? { calls[key]?.clock(at: .now()) }

    func close(_ key: CallKey) -> ClosedCall? {
        guard let call = calls.removeValue(forKey: key) else { return nil }
        rounds.remove(call)
        return call.close(nil, now: .now())
    }

    func metrics() -> RelayMetrics {
        var sum = surroundings.metrics
        for call in calls.values {
            sum.callsActive += 1
            sum.participants += call.connectedPeers
        }
        return sum
    }

    private func call(_ key: CallKey) throws(RelayError) -> Call {
        guard let call = calls[key] else { throw RelayError(.notFound, "the call has ended") }
        return call
    }
}

/// What every call of a worker shares.
final class Surroundings {
    /// What was counted in all calls: one place that every packet finds in the processor's cache.
    var metrics = RelayMetrics()
    /// Places of calls in which something waits to be done at their next look (``TickRounds``).
    var roused: [Int] = []
    let certificate: Certificate
    let transport: TransportConfiguration
    let logger: Logger

    init(certificate: Certificate, transport: TransportConfiguration, logger: Logger) {
        self.certificate = certificate
        self.transport = transport
        self.logger = logger
    }
}
