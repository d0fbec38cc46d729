import RTP
import SDP
import Transport

/// One m-line of a peer as the packet path needs it.
final class SlotNegotiation {
    let slot: MediaSlot
    let mid: String
    /// Accepted codecs in the answer's order, with the peer's payload types.
    let codecs: [NegotiatedPayload]
    /// The peer sends in this slot.
    let receives: Bool
    /// The peer takes what the other side sends in this slot.
    let sends: Bool
    let extensions: [NegotiatedExtension]
    /// The names of the simulcast layers that the peer sends; empty where it sends one stream.
    let layers: [String]
    /// Lost packets of what the peer sends may be asked for again.
    let asksAgain: Bool
    /// The peer reports on each packet it is sent.
    let reportsPackets: Bool
    /// The peer takes a limit for what it sends.
    let takesLimit: Bool
    /// The payload type of redundant audio; 0xff where it is not negotiated.
    let redundant: UInt8
    /// The payload type that a retransmission's payload type repeats, and the other way round; 0xff: none.
    private let repaired: [UInt8]
    private let repairs: [UInt8]
    /// By payload type; nil: not negotiated.
    private let meanings: [PayloadMeaning?]

    init?(_ media: NegotiatedMedia) {
        guard let slot = media.slot else { return nil }
        self.slot = slot
        mid = media.mid
        codecs = media.payloads
        receives = media.direction == .sendrecv || media.direction == .sendonly
        sends = media.direction == .sendrecv || media.direction == .recvonly
        extensions = media.extensions
        layers = media.layers
        asksAgain = media.hasFeedback("nack")
        reportsPackets = media.hasFeedback("transport-cc")
        takesLimit = media.hasFeedback("goog-remb")
        redundant = media.payload(for: .redundantOpus)?.payloadType ?? 0xff
        var repaired = [UInt8](repeating: 0xff, count: 128)
        var repairs = repaired
        for payload in media.payloads {
            guard let repair = payload.retransmission, repair < 128, payload.payloadType < 128 else { continue }
            repaired[Int(repair)] = payload.payloadType
            repairs[Int(payload.payloadType)] = repair
        }
        self.repaired = repaired
        self.repairs = repairs
        var meanings = [PayloadMeaning?](repeating: nil, count: 128)
        for payload in media.payloads where payload.payloadType < 128 && payload.clockRate > 0 {
            meanings[Int(payload.payloadType)] = PayloadMeaning(
                type: payload.payloadType, clockRate: payload.clockRate,
                kind: VideoCodecKind(codecName: payload.codec.name))
        }
        self.meanings = meanings
    }

    /// What a payload type stands for; nil where it was not negotiated.
    func meaning(_ payloadType: UInt8) -> PayloadMeaning? { meanings[Int(payloadType & 0x7f)] }

    /// What a retransmission of this payload type repeats; nil where it is none.
    @inline(__always)
    func original(_ payloadType: UInt8) -> UInt8? {
        let type = repaired[Int(payloadType & 0x7f)]
        return type == 0xff ? nil : type
    }

    /// The payload type that repeats this one; nil where none was negotiated.
    @inline(__always)
    func repair(_ payloadType: UInt8) -> UInt8? {
        let type = repairs[Int(payloadType & 0x7f)]
        return type == 0xff ? nil : type
    }

    /// A payload type that repeats another one; nil where none was negotiated.
    var anyRepair: UInt8? { repairs.first { $0 != 0xff } }

    /// The id of an extension, in what the peer sends or in what it is sent.
    func id(_ uri: String, sent: Bool) -> UInt8? {
        extensions.first { $0.uri == uri && (sent ? $0.direction.sends : $0.direction.receives) }?.id
    }

    /// What packets to the peer are stamped with.
    var stamp: LegStamp {
        if reportsPackets, let id = id(NegotiationPolicy.transportSequence, sent: true) { return .number(id) }
        if takesLimit, let id = id(NegotiationPolicy.sendTime, sent: true) { return .sendTime(id) }
        return .none
    }
}

