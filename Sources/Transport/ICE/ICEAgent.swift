import CNice

import RTP

/// What an ICE agent tells its owner, on the owner's thread.
protocol ICEAgentDelegate: AnyObject {
    /// A local candidate, as the value of an `a=candidate` line (`candidate:…`).
    func agent(found candidate: String)
    /// No further local candidates.
    func agentGatheringDone()
    /// The component's state changed.
    func agent(entered state: ICEState)
    /// A pair is selected for good, or another one than before.
    func agentSelectedPair()
    /// Another pair is used from now on than the one before.
    func agentMoved()
    /// A datagram that is not STUN arrived from a validated remote candidate.
    func agent(received datagram: UnsafeRawBufferPointer)
}

/// The states of RFC 8445 that matter to what is above ICE.
enum ICEState {
    case gathering
    case connecting
    /// A pair is validated: data may flow.
    case connected
    case failed
}

/// One ICE agent with one stream of one component (BUNDLE and rtcp-mux make it enough), by libnice. RFC 8445, RFC 8838, RFC 6544.
final class ICEAgent {
    /// Short-term credentials (RFC 8445 §5.3).
    struct Credentials: Equatable {
        var ufrag: String
        var password: String
    }

    /// Owns the agent; lets go before it goes.
    unowned var delegate: (any ICEAgentDelegate)?
    /// The GLib main context of this agent alone: an iteration looks at every socket of every agent that shares one, a millisecond with
    /// two hundred of them.
    private let context: OpaquePointer
    private let agent: OpaquePointer
    private let stream: UInt32
    private static let component: UInt32 = 1
    private static let turns = 16
    /// Milliseconds until a check is repeated for the first time.
    private static let firstTimeout: UInt32 = 100
    /// Milliseconds from check to check: the least that RFC 8445 §14.2 allows. libnice's 20 would be most of a call's set-up.
    private static let pacing: UInt32 = 5
    /// When the peer may move to another pair without a better priority; nil where it may, or nothing is selected.
    private var opensAt: MonotonicInstant?
    private var isOpening = false
    /// The addresses of the selected pair.
    private var selected: (local: NiceAddress, remote: NiceAddress)?
    private let controlling: Bool
    /// Aggressive nomination (RFC 5245 §8.1.1.2) names several pairs in its first round trips, and means the best of them.
    private static let settling = NanosecondCount.seconds(1)

    /// Belongs to the calling thread.
    ///
    /// - Parameters:
    ///   - addresses: local addresses candidates are made on.
    ///   - ports: local ports.
    ///   - controlling: only where the peer is ICE-lite (RFC 8445 §6.1.1); the offerer controls otherwise.
    ///   - stunServer: numeric address and port of a STUN server, if server-reflexive candidates are wanted.
    init(
        addresses: [String], ports: ClosedRange<UInt16>, controlling: Bool,
        stunServer: (address: String, port: UInt16)?
    ) throws(TransportError) {
        context = g_main_context_new()
        g_main_context_acquire(context)
        guard let agent = cn_agent_new(context, 1, Self.firstTimeout, Self.pacing) else {
            Self.free(context)
            throw TransportError("nice_agent_new_full failed")
        }
        self.agent = agent
        self.controlling = controlling
        if controlling { cn_agent_set_controlling(agent, 1) }
        if let stunServer { cn_agent_set_stun_server(agent, stunServer.address, UInt32(stunServer.port)) }
        for text in addresses {
            var address = NiceAddress()
            nice_address_init(&address)
            guard nice_address_set_from_string(&address, text) != 0 else { continue }
            nice_agent_add_local_address(agent, &address)
        }
        stream = nice_agent_add_stream(agent, Self.component)
        guard stream != 0 else {
            cn_unref(UnsafeMutableRawPointer(agent))
            Self.free(context)
            throw TransportError("nice_agent_add_stream failed")
        }
        nice_agent_set_port_range(agent, stream, Self.component, UInt32(ports.lowerBound), UInt32(ports.upperBound))
        let me = Unmanaged.passUnretained(self).toOpaque()
        cn_connect(
            UnsafeMutableRawPointer(agent), "new-candidate-full",
            unsafeBitCast(Self.onCandidate, to: (@convention(c) () -> Void).self), me)
        cn_connect(
            UnsafeMutableRawPointer(agent), "candidate-gathering-done",
            unsafeBitCast(Self.onGathered, to: (@convention(c) () -> Void).self), me)
        cn_connect(
            UnsafeMutableRawPointer(agent), "component-state-changed",
            unsafeBitCast(Self.onState, to: (@convention(c) () -> Void).self), me)
        cn_connect(
            UnsafeMutableRawPointer(agent), "new-selected-pair-full",
            unsafeBitCast(Self.onSelected, to: (@convention(c) () -> Void).self), me)
        guard
            nice_agent_attach_recv(
                agent, stream, Self.component, context,
                { _, _, _, length, bytes, me in
                    guard let me, let bytes else { return }
                    Unmanaged<ICEAgent>.fromOpaque(me).takeUnretainedValue().delegate?.agent(
                        received: UnsafeRawBufferPointer(start: bytes, count: Int(length)))
                }, me) != 0
        else { throw TransportError("nice_agent_attach_recv failed") }
    }

