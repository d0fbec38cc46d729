public import RTP

/// What a peer transport tells its owner, on the owner's thread. Packets are decrypted and lie in the transport's buffer
/// until the call returns; the owner may change them in place and send them on through another transport.
public protocol PeerTransportDelegate: AnyObject {
    /// The path came up, went down or failed; `connected` again where the peer moved to another address.
    func transport(_ transport: PeerTransport, entered state: PeerTransport.State)
    /// A local candidate (`candidate:…`) found after the answer; nil when there will be no more.
    func transport(_ transport: PeerTransport, found candidate: String?)
    /// An RTP packet of `length` bytes at the start of `buffer`.
    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int)
    /// A compound RTCP packet likewise.
    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int)
    /// The agent's sockets changed; `descriptors` are to be watched.
    func transport(_ transport: PeerTransport, watches descriptors: [Int32])
}

/// Local settings of every transport of a relay.
public struct TransportConfiguration: Sendable {
    /// Addresses candidates are made on.
    public var addresses: [String]
    /// Ports of candidates.
    public var ports: ClosedRange<UInt16>
    /// Numeric address and port of a STUN server that tells our public address.
    public var stunServer: (address: String, port: UInt16)?

    /// Settings of transports.
    public init(
        addresses: [String], ports: ClosedRange<UInt16>, stunServer: (address: String, port: UInt16)? = nil
    ) {
        self.addresses = addresses
        self.ports = ports
        self.stunServer = stunServer
    }
}

/// What the peer's session description says about the path.
public struct PeerParameters: Sendable, Equatable {
    /// The peer's ICE user fragment.
    public var ufrag: String
    /// The peer's ICE password (RFC 8445 §5.3).
    public var password: String
    /// Fingerprints of the peer's certificate.
    public var fingerprints: [PeerFingerprint]
    /// Our side of the DTLS handshake.
    public var role: DTLSRole

    /// What a session description says.
    public init(ufrag: String, password: String, fingerprints: [PeerFingerprint], role: DTLSRole) {
        self.ufrag = ufrag
        self.password = password
        self.fingerprints = fingerprints
        self.role = role
    }
}

