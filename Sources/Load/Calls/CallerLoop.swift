package import RTP
package import Transport

/// Names a caller within its loop.
package struct CallerKey: Sendable, Hashable {
    let index: Int
}

/// A thread of callers: an actor whose executor is an epoll loop of the transport. Both callers of a room live on the same one.
package actor CallerLoop {
    nonisolated let loop: EventLoop
    private let certificate: Certificate
    private let configuration: TransportConfiguration
    private let clip: MediaClip
    private let burst = PacketBuffers()
    private var context: TransportContext?
    private var callers: [Caller] = []
    private var countsFrom = MonotonicInstant(nanoseconds: .max)
    private var isPaused = false
    private var nextTick = MonotonicInstant(nanoseconds: 0)

    /// DTLS, consent and reports are looked at this often; more often while a path is being set up.
    private static let tick = NanosecondCount.milliseconds(10)
    private static let setupTick = NanosecondCount.milliseconds(2)

    /// The thread that its callers live on.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A loop that has not started.
    ///
    /// - Throws: `SystemError` where the kernel refuses.
    package init(
        index: Int, certificate: Certificate, configuration: TransportConfiguration, clip: MediaClip
    ) throws(SystemError) {
        loop = try EventLoop(name: "load-\(index)")
        self.certificate = certificate
        self.configuration = configuration
        self.clip = clip
    }

    /// Starts the thread; `shutdown` ends it.
    package nonisolated func start() throws(SystemError) {
        try loop.start(
            prepare: { self.assumeIsolated { $0.prepare() } },
            service: { ready in self.assumeIsolated { $0.service(ready) } },
            finish: { self.assumeIsolated { $0.finish() } })
    }

    /// Closes all paths and ends the thread.
    package nonisolated func shutdown() async { await loop.shutdown() }

    // MARK: The loop

    private func prepare() {
        let context = TransportContext()
        context.enter(on: loop)
        self.context = context
    }

    private func service(_ ready: [UInt64]) -> NanosecondCount {
        guard let context else { return Self.tick }
        context.read(ready)
        var now = MonotonicInstant.now()
        if now >= nextTick {
            let isSettingUp = tick(now)
            nextTick = now.advanced(by: isSettingUp ? Self.setupTick : Self.tick)
        }
        var next = nextTick
        if !isPaused {
            now = .now()
            for caller in callers {
                if let due = caller.send(now, burst), due < next { next = due }
            }
        }
        return next.since(.now())
    }

    /// - Returns: whether a path is being set up.
    private func tick(_ now: MonotonicInstant) -> Bool {
        var isSettingUp = false
        for caller in callers {
            caller.report(now)
            if caller.isSettingUp { isSettingUp = true }
            caller.transport?.tick(now)
            if let waiter = caller.waiter, now >= waiter.deadline { caller.fail("no path came up in time") }
        }
        return isSettingUp
    }

    private func finish() {
        for caller in callers { caller.close() }
        callers = []
        context = nil
    }

    // MARK: Callers

    /// Makes a caller and its offer.
    ///
    /// - Parameter startedAt: when its set-up began.
    /// - Throws: `LoadError` where no path can be made.
    package func open(
        room: Int, seat: CallerSeat, startedAt: MonotonicInstant
    ) throws(LoadError) -> (caller: CallerKey, offer: String) {
        guard let context else { throw LoadError("the loop has ended") }
        let caller = Caller(room: room, seat: seat, clip: clip, startedAt: startedAt)
        do {
            caller.transport = try PeerTransport(
                context: context, certificate: certificate, configuration: configuration, controlling: true,
                delegate: caller, now: .now())
        } catch {
            throw LoadError(error.message)
        }
        guard let transport = caller.transport, let credentials = transport.localCredentials else {
            throw LoadError("libnice gives no credentials")
        }
        caller.countsFrom = countsFrom
        callers.append(caller)
        let offer = CallerDescription.offer(
            .init(
                ufrag: credentials.ufrag, password: credentials.password, fingerprint: certificate.sha256,
                candidates: transport.candidates, voice: caller.senders[0].ssrc,
                picture: caller.senders.count > 1 ? caller.senders[1].ssrc : nil,
                cname: caller.cname))
        return (CallerKey(index: callers.count - 1), offer)
    }

    /// Takes the server's answer and begins to connect.
    ///
    /// - Throws: `LoadError` where it cannot be used.
    package func accept(_ answer: String, for key: CallerKey) throws(LoadError) {
        guard let caller = caller(key), let transport = caller.transport else { return }
        let answer = try CallerDescription.read(answer: answer, wantsPicture: caller.seen != nil)
        caller.answeredAt = .now()
        do {
            try transport.connect(to: answer.peer)
        } catch {
            throw LoadError(error.message)
        }
        for candidate in answer.candidates { transport.addRemoteCandidate(candidate) }
        nextTick = .now()
    }

    /// Takes a candidate of the server; an empty one says that there are no more.
    package func add(_ candidate: String, for key: CallerKey) {
        guard let transport = caller(key)?.transport else { return }
        if candidate.isEmpty { transport.remoteCandidatesDone() } else { transport.addRemoteCandidate(candidate) }
        nextTick = .now()
    }

    /// Waits until the path is there, it has failed, or the time is up.
    package func isConnected(_ key: CallerKey, within limit: NanosecondCount) async -> Bool {
        guard let caller = caller(key) else { return false }
        if caller.connectedAt != nil { return true }
        if caller.failure != nil { return false }
        return await withCheckedContinuation {
            caller.settle(false)
            caller.waiter = ($0, MonotonicInstant.now().advanced(by: limit))
        }
    }

    /// Ends a caller's path.
    package func close(_ key: CallerKey) { caller(key)?.close() }

    private func caller(_ key: CallerKey) -> Caller? {
        callers.indices.contains(key.index) ? callers[key.index] : nil
    }

    // MARK: Measuring

    /// Stops all sending, so that what is under way arrives and both sides' counters come to rest.
    package func pause() -> MonotonicInstant {
        isPaused = true
        return .now()
    }

    /// Sends again.
    package func resume() {
        let now = MonotonicInstant.now()
        for caller in callers { caller.resume(now) }
        isPaused = false
    }

    /// Says from when on packets count.
    package func count(from start: MonotonicInstant) {
        countsFrom = start
        for caller in callers { caller.countsFrom = start }
    }

    /// Sums over all callers as they stand.
    package func totals() -> LoadTotals {
        var totals = LoadTotals()
        for caller in callers { totals.add(caller) }
        return totals
    }

    /// What became of each caller.
    package func results() -> [CallerResult] { callers.map { CallerResult($0) } }
}

/// Room for the packets of a frame that leave together, and for what the cipher adds to each.
final class PacketBuffers {
    /// Packets at once.
    static let count = 16
    private static let slot = MediaClip.packetLimit + mediaCipherRoom
    private let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * slot, alignment: 16)

    deinit { bytes.deallocate() }

    subscript(index: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: bytes + index * Self.slot, count: Self.slot)
    }
}
