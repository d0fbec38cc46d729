/// A codec accepted in an m-line, best first in `NegotiatedMedia.payloads`.
public struct NegotiatedPayload: Sendable, Equatable {
    /// The offerer's number for it, which both sides use.
    public var payloadType: UInt8
    /// What it is.
    public var codec: CodecKey
    /// RTP timestamp units per second.
    public var clockRate: UInt32
    /// Audio channels; 1 for video.
    public var channels: UInt8
    /// The offer's `a=fmtp` parameters as written; nil where there are none.
    public var fmtp: String?
    /// Feedback that was offered and is accepted, as in `nack pli`.
    public var rtcpFeedback: [String]
    /// The payload type accepted for retransmissions of this one (RFC 4588 §8.1).
    public var retransmission: UInt8?

    /// What the answer's `a=fmtp` says.
    ///
    /// The offer's parameters, because the relay takes whatever the other side can; without those that state bounds of
    /// the offerer's own decoder (`max-…`) or describe its stream (`sprop-…`).
    var answeredParameters: String? {
        var items = ParameterList(fmtp ?? "").items
            .filter { !$0.name.utf8.starts(with: "sprop-".utf8) && !$0.name.utf8.starts(with: "max-".utf8) }
        if codec == .opus {
            // RFC 7587 §6.1: a decoder can always use the redundancy, so it is always worth asking for.
            if !items.contains(where: { $0.name == "minptime" }) { items.append(("minptime", "minptime=10")) }
            items.removeAll { $0.name == "useinbandfec" }
            items.append(("useinbandfec", "useinbandfec=1"))
        }
        return items.isEmpty ? nil : items.map { String($0.text) }.joined(separator: ";")
    }
}

/// A header extension accepted in an m-line (RFC 8285).
public struct NegotiatedExtension: Sendable, Hashable {
    /// The offerer's id for it, which both sides use.
    public var id: UInt8
    /// What it is.
    public var uri: String
    /// Which way it goes, seen from our side: where it does not send, it must not be sent to this peer.
    public var direction: MediaDirection
}

/// A source the peer announced (RFC 5576).
public struct NegotiatedSource: Sendable, Hashable {
    /// The source.
    public var ssrc: UInt32
    /// Its canonical name, where announced.
    public var cname: String?
    /// The source of its retransmissions (`FID`), where announced.
    public var retransmission: UInt32?
}

/// What became of one m-line of the offer.
public struct NegotiatedMedia: Sendable, Equatable {
    /// Why an m-line is rejected.
    public enum Rejection: String, Sendable {
        /// The offer itself has port 0: stopped, or rejected before (RFC 3264 §8.2).
        case stopped
        /// Neither audio nor video, or all places of its kind are taken.
        case noSlot
        /// A transport other than RTP over DTLS-SRTP.
        case transport
        /// No codec in common.
        case noCommonCodec
    }

    /// The m-line's index, from 0.
    public var index: Int
    /// `a=mid`; empty where the offer has none.
    public var mid: String
    /// What the m-line carries.
    public var kind: MediaKind
    /// The place it takes in the call; nil exactly where it is rejected.
    public var slot: MediaSlot?
    /// Why it is rejected; nil where it is accepted.
    public var rejection: Rejection?
    /// The offer's direction, seen from the peer.
    public var direction: MediaDirection
    /// The codecs accepted, best first.
    public var payloads: [NegotiatedPayload] = []
    /// The header extensions accepted.
    public var extensions: [NegotiatedExtension] = []
    /// Whether one- and two-byte header extensions may be mixed (RFC 8285 §6).
    public var mixedHeaderExtensions = false
    /// The sources announced, without those of retransmissions and repairs.
    public var remoteSources: [NegotiatedSource] = []
    /// Named streams offered.
    public var rids: [RestrictionIdentifier] = []
    /// Simulcast offered.
    public var simulcast: Simulcast?
    /// The names of the streams that the peer may send at once, accepted from its simulcast; empty where it sends one.
    public var layers: [String] = []
    /// Whether reduced-size RTCP may be sent (RFC 5506).
    public var rtcpReducedSize = false

    /// As in `video`.
    let media: String
    /// As in `UDP/TLS/RTP/SAVPF`.
    let transport: String
    /// The offer's formats, which a rejection repeats.
    let formats: [String]

    /// The direction of our answer, seen from us.
    public var answerDirection: MediaDirection { slot == nil ? .inactive : direction.reversed }

    /// The accepted payload that carries `codec`.
    public func payload(for codec: CodecKey) -> NegotiatedPayload? { payloads.first { $0.codec == codec } }

    /// Whether a kind of feedback is accepted for any payload.
    public func hasFeedback(_ value: String) -> Bool { payloads.contains { $0.rtcpFeedback.contains(value) } }

    /// The id of an accepted extension.
    public func extensionID(_ uri: String) -> UInt8? { extensions.first { $0.uri == uri }?.id }
}