    deinit {
        cn_disconnect_all(UnsafeMutableRawPointer(agent), Unmanaged.passUnretained(self).toOpaque())
        nice_agent_attach_recv(agent, stream, Self.component, context, nil, nil)
        nice_agent_remove_stream(agent, stream)
        cn_unref(UnsafeMutableRawPointer(agent))
        Self.free(context)
    }

    private static func free(_ context: OpaquePointer?) {
        g_main_context_release(context)
        g_main_context_unref(context)
    }

    /// Runs the timers that are due and reads what has arrived, without waiting.
    func iterate() {
        // Each turn reads a part of what lies in a socket.
        for _ in 0..<Self.turns where g_main_context_iteration(context, 0) == 0 { return }
    }

    private static let onCandidate:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<NiceCandidate>?, UnsafeMutableRawPointer?
        ) -> Void = { _, candidate, me in
            guard let me, let candidate else { return }
            let agent = Unmanaged<ICEAgent>.fromOpaque(me).takeUnretainedValue()
            guard let line = nice_agent_generate_local_candidate_sdp(agent.agent, candidate) else { return }
            defer { g_free(line) }
            let text = String(cString: line)
            agent.delegate?.agent(found: text.hasPrefix("a=") ? String(text.dropFirst(2)) : text)
        }

    private static let onGathered: @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafeMutableRawPointer?) -> Void =
        {
            _, _, me in
            guard let me else { return }
            Unmanaged<ICEAgent>.fromOpaque(me).takeUnretainedValue().delegate?.agentGatheringDone()
        }

    private static let onState:
        @convention(c) (UnsafeMutableRawPointer?, UInt32, UInt32, UInt32, UnsafeMutableRawPointer?) -> Void = {
            _, _, _, state, me in
            guard let me else { return }
            let delegate = Unmanaged<ICEAgent>.fromOpaque(me).takeUnretainedValue().delegate
            switch NiceComponentState(rawValue: state) {
            case NICE_COMPONENT_STATE_GATHERING: delegate?.agent(entered: .gathering)
            case NICE_COMPONENT_STATE_CONNECTING: delegate?.agent(entered: .connecting)
            case NICE_COMPONENT_STATE_CONNECTED: delegate?.agent(entered: .connected)
            case NICE_COMPONENT_STATE_READY:
                delegate?.agentSelectedPair()
                delegate?.agent(entered: .connected)
            case NICE_COMPONENT_STATE_FAILED: delegate?.agent(entered: .failed)
            default: break
            }
        }

    private static let onSelected:
        @convention(c) (
            UnsafeMutableRawPointer?, UInt32, UInt32, UnsafeMutablePointer<NiceCandidate>?,
            UnsafeMutablePointer<NiceCandidate>?, UnsafeMutableRawPointer?
        ) -> Void = { _, _, _, local, remote, me in
            guard let me, let local, let remote else { return }
            let agent = Unmanaged<ICEAgent>.fromOpaque(me).takeUnretainedValue()
            guard !agent.isOpening else { return }
            if !agent.controlling { agent.opensAt = .now().advanced(by: settling) }
            let before = agent.selected
            agent.selected = (local.pointee.addr, remote.pointee.addr)
            if nice_agent_get_component_state(agent.agent, agent.stream, component) == NICE_COMPONENT_STATE_READY {
                agent.delegate?.agentSelectedPair()
            }
            guard var before,
                nice_address_equal(&before.local, &local.pointee.addr) == 0
                    || nice_address_equal(&before.remote, &remote.pointee.addr) == 0
            else { return }
            agent.delegate?.agentMoved()
        }

    /// Lets the peer move to another pair by nominating it, once its first nominations are over. To be called now and then.
    func tick(_ now: MonotonicInstant) {
        guard let opensAt, now >= opensAt else { return }
        self.opensAt = nil
        openSelection()
    }

    /// A peer whose address changes, because a router has forgotten it or it has changed networks, goes on with the same
    /// credentials from somewhere else: a peer-reflexive candidate, which it nominates (RFC 8445 §7.3.1.3, §7.3.1.5).
    /// libnice takes a nominated pair only where its priority is above the selected one's, and a peer-reflexive candidate's never
    /// is: the peer would be heard, answered, and sent nothing any more. So the selected pair is selected again, by a
    /// priority below all others.
    private func openSelection() {
        var local: UnsafeMutablePointer<NiceCandidate>?
        var remote: UnsafeMutablePointer<NiceCandidate>?
        guard nice_agent_get_selected_pair(agent, stream, Self.component, &local, &remote) != 0, let local, let remote
        else { return }
        // These are libnice's own candidates, and this is its thread. Candidates of one address and several ports share a foundation,
        // by which pairs are selected; for the moment of the call these two have one of their own.
        let before = (local.pointee, remote.pointee)
        for candidate in [local, remote] {
            candidate.pointee.priority = 0
            withUnsafeMutableBytes(of: &candidate.pointee.foundation) {
                $0.copyBytes(from: Array("selected".utf8) + [0])
            }
        }
        isOpening = true
        nice_agent_set_selected_pair(agent, stream, Self.component, "selected", "selected")
        isOpening = false
        for (candidate, old) in [(local, before.0), (remote, before.1)] {
            candidate.pointee.priority = old.priority
            candidate.pointee.foundation = old.foundation
        }
    }

    /// Starts gathering; candidates arrive at the delegate, host candidates before this returns.
    func gather() throws(TransportError) {
        guard nice_agent_gather_candidates(agent, stream) != 0 else {
            throw TransportError("no candidate can be made: no usable address, or no free port in the range")
        }
    }

    /// Our credentials as they stand.
    var localCredentials: Credentials? {
        var ufrag: UnsafeMutablePointer<CChar>?
        var password: UnsafeMutablePointer<CChar>?
        guard nice_agent_get_local_credentials(agent, stream, &ufrag, &password) != 0, let ufrag, let password else {
            return nil
        }
        defer {
            g_free(ufrag)
            g_free(password)
        }
        return Credentials(ufrag: String(cString: ufrag), password: String(cString: password))
    }

    /// Sets the peer's credentials. At a restart, `restart()` comes first.
    func setRemote(_ credentials: Credentials) -> Bool {
        guard nice_agent_set_remote_credentials(agent, stream, credentials.ufrag, credentials.password) != 0 else {
            return false
        }
        remoteCredentials = credentials
        return true
    }

    /// New credentials of our own, and a new round of checks (RFC 8445 §9); media goes on over the old pair meanwhile.
    func restart() -> Bool { nice_agent_restart(agent) != 0 }

    /// Adds a candidate of the peer: the value of its `a=candidate` line.
    ///
    /// - Returns: false where libnice cannot use it (a name instead of an address, an unknown transport).
    func addRemote(_ candidate: String) -> Bool {
        guard let parsed = nice_agent_parse_remote_candidate_sdp(agent, stream, "a=" + candidate) else { return false }
        defer { nice_candidate_free(parsed) }
        parsed.pointee.component_id = Self.component
        var list = GSList(data: parsed, next: nil)
        return nice_agent_set_remote_candidates(agent, stream, Self.component, &list) > 0
    }

    /// The peer has no further candidates (RFC 8838 §14).
    func remoteCandidatesDone() { nice_agent_peer_candidate_gathering_done(agent, stream) }

    /// Whether we decide on the pair.
    var isControlling: Bool { cn_agent_is_controlling(agent) != 0 }

    /// The peer's credentials as they were set last.
    private(set) var remoteCredentials: Credentials?

    /// The socket and the remote address of the selected pair, where it is plain UDP: neither TCP nor relayed by a TURN server of ours.
    var selectedDatagramPair: (descriptor: Int32, remote: SocketAddress)? {
        var local: UnsafeMutablePointer<NiceCandidate>?
        var remote: UnsafeMutablePointer<NiceCandidate>?
        guard nice_agent_get_selected_pair(agent, stream, Self.component, &local, &remote) != 0, let local, let remote,
            local.pointee.transport == NICE_CANDIDATE_TRANSPORT_UDP, local.pointee.type != NICE_CANDIDATE_TYPE_RELAYED,
            let socket = nice_agent_get_selected_socket(agent, stream, Self.component)
        else { return nil }
        let descriptor = g_socket_get_fd(socket)
        guard descriptor >= 0,
            let address = SocketAddress({ nice_address_copy_to_sockaddr(&remote.pointee.addr, $0) })
        else { return nil }
        return (descriptor, address)
    }

    /// Whether libnice itself asks the peer of a selected pair for its consent, and fails when it does not answer.
    func keepsChecking(_ checks: Bool) { cn_agent_keep_checking(agent, checks ? 1 : 0) }

    /// Sends a datagram over the selected pair.
    ///
    /// - Returns: false where there is none, or the socket does not take it.
    @inline(__always)
    func send(_ datagram: UnsafeRawBufferPointer) -> Bool {
        nice_agent_send(
            agent, stream, Self.component, UInt32(datagram.count),
            datagram.baseAddress?.assumingMemoryBound(to: CChar.self))
            == Int32(datagram.count)
    }

    /// Descriptors of the sockets the agent reads from, for a loop that wants to know when.
    var descriptors: [Int32] {
        guard let sockets = nice_agent_get_sockets(agent, stream, Self.component) else { return [] }
        defer { g_ptr_array_unref(sockets) }
        return (0..<Int(sockets.pointee.len)).compactMap { index in
            guard let socket = sockets.pointee.pdata[index] else { return nil }
            let descriptor = g_socket_get_fd(socket.assumingMemoryBound(to: GSocket.self))
            return descriptor >= 0 ? descriptor : nil
        }
    }
}
