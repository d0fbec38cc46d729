public import Identifiers

/// What a call in the relay tells whoever opened it. Delivered in order, on the worker's thread.
public enum CallEvent: Sendable, Equatable {
    /// A local ICE candidate for `user`'s peer; `nil` when gathering is done (RFC 8838 §13).
    case candidate(for: UserID, CandidateMessage?)
    /// The path to `user` changed its state.
    case connection(of: UserID, PathState)
    /// The media clock: each whole second that counts, and each change of the gate.
    case clock(ClockStatus)
    /// The free or paid time runs out in `secondsLeft`.
    case warning(secondsLeft: Int, reason: ClockWarning)
    /// What `user` is to know of both directions.
    case quality(for: UserID, QualityReport)
    /// What flowed since the last record: each ten seconds once media has flowed both ways, and before ``ended(_:)``.
    case record(CallRecord)
    /// `user` sends a codec the other side cannot take; it should offer again with one of `codecs` first.
    case codecMismatch(for: UserID, codecs: [String])
    /// The gate closed for good. Media has stopped already; nothing else follows.
    case ended(EndReason)
}

/// A trickled candidate as the browser's API words it (W3C `RTCIceCandidateInit`).
public struct CandidateMessage: Sendable, Equatable, Codable {
    /// The candidate attribute's value, `candidate:…`; empty means end of candidates.
    public var candidate: String
    /// The m-line's `a=mid`.
    public var sdpMid: String?
    /// The m-line's index, from 0.
    public var sdpMLineIndex: Int?
    /// The ICE user fragment the candidate belongs to.
    public var usernameFragment: String?

    /// A candidate with its m-line and user fragment.
    public init(candidate: String, sdpMid: String? = nil, sdpMLineIndex: Int? = nil, usernameFragment: String? = nil) {
        self.candidate = candidate
        self.sdpMid = sdpMid
        self.sdpMLineIndex = sdpMLineIndex
        self.usernameFragment = usernameFragment
    }
}

/// How far the encrypted path to one peer has come.
public enum PathState: String, Sendable, Codable {
    /// ICE or DTLS is under way.
    case connecting
    /// ICE found a pair, DTLS verified the fingerprint, SRTP keys are in place.
    case connected
    /// Nothing arrives at the moment; it may come back.
    case disconnected
    /// It will not come back without a new offer.
    case failed
}

/// Why a room ended.
public enum EndReason: String, Sendable, Codable, Error {
    /// Media time reached the horizon, and no grant came within the grace period.
    case unpaid
    /// Everybody left.
    case left
    /// An operator or the platform closed it.
    case closed
    /// A side or the platform ended the session.
    case ended
    /// The server is stopping.
    case shutdown
}

/// One direction of one leg, as the relay sees it over the last seconds.
public struct DirectionQuality: Sendable, Equatable, Codable {
    /// 1 (unusable) to 5 (as good as it gets).
    public var score: Double
    /// Media bits per second.
    public var bitrate: Double
    /// Share of packets lost, 0 to 1.
    public var loss: Double
    /// Interarrival jitter in seconds (RFC 3550 §6.4.1).
    public var jitter: Double
    /// Round trip in seconds; nil until measured.
    public var rtt: Double?

    /// A direction's figures.
    public init(score: Double, bitrate: Double, loss: Double, jitter: Double, rtt: Double?) {
        self.score = score
        self.bitrate = bitrate
        self.loss = loss
        self.jitter = jitter
        self.rtt = rtt
    }
}

/// Both directions of one participant's leg.
public struct QualityReport: Sendable, Equatable, Codable {
    /// From the participant to the relay; nil before anything was sent.
    public var up: DirectionQuality?
    /// From the relay to the participant; nil before anything was sent.
    public var down: DirectionQuality?

    /// Both directions' figures.
    public init(up: DirectionQuality?, down: DirectionQuality?) {
        self.up = up
        self.down = down
    }
}