/// How packets of one slot are rewritten from the sender's numbers to the receiver's.
final class Route {
    /// The receiver's payload type by the sender's; 0xff: the receiver cannot take that codec.
    let payloadTypes: [UInt8]
    /// The sender's payload type of redundant audio that the receiver takes, too; 0xff: none.
    let redundant: UInt8
    /// The sender's payload type of redundant audio that must be reduced to its newest frame; 0xff: none.
    let stripped: UInt8
    let extensions: HeaderExtensionMap

    /// - Returns: nil where no codec is in common, or one of the two does not want the slot.
    init?(from sender: SlotNegotiation, to receiver: SlotNegotiation) {
        guard sender.receives, receiver.sends else { return nil }
        var types = [UInt8](repeating: 0xff, count: 128)
        var found = false
        for payload in sender.codecs {
            guard let target = receiver.codecs.first(where: { $0.codec == payload.codec }) else { continue }
            types[Int(payload.payloadType & 0x7f)] = target.payloadType
            found = true
        }
        guard found else { return nil }
        payloadTypes = types
        let isTaken = sender.redundant != 0xff && types[Int(sender.redundant & 0x7f)] != 0xff
        redundant = isTaken ? sender.redundant : 0xff
        stripped = isTaken ? 0xff : sender.redundant
        var map = HeaderExtensionMap()
        for element in sender.extensions where !NegotiationPolicy.legExtensions.contains(element.uri) {
            if let target = receiver.extensions.first(where: { $0.uri == element.uri && $0.direction.sends }) {
                map[element.id] = target.id
            }
        }
        // The element of the sender's leg becomes that of the receiver's, where both have the same.
        switch receiver.stamp {
        case .none: break
        case .number(let id):
            if let own = sender.id(NegotiationPolicy.transportSequence, sent: false) { map[own] = id }
        case .sendTime(let id): if let own = sender.id(NegotiationPolicy.sendTime, sent: false) { map[own] = id }
        }
        extensions = map
    }
}

/// Where packets of one slot go: what of the other side they meet on their way, found once for all of them.
///
/// It lasts until either side negotiates or leaves.
final class Way {
    let leg: Leg
    let downlink: Downlink
    let path: PeerTransport
    let route: Route
    /// The sender's payload type of the last packet, and what the receiver calls it.
    private var last: (sent: UInt8, received: UInt8) = (0xff, 0xff)

    init(to leg: Leg, downlink: Downlink, path: PeerTransport, route: Route) {
        self.leg = leg
        self.downlink = downlink
        self.path = path
        self.route = route
    }

    /// The receiver's payload type; 0xff: it cannot take that codec.
    @inline(__always)
    func payloadType(_ sent: UInt8) -> UInt8 {
        if last.sent != sent { last = (sent, route.payloadTypes[Int(sent & 0x7f)]) }
        return last.received
    }
}

extension VideoCodecKind {
    /// The codec of an rtpmap's encoding name; nil for audio.
    init?(codecName: String) {
        switch codecName.uppercased() {
        case "VP8": self = .vp8
        case "VP9": self = .vp9
        case "H264": self = .h264
        case "AV1": self = .av1
        default: return nil
        }
    }
}

extension MediaSlot {
    /// The slot's place in the fixed arrays of a leg.
    @inline(__always)
    var index: Int {
        switch self {
        case .mic: 0
        case .camera: 1
        case .screen: 2
        }
    }
}

extension PeerParameters {
    init(_ session: NegotiatedSession) {
        self.init(
            ufrag: session.remoteUfrag, password: session.remotePassword,
            fingerprints: session.remoteFingerprints.compactMap { fingerprint in
                PeerFingerprint.Algorithm(rawValue: fingerprint.hash).map {
                    PeerFingerprint(algorithm: $0, bytes: fingerprint.bytes)
                }
            },
            role: session.ourSetup == .active ? .client : .server)
    }
}

extension PeerTransport {
    /// Adds a candidate of the peer, without the attributes that ICE does not need. What ICE cannot use stays out: another component
    /// than the one of BUNDLE, a name instead of an address, a TCP candidate that does not say who connects (RFC 6544 §4.5).
    func addRemoteCandidate(_ candidate: ICECandidate) {
        guard candidate.component == 1 else { return }
        switch candidate.address {
        case .ipv4, .ipv6: break
        case .name: return
        }
        switch candidate.transport {
        case .udp: break
        case .tcp: guard candidate.tcpType != nil else { return }
        case .other: return
        }
        var plain = candidate
        plain.extensions = []
        addRemoteCandidate(plain.description)
    }

