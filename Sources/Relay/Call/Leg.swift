import Identifiers
import Logging
import RTP
import SDP
import Transport

/// One participant in a call: the path to them, what they send (uplinks) and what they are sent (downlinks).
///
/// Confined to the worker's thread.
final class Leg {
    // What every packet meets comes first, and lies together.

    /// Owns its legs. Only a job of the worker frees a call, never a packet on its way, so no count is kept for each look at it.
    unowned(unsafe) let call: Call
    var transport: PeerTransport?
    /// Where packets of each of our slots go on the other leg; nil where there is no way. What the other leg has of us, it holds here:
    /// it is given up when either leaves.
    var ways = InlineArray<3, Way?>(repeating: nil)
    /// Streams this peer sends, by SSRC; few, and bounded.
    var uplinks: [Uplink] = []
    /// Streams of retransmissions this peer sends (RFC 4588), and what they repeat.
    var repairs: [(ssrc: UInt32, uplink: Uplink)] = []
    /// Packets of this peer handed on since the last flush.
    var forwarded = (packets: UInt64(0), bytes: UInt64(0))
    /// Of what was handed on to this peer, packets that its socket did not take and that are counted.
    private var unsentCounted: UInt64 = 0
    let seat: Seat
    /// Whether packets of a stream may be missing, and a key frame may have to be asked for again: looked at every ten milliseconds,
    /// where the streams themselves need not be.
    var lacksPackets = false {
        didSet { if lacksPackets, !oldValue { call.rouse() } }
    }
    var awaitsKeyFrames = false {
        didSet { if awaitsKeyFrames, !oldValue { call.rouse() } }
    }
    private var firstMediaSeen = false
    var congestion = LegCongestion()
    var reporting = LegReporting()

    let user: UserID
    var session: NegotiatedSession?
    /// One entry for each slot the peer's offer has.
    var slots: [SlotNegotiation?] = [nil, nil, nil]
    /// Streams this peer is sent, by slot.
    var downlinks: [Downlink?] = [nil, nil, nil]
    var sessionID = UInt64.random(in: 1...(UInt64.max >> 2))
    var sessionVersion: UInt64 = 0

    private var shown: PathState?
    private var wasConnected = false
    private var answered = false
    private var offeredAt = MonotonicInstant(nanoseconds: 0)

    /// Without anything authentic for this long the path counts as disconnected; receivers report each second.
    private static let silenceLimit = NanosecondCount.seconds(5)

    init(user: UserID, seat: Seat, call: Call) {
        self.user = user
        self.seat = seat
        self.call = call
    }

    deinit { transport?.detach() }

    var isSettingUp: Bool { transport?.isConnecting == true }
    /// Whether nothing is under way that needs a look every ten milliseconds.
    var isQuiet: Bool { !isSettingUp && !lacksPackets && !awaitsKeyFrames && congestion.down.isQuiet }
    var isConnected: Bool { transport?.isConnected == true }
    /// Whether there was a path and is none now.
    var isReconnecting: Bool { wasConnected && shown != .connected }

    // MARK: Signaling

    /// Video codecs both this peer and the relay take, most wanted first; what the other side should prefer.
    var videoCodecs: [CodecKey] {
        slots[1...].compactMap { $0 }.first?.codecs.map(\.codec) ?? []
    }

    func offer(_ sdp: String, preferring: [CodecKey], now: MonotonicInstant) throws(RelayError) -> String {
        let session = try Self.negotiate(sdp, preferring: preferring)
        let parameters = PeerParameters(session)
        let isNew = transport.map { !$0.continues(self.session, session) } ?? true
        if isNew {
            try replaceTransport(parameters, controlling: session.remoteICELite, now: now)
        } else if let old = self.session,
            old.remoteUfrag != session.remoteUfrag || old.remotePassword != session.remotePassword
        {
            guard transport?.restart(ufrag: session.remoteUfrag, password: session.remotePassword) == true else {
                throw RelayError(.unavailable, "ICE cannot be restarted")
            }
        }
        self.session = session
        take(session)
        for candidate in session.remoteCandidates { transport?.addRemoteCandidate(candidate) }
        if session.endOfCandidates { transport?.remoteCandidatesDone() }
        let answer = try makeAnswer(session)
        if let transport, transport.gatheringDone, isNew { call.emit(.candidate(for: user, nil)) }
        answered = true
        return answer
    }

