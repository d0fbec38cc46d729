/// Which way media goes, seen from the describer (RFC 8866 §6.7).
public enum MediaDirection: String, Sendable, Hashable, CaseIterable {
    /// Both ways.
    case sendrecv
    /// From the describer only.
    case sendonly
    /// To the describer only.
    case recvonly
    /// Neither way.
    case inactive

    /// Whether the describer sends.
    public var sends: Bool { self == .sendrecv || self == .sendonly }

    /// Whether the describer receives.
    public var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same, seen from the other side: what an answer says to it (RFC 3264 §6.1).
    public var reversed: MediaDirection {
        switch self {
        case .sendrecv: .sendrecv
        case .sendonly: .recvonly
        case .recvonly: .sendonly
        case .inactive: .inactive
        }
    }
}
