/// What an offer and a policy have in common: all that the transport and the relay need to know of the peer.
///
/// A renewed offer is negotiated the same way. The caller compares: other credentials restart ICE
/// (RFC 8839 §4.4.1.1.1), other fingerprints are another peer connection.
public struct NegotiatedSession: Sendable, Equatable {
    /// Which side of the DTLS handshake we are.
    public enum Setup: String, Sendable {
        /// We wait for the peer's ClientHello.
        case passive
        /// We send the ClientHello.
        case active
    }

    /// The peer's ICE user fragment.
    public var remoteUfrag: String
    /// The peer's ICE password.
    public var remotePassword: String
    /// Whether the peer trickles its candidates (RFC 8838).
    public var remoteTrickle: Bool
    /// Whether the peer only answers checks (RFC 8445 §2.5).
    public var remoteICELite: Bool
    /// Hashes of the peer's certificate, strong ones only. One that matches is enough (RFC 8122 §5).
    public var remoteFingerprints: [Fingerprint]
    /// Our side of the DTLS handshake.
    public var ourSetup: Setup
    /// Candidates in the offer, of component 1.
    public var remoteCandidates: [ICECandidate]
    /// Whether no more candidates follow.
    public var endOfCandidates: Bool
    /// The m-lines of the offer in its order, rejected ones too.
    public var media: [NegotiatedMedia]

    /// Whether the offer has a BUNDLE group.
    let bundled: Bool

    /// The m-line in a place of the call.
    public func media(for slot: MediaSlot) -> NegotiatedMedia? { media.first { $0.slot == slot } }
}

/// Our side of a session, for the answer.
public struct LocalParameters: Sendable {
    /// Our ICE user fragment.
    public var ufrag: String
    /// Our ICE password.
    public var password: String
    /// The hash of our DTLS certificate.
    public var fingerprint: Fingerprint
    /// Candidates known already.
    public var candidates: [ICECandidate]
    /// Whether no more follow.
    public var endOfCandidates: Bool
    /// The same in all answers to a peer.
    public var sessionID: UInt64
    /// Grows with each answer (RFC 3264 §8).
    public var sessionVersion: UInt64
    /// The canonical name of our sources: one clock, so that they are played in step.
    public var cname: String
    /// The media stream that our tracks belong to.
    public var streamID: String
    /// The source that we send in each place.
    public var sources: [MediaSlot: UInt32]
    /// The source that we retransmit from in each place (RFC 4588 §5.1), named where retransmission is accepted.
    public var retransmissionSources: [MediaSlot: UInt32]

    /// Our side of a session.
    public init(
        ufrag: String, password: String, fingerprint: Fingerprint, candidates: [ICECandidate] = [],
        endOfCandidates: Bool = false, sessionID: UInt64, sessionVersion: UInt64, cname: String, streamID: String,
        sources: [MediaSlot: UInt32], retransmissionSources: [MediaSlot: UInt32] = [:]
    ) {
        self.ufrag = ufrag
        self.password = password
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.endOfCandidates = endOfCandidates
        self.sessionID = sessionID
        self.sessionVersion = sessionVersion
        self.cname = cname
        self.streamID = streamID
        self.sources = sources
        self.retransmissionSources = retransmissionSources
    }
}