/// One encrypted path to one peer: ICE, DTLS over the validated pair, SRTP with the keys DTLS gave.
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

    /// How far the path has come.
    public private(set) var state = State.connecting
    /// Local candidates known so far, `candidate:…`.
    public private(set) var candidates: [String] = []
    /// Whether all local candidates are known.
    public private(set) var gatheringDone = false
    /// The agreed profile, once connected.
    public private(set) var profile: SRTPProfile?
    /// Packets that were malformed or failed authentication.
    public private(set) var rejected: UInt64 = 0
    /// When something authentic last arrived.
    public private(set) var lastArrival: MonotonicInstant

    private weak var delegate: (any PeerTransportDelegate)?
    private let agent: ICEAgent
    private let certificate: Certificate
    private var dtls: DTLSEndpoint?
    private let buffer: UnsafeMutableRawBufferPointer
    private var cipher: (any MediaCipher)?
    private var validated = false
    /// Handshake datagrams that came before ICE reported the pair they came over.
    private var early: [[UInt8]] = []
    private var remoteCandidates = 0

    /// Larger datagrams are no media of ours.
    private static let datagramLimit = 2048
    /// RFC 8445 §5.1.3 lets an agent limit the candidates; browsers gather a dozen.
    private static let remoteCandidateLimit = 64
    private static let earlyLimit = 4

    /// Makes the agent and gathers host candidates.
    ///
    /// - Parameter controlling: we decide on the pair: the side that offered, or any side whose peer is ICE-lite (RFC 8445 §6.1.1).
    /// - Throws: `TransportError` where no candidate can be made or a library refuses.
    public init(
        context: ICEContext, certificate: Certificate, configuration: TransportConfiguration, controlling: Bool,
        delegate: any PeerTransportDelegate, now: MonotonicInstant
    ) throws(TransportError) {
        self.certificate = certificate
        agent = try ICEAgent(
            context: context, addresses: configuration.addresses, ports: configuration.ports, controlling: controlling,
            stunServer: configuration.stunServer)
        buffer = .allocate(byteCount: Self.datagramLimit + mediaCipherRoom, alignment: 16)
        self.delegate = delegate
        lastArrival = now
        agent.delegate = self
        try agent.gather()
        announceDescriptors()
    }

    deinit { buffer.deallocate() }

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
        guard agent.restart(), agent.setRemote(.init(ufrag: ufrag, password: password)) else { return false }
        if case .interrupted = state, cipher == nil { enter(.connecting) }
        return true
    }

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
        flush()
        cipher = nil
        state = .closed
    }

    /// Runs the timers of ICE and DTLS.
    public func tick(_ now: MonotonicInstant = .now()) {
        agent.tick(now)
        guard validated, state == .connecting else { return }
        dtls?.tick()
        flush()
        followDTLS()
    }

    // MARK: Media

    /// Encrypts the RTP packet at the start of `buffer` in place and sends it.
    ///
    /// - Parameter buffer: has `mediaCipherRoom` bytes to spare after `length`.
    /// - Returns: whether it went out.
    public func sendRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> Bool {
        guard let cipher, case .done(let size) = cipher.protectRTP(buffer, length: length) else { return false }
        return agent.send(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
    }

    /// Encrypts a compound RTCP packet and sends it.
    public func sendRTCP(_ packet: [UInt8]) -> Bool {
        guard let cipher else { return false }
        return withUnsafeTemporaryAllocation(byteCount: packet.count + mediaCipherRoom, alignment: 8) { buffer in
            buffer.copyBytes(from: packet)
            guard case .done(let size) = cipher.protectRTCP(buffer, length: packet.count) else { return false }
            return agent.send(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
        }
    }

    private func received(_ datagram: UnsafeRawBufferPointer) {
        guard datagram.count <= Self.datagramLimit else { return rejected &+= 1 }
        switch PacketKind(classifying: datagram.bytes) {
        case .dtls: receivedHandshake(datagram)
        case .rtp:
            guard let cipher else { return }
            buffer.copyMemory(from: datagram)
            guard case .done(let length) = cipher.unprotectRTP(buffer, length: datagram.count) else {
                return rejected &+= 1
            }
            lastArrival = .now()
            delegate?.transport(self, receivedRTP: buffer, length: length)
        case .rtcp:
            guard let cipher else { return }
            buffer.copyMemory(from: datagram)
            guard case .done(let length) = cipher.unprotectRTCP(buffer, length: datagram.count) else {
                return rejected &+= 1
            }
            lastArrival = .now()
            delegate?.transport(self, receivedRTCP: buffer, length: length)
        case .stun, .turnChannel, .unknown: rejected &+= 1
        }
    }

    // MARK: DTLS

    private func receivedHandshake(_ datagram: UnsafeRawBufferPointer) {
        guard validated, let dtls else {
            if early.count < Self.earlyLimit { early.append([UInt8](datagram)) }
            return
        }
        dtls.receive(datagram)
        flush()
        followDTLS()
    }

    private func flush() { dtls?.drain { _ = agent.send($0) } }

    private func followDTLS() {
        guard let dtls else { return }
        switch dtls.state {
        case .handshaking: break
        case .established:
            guard state == .connecting, let keys = dtls.keys else { return }
            do {
                cipher = try LibSRTP(keys)
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

    private var isAlive: Bool {
        switch state {
        case .connecting, .connected, .interrupted: true
        case .failed, .closed: false
        }
    }

    private func announceDescriptors() { delegate?.transport(self, watches: agent.descriptors) }
}

extension PeerTransport: ICEAgentDelegate {
    func agent(found candidate: String) {
        candidates.append(candidate)
        delegate?.transport(self, found: candidate)
    }

    func agentGatheringDone() {
        gatheringDone = true
        delegate?.transport(self, found: nil)
        announceDescriptors()
    }

    func agent(entered state: ICEState) {
        announceDescriptors()
        switch state {
        case .gathering, .connecting: break
        case .connected:
            if cipher != nil { enter(.connected) }
            guard !validated, let dtls else { return }
            validated = true
            dtls.start()
            for datagram in early { datagram.withUnsafeBytes(dtls.receive) }
            early = []
            flush()
            followDTLS()
        case .failed: enter(.interrupted("ICE found no working path, or the peer stopped consenting (RFC 7675)"))
        }
    }

    func agentMoved() {
        // Said again: what was sent to the old address is lost, and pictures have to begin anew.
        if state == .connected { delegate?.transport(self, entered: .connected) }
    }

    func agent(received datagram: UnsafeRawBufferPointer) { received(datagram) }
}
