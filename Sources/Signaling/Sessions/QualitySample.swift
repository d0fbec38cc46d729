public import Identifiers
public import Relay

/// How good the connections of a session's two people were in about ten seconds, as the marketplace is told.
public struct QualitySample: Sendable, Equatable {
    /// How somebody's media path is.
    public enum Connection: String, Sendable {
        /// It is being set up.
        case connecting
        /// It carries media.
        case connected
        /// Nothing arrives at the moment; it may come back.
        case disconnected
        /// It will not come back without a new offer.
        case failed
        /// They are not in the room.
        case gone
    }

    /// One person's.
    public struct Side: Sendable, Equatable {
        /// As what: `customer` or `consultant`.
        public var role: Role
        /// How their path is at the end of the stretch.
        public var connection: Connection
        /// From them; nil where nothing came.
        public var up: DirectionQuality?
        /// To them; nil where nothing went.
        public var down: DirectionQuality?
    }

    /// When the stretch began, RFC 3339: a later sample of the same beginning replaces this one.
    public var startedAt: String
    /// How long it is so far.
    public var milliseconds: Int
    /// Where the media clock stands at its end.
    public var mediaSeconds: Int
    /// Those who are or were there.
    public var sides: [Side]
}
