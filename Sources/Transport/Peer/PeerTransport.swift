public import RTP

/// One encrypted path to one peer: ICE, DTLS over the validated pair, SRTP with the keys DTLS gave.
///
/// libnice finds the pair. Where it is plain UDP, a socket of our own takes it over (`DirectPath`), until libnice finds another one or
/// is restarted; over TCP and TURN libnice carries everything.
///
/// connecting ─ICE pair─► (handshake) ─fingerprint verified─► connected ─► failed | closed; while ICE has no pair,
/// interrupted, which a restart of ICE leaves again. A restart over a working pair does not leave `connected`.
/// No media passes in either direction before the first `connected`. Confined to its worker's thread.
public final class PeerTransport {
    /// How far the path has come.
    public enum State: Equatable, Sendable {
        /// ICE or DTLS is under way.
        case connecting
        /// SRTP keys are in place.
        case connected
        /// ICE lost its pair or found none; a restart of ICE may bring it back.
        case interrupted(String)
        /// DTLS failed: it will not carry anything again; says why.
        case failed(String)
        /// Either side closed it.
        case closed
    }

    // What every packet meets comes first, and lies together.

    /// Whether the state is `connected`; for who asks for each packet.
    public private(set) var isConnected = false
    /// Not weak: a weak reference gives its object a side table, and every retain of it then takes the long way. Whoever is the delegate
    /// says so when it goes (``detach()``).
    unowned(unsafe) var delegate: (any PeerTransportDelegate)?
    var cipher: (any MediaCipher)?
    var direct: DirectPath?
    /// Packets that were malformed or failed authentication.
    public internal(set) var rejected: UInt64 = 0
    /// Forwarded packets that the socket did not take.
    public internal(set) var unsent: UInt64 = 0
    /// When something authentic last arrived.
    public internal(set) var lastArrival: MonotonicInstant

    /// How far the path has come.
    public private(set) var state = State.connecting {
        didSet { isConnected = state == .connected }
    }
    /// Local candidates known so far, `candidate:…`.
    public private(set) var candidates: [String] = []
    /// Whether all local candidates are known.
    public private(set) var gatheringDone = false
    /// The agreed profile, once connected.
    public private(set) var profile: SRTPProfile?

    let context: TransportContext
    let agent: ICEAgent
    private let certificate: Certificate
    private var dtls: DTLSEndpoint?
    /// The descriptor of libnice's that the direct path lies beside.
    var directBeside: Int32 = -1
    var place: Int?
    /// Where packets of this peer look.
    var memory = PacketMemory()
    private var libraryPlace: Int?
    private var nextIteration = MonotonicInstant(nanoseconds: 0)
    private var nextLook = MonotonicInstant(nanoseconds: 0)
    private var validated = false
    /// Until when a round of checks that a restart began counts as under way.
    private var checksEnd: MonotonicInstant?
    /// Handshake datagrams that came before ICE reported the pair they came over.
    private var early: [[UInt8]] = []
    private var remoteCandidates = 0

    /// RFC 8445 §5.1.3 lets an agent limit the candidates; browsers gather a dozen.
    private static let remoteCandidateLimit = 64
    private static let earlyLimit = 4
    private static let checking = NanosecondCount.seconds(5)
    /// libnice's timers are looked at this often while it checks nothing: it carries the media, or only waits for another pair.
    private static let iteration = (carrying: NanosecondCount.milliseconds(200), waiting: NanosecondCount.seconds(1))
    /// Consent and timers are looked at this often once the path is there.
    private static let look = NanosecondCount.milliseconds(50)
    private static let check = NanosecondCount.milliseconds(5)

    /// Makes the agent and gathers host candidates.
    ///
    /// - Parameter controlling: we decide on the pair: the side that offered, or any side whose peer is ICE-lite (RFC 8445 §6.1.1).
    /// - Throws: `TransportError` where no candidate can be made or a library refuses.
    public init(
        context: TransportContext, certificate: Certificate, configuration: TransportConfiguration, controlling: Bool,
        delegate: any PeerTransportDelegate, now: MonotonicInstant
    ) throws(TransportError) {
        self.context = context
        self.certificate = certificate
        agent = try ICEAgent(
            addresses: configuration.addresses, ports: configuration.ports, controlling: controlling,
            stunServer: configuration.stunServer)
        self.delegate = delegate
        lastArrival = now
        agent.delegate = self
        try agent.gather()
        watchLibrary()
    }

    deinit {
        agent.delegate = nil
        leaveDirectPath()
        if let libraryPlace { context.forget(libraryPlace) }
    }

    /// The delegate goes, and is told nothing more.
    public func detach() { delegate = nil }

    // MARK: Signaling

    /// Our ICE user fragment and password.
    public var localCredentials: (ufrag: String, password: String)? {
        agent.localCredentials.map { ($0.ufrag, $0.password) }
    }

    /// Starts connecting to the peer that a session description names. Once for each transport; later credentials come by `restart`.
    ///
    /// - Throws: `TransportError` where a library refuses.
    public func connect(to peer: PeerParameters) throws(TransportError) {
        dtls = try DTLSEndpoint(certificate: certificate, role: peer.role, expected: peer.fingerprints)
        guard agent.setRemote(.init(ufrag: peer.ufrag, password: peer.password)) else {
            throw TransportError("libnice refuses the peer's ICE credentials")
        }
    }