    private func replaceTransport(_ parameters: PeerParameters, controlling: Bool, now: MonotonicInstant)
        throws(RelayError)
    {
        if let old = transport {
            old.close()
            old.detach()
            call.other(than: seat)?.ways = InlineArray(repeating: nil)
            call.interrupted(seat, at: now)
        }
        answered = false
        firstMediaSeen = false
        offeredAt = now
        recordLosses()
        uplinks = []
        repairs = []
        downlinks = [nil, nil, nil]
        reporting = LegReporting()
        congestion = LegCongestion()
        shown = nil
        unsentCounted = 0
        do {
            let transport = try PeerTransport(
                context: call.context, certificate: call.surroundings.certificate,
                configuration: call.surroundings.transport, controlling: controlling, delegate: self, now: now)
            self.transport = transport
            try transport.connect(to: parameters)
        } catch {
            transport = nil
            throw RelayError(.unavailable, error.message)
        }
        show(.connecting)
    }

    /// Whether a trickled candidate belongs to the present ICE credentials.
    func accepts(_ candidate: CandidateMessage) -> Bool {
        guard transport != nil, let session else { return false }
        return candidate.usernameFragment.map { $0.isEmpty || $0 == session.remoteUfrag } ?? true
    }

    func add(_ candidates: [CandidateMessage]) {
        for candidate in candidates where accepts(candidate) {
            if candidate.candidate.isEmpty {
                transport?.remoteCandidatesDone()
            } else if let parsed = try? ICECandidate(parsing: candidate.candidate) {
                transport?.addRemoteCandidate(parsed)
            }
        }
    }

    func close() {
        transport?.close()
        ways = InlineArray(repeating: nil)
    }

    /// Packets that this peer's socket did not take since the last call.
    @inline(__always)
    func takeUnsent() -> UInt64 {
        let unsent = transport?.unsent ?? 0
        defer { unsentCounted = unsent }
        return unsent &- min(unsentCounted, unsent)
    }

    // MARK: Time

    func tick(_ now: MonotonicInstant) {
        guard let transport else { return }
        transport.tick(now)
        if transport.isConnected {
            show(now.since(transport.lastArrival) > Self.silenceLimit ? .disconnected : .connected)
        }
        if lacksPackets { recoverLosses(now) }
        controlCongestion(now)
        if awaitsKeyFrames { repeatKeyFrameRequests(now) }
    }

    func show(_ state: PathState) {
        guard shown != state else { return }
        shown = state
        if state == .connected { wasConnected = true }
        call.emit(.connection(of: user, state))
    }

    /// Notes the first media packet after an offer, for the set-up time.
    @inline(__always)
    func mediaArrived(at now: MonotonicInstant) {
        guard !firstMediaSeen else { return }
        firstMediaSeen = true
        call.surroundings.metrics.callSetup.observe(Double(now.since(offeredAt)) / 1e9)
    }
}

extension Leg: PeerTransportDelegate {
    func transport(_ transport: PeerTransport, entered state: PeerTransport.State) {
        guard transport === self.transport else { return }
        switch state {
        case .connecting: show(.connecting)
        case .connected:
            show(.connected)
            // The newcomer needs a picture to start from; and so does the other side from the newcomer.
            call.other(than: seat)?.requestKeyFrames(at: .now())
            requestKeyFrames(at: .now())
        case .interrupted(let reason), .failed(let reason):
            call.surroundings.logger.info("path lost", metadata: ["room": "\(call.room)", "reason": "\(reason)"])
            show(.failed)
        case .closed: show(.failed)
        }
    }

    func transport(_ transport: PeerTransport, found candidate: String?) {
        guard answered, transport === self.transport else { return }
        guard let candidate else { return call.emit(.candidate(for: user, nil)) }
        call.emit(.candidate(for: user, candidateMessage(candidate)))
    }

    private func candidateMessage(_ candidate: String) -> CandidateMessage {
        let media = session?.media.first { $0.slot != nil }
        return CandidateMessage(
            candidate: candidate, sdpMid: media?.mid, sdpMLineIndex: media?.index,
            usernameFragment: transport?.localCredentials?.ufrag)
    }
}
