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
    private var nextTick = MonotonicInstant(nanoseconds: 0)
    private var nextIteration = MonotonicInstant(nanoseconds: 0)
    private var finishedCalls = RelayMetrics()

    /// Calls look at the time this often; more often while a path is being set up.
    private static let tick = NanosecondCount.milliseconds(10)
    /// libnice's timers are iterated this often while nobody connects.
    private static let iteration = NanosecondCount.milliseconds(50)
    private static let setupTick = NanosecondCount.milliseconds(4)
    private static let idleTick = NanosecondCount.milliseconds(500)

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        index: Int, certificate: Certificate, transport: TransportConfiguration, logger: Logger
    ) throws(SystemError) {
        loop = try EventLoop(name: "relay-\(index)")
        surroundings = Surroundings(certificate: certificate, transport: transport, logger: logger)
    }

    nonisolated func start() throws(SystemError) {
        try loop.start(
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
        guard let context else { return Self.idleTick }
        if context.read(ready) { context.iterate() }
        let now = MonotonicInstant.now()
        guard now >= nextTick else { return nextTick.since(now) }
        var settingUp = false
        var idle = true
        for call in calls.values {
            call.tick(now)
            if call.isSettingUp { settingUp = true }
            if !call.isEmpty { idle = false }
        }
        // libnice looks at the sockets of all its agents: seldom, where nobody is on the way in.
        if settingUp || now >= nextIteration {
            context.iterate()
            nextIteration = now.advanced(by: Self.iteration)
        }
        nextTick = now.advanced(by: settingUp ? Self.setupTick : idle ? Self.idleTick : Self.tick)
        return nextTick.since(now)
    }

    private func finish() {
        for call in calls.values { call.close(.shutdown, now: .now()) }
        calls = [:]
        context = nil
    }

    // MARK: Calls

    func open(
        _ key: CallKey, room: RoomID, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) throws(RelayError) {
        guard let context else { throw RelayError(.unavailable, "the relay is shutting down") }
        let clock = CallClock(policy: policy, mediaSeconds: mediaSeconds, horizon: horizon)
        calls[key] = Call(
            room: room, clock: clock, context: context, loop: loop, surroundings: surroundings, events: events)
    }

    func offer(_ sdp: String, from user: UserID, in key: CallKey) throws(RelayError) -> String {
        let answer = try call(key).offer(sdp, from: user, now: .now())
        nextTick = .now()
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
        let closed = call.close(nil, now: .now())
        finishedCalls.add(call.metrics)
        return closed
    }

    func metrics() -> RelayMetrics {
        var sum = finishedCalls
        for call in calls.values {
            sum.add(call.metrics)
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
struct Surroundings {
    let certificate: Certificate
    let transport: TransportConfiguration
    let logger: Logger
}