    /// Restarts ICE with the peer's new credentials; media goes on over the old pair until a new one is found.
    ///
    /// - Returns: false where libnice refuses.
    public func restart(ufrag: String, password: String) -> Bool {
        remoteCandidates = 0
        // libnice must see every check of the new round, also one from the old address.
        leaveDirectPath()
        guard agent.restart(), agent.setRemote(.init(ufrag: ufrag, password: password)) else { return false }
        if case .interrupted = state, cipher == nil { enter(.connecting) }
        checksEnd = MonotonicInstant.now().advanced(by: Self.checking)
        return true
    }

    /// Whether libnice checks pairs, and its timers matter.
    public var isConnecting: Bool { state == .connecting || checksEnd != nil }

    /// Adds a candidate of the peer (`candidate:…`). One that ICE cannot use, such as an mDNS name, is ignored: the peer is
    /// found by its own checks (RFC 8445 §7.3.1.3).
    public func addRemoteCandidate(_ candidate: String) {
        guard remoteCandidates < Self.remoteCandidateLimit else { return }
        remoteCandidates += 1
        _ = agent.addRemote(candidate)
    }

    /// The peer has no further candidates.
    public func remoteCandidatesDone() { agent.remoteCandidatesDone() }

    /// Says goodbye over DTLS and ends the path.
    public func close() {
        guard isAlive else { return }
        dtls?.close()
        flushHandshake()
        leaveDirectPath()
        cipher = nil
        state = .closed
    }

    /// Runs the timers of ICE, DTLS and consent.
    public func tick(_ now: MonotonicInstant) {
        guard isConnecting || now >= nextLook else { return }
        nextLook = now.advanced(by: Self.look)
        if isConnecting || now >= nextIteration {
            agent.iterate()
            nextIteration = now.advanced(by: direct == nil ? Self.iteration.carrying : Self.iteration.waiting)
        }
        agent.tick(now)
        if let end = checksEnd, now >= end { checksEnd = nil }
        if let direct, !direct.tick(now) {
            leaveDirectPath()
            enter(.interrupted("the peer stopped consenting (RFC 7675)"))
        }
        guard validated, state == .connecting else { return }
        dtls?.tick()
        flushHandshake()
        followDTLS()
    }

    // MARK: DTLS

    func receivedHandshake(_ datagram: UnsafeRawBufferPointer) {
        guard validated, let dtls else {
            if early.count < Self.earlyLimit { early.append([UInt8](datagram)) }
            return
        }
        dtls.receive(datagram)
        flushHandshake()
        followDTLS()
    }

    private func flushHandshake() { dtls?.drain { _ = transmit($0) } }

    private func followDTLS() {
        guard let dtls else { return }
        switch dtls.state {
        case .handshaking: break
        case .established:
            guard state == .connecting, let keys = dtls.keys else { return }
            do {
                cipher = try makeMediaCipher(keys)
                profile = keys.profile
                enter(.connected)
            } catch {
                enter(.failed(error.message))
            }
        case .closed: enter(.closed)
        case .failed(let reason): enter(.failed(reason))
        }
    }

    private func enter(_ next: State) {
        guard next != state, isAlive else { return }
        state = next
        switch next {
        case .connecting, .connected, .interrupted: break
        case .failed, .closed: cipher = nil
        }
        delegate?.transport(self, entered: next)
    }

    var isAlive: Bool {
        switch state {
        case .connecting, .connected, .interrupted: true
        case .failed, .closed: false
        }
    }

    /// Has libnice's sockets watched; they come and go.
    private func watchLibrary() {
        libraryPlace = context.watch(agent.descriptors, of: self, at: libraryPlace)
    }

    /// One of libnice's sockets has something.
    func readLibrary() {
        agent.iterate()
        // What was read may have libnice check a pair.
        nextIteration = min(nextIteration, MonotonicInstant.now().advanced(by: Self.check))
        nextLook = min(nextLook, nextIteration)
    }
}

extension PeerTransport: ICEAgentDelegate {
    func agent(found candidate: String) {
        candidates.append(candidate)
        delegate?.transport(self, found: candidate)
    }

    func agentGatheringDone() {
        gatheringDone = true
        delegate?.transport(self, found: nil)
        watchLibrary()
    }

    func agent(entered state: ICEState) {
        watchLibrary()
        switch state {
        case .gathering, .connecting: break
        case .connected:
            if cipher != nil { enter(.connected) }
            guard !validated, let dtls else { return }
            validated = true
            dtls.start()
            for datagram in early { datagram.withUnsafeBytes(dtls.receive) }
            early = []
            flushHandshake()
            followDTLS()
        case .failed:
            // A pair that has its own socket fails when its own consent ends.
            if direct == nil {
                enter(.interrupted("ICE found no working path, or the peer stopped consenting (RFC 7675)"))
            }
        }
    }

    func agentSelectedPair() {
        checksEnd = nil
        followSelectedPair()
    }

    func agentMoved() {
        // Said again: what was sent to the old address is lost, and pictures have to begin anew.
        if state == .connected { delegate?.transport(self, entered: .connected) }
    }

    func agent(received datagram: UnsafeRawBufferPointer) { receivedByLibnice(datagram) }
}