    /// Whether an offer belongs to this path. Another certificate means another peer connection: a browser makes a
    /// fresh one for each (RFC 8827 §6.5).
    func continues(_ old: NegotiatedSession?, _ new: NegotiatedSession) -> Bool {
        guard let old else { return false }
        switch state {
        case .failed, .closed: return false
        case .connecting, .connected, .interrupted:
            return old.remoteFingerprints == new.remoteFingerprints && old.ourSetup == new.ourSetup
                && old.remoteICELite == new.remoteICELite
        }
    }
}

extension Leg {
    static func negotiate(_ sdp: String, preferring: [CodecKey]) throws(RelayError) -> NegotiatedSession {
        do {
            return try SDP.negotiate(SessionDescription(parsing: sdp), policy: NegotiationPolicy(preferred: preferring))
        } catch {
            throw RelayError(error.code == .noCommonCodec ? .noCommonCodec : .invalidDescription, error.description)
        }
    }

    /// Reads the slots of a new negotiation; streams of slots that are gone end.
    func take(_ session: NegotiatedSession) {
        slots = [nil, nil, nil]
        for media in session.media {
            if let slot = SlotNegotiation(media) { slots[slot.slot.index] = slot }
        }
        uplinks.removeAll { slots[$0.slot.index]?.receives != true }
        repairs.removeAll { slots[$0.uplink.slot.index]?.receives != true }
        for (index, slot) in slots.enumerated() {
            guard let slot, slot.sends else {
                downlinks[index] = nil
                continue
            }
            if downlinks[index] == nil { downlinks[index] = Downlink(slot: slot.slot) }
            downlinks[index]?.stamp = slot.stamp
            downlinks[index]?.remembers = slot.asksAgain
        }
        congestion.negotiated(slots.compactMap { $0 })
    }

    func makeAnswer(_ session: NegotiatedSession) throws(RelayError) -> String {
        guard let transport, let credentials = transport.localCredentials else {
            throw RelayError(.unavailable, "the path is gone")
        }
        sessionVersion += 1
        var sources: [MediaSlot: UInt32] = [:]
        var repairs: [MediaSlot: UInt32] = [:]
        for case let downlink? in downlinks {
            sources[downlink.slot] = downlink.ssrc
            repairs[downlink.slot] = downlink.repairSSRC
        }
        let local = LocalParameters(
            ufrag: credentials.ufrag, password: credentials.password,
            fingerprint: Fingerprint(hash: "sha-256", bytes: call.surroundings.certificate.sha256),
            candidates: transport.candidates.compactMap { try? ICECandidate(parsing: $0) },
            endOfCandidates: transport.gatheringDone, sessionID: sessionID, sessionVersion: sessionVersion,
            cname: reporting.cname, streamID: "relay", sources: sources,
            retransmissionSources: repairs)
        return session.answer(local: local).description
    }

    /// Recomputes where this leg's packets go; called whenever either side negotiates or leaves.
    func reroute() {
        ways = InlineArray(repeating: nil)
        guard let other = call.other(than: seat), let path = other.transport else { return }
        for index in slots.indices {
            guard let mine = slots[index], let theirs = other.slots[index], let downlink = other.downlinks[index],
                let route = Route(from: mine, to: theirs)
            else { continue }
            ways[index] = Way(to: other, downlink: downlink, path: path, route: route)
        }
        guard let mine = slots[1], let theirs = other.slots[1], ways[1] != nil else { return }
        // What a browser sends is the first codec of its answer; where the other side cannot take that one, it is
        // asked to offer again with one that both have.
        if let sent = mine.codecs.first, !theirs.codecs.contains(where: { $0.codec == sent.codec }) {
            let common = mine.codecs.filter { own in theirs.codecs.contains { $0.codec == own.codec } }
            call.emit(.codecMismatch(for: user, codecs: common.map(\.codec.name)))
        }
    }
}
