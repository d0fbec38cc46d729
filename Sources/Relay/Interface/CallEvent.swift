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
