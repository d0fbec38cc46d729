internal import Identifiers
internal import Relay

/// What flowed in a stretch of a booked session's call, as the marketplace is told: a link of the media receipt's chain.
public struct SessionRecord: Sendable, Equatable, Codable {
    /// Who says so.
    public enum Source: String, Sendable, Codable {
        /// The relay, which carried every packet.
        case relay
        /// What both sides of a peer-to-peer call reported, the smaller claim of the two.
        case peers
        /// Nobody: media seconds that the clock had counted when a process died, and of which nothing else is known.
        case lost
    }

    /// What one side sent.
    public struct Direction: Sendable, Equatable, Codable {
        /// Media packets that arrived.
        public var packets = 0
        /// Their payload in bytes.
        public var bytes = 0
        /// Packets that never arrived.
        public var lost = 0
        /// Interarrival jitter in microseconds.
        public var jitter = 0
        /// Round trip in microseconds; nil where it was not measured.
        public var roundTrip: Int?
        /// The score in hundredths; nil where there was no reading.
        public var score: Int?

        init() {}

        init(_ direction: CallRecord.Direction) {
            packets = direction.packets
            bytes = direction.bytes
            lost = direction.lost
            jitter = direction.jitterMicroseconds
            roundTrip = direction.roundTripMicroseconds
            score = direction.score
        }
    }

    /// Its number in the session, from 1, without a gap.
    public var number: Int
    /// Who says so.
    public var source: Source
    /// When it was cut, RFC 3339; empty until the hub takes it.
    public var endedAt = ""
    /// Real time in it, in milliseconds.
    public var milliseconds: Int
    /// The media second at which it begins.
    public var startSecond: Int
    /// How far the media clock came.
    public var mediaSeconds: Int
    /// Real seconds in which a side was reconnecting.
    public var reconnectingSeconds: Int
    /// From the customer to the consultant.
    public var fromCustomer = Direction()
    /// From the consultant to the customer.
    public var fromConsultant = Direction()

    init(
        number: Int, source: Source, milliseconds: Int, startSecond: Int, mediaSeconds: Int,
        reconnectingSeconds: Int = 0
    ) {
        self.number = number
        self.source = source
        self.milliseconds = milliseconds
        self.startSecond = startSecond
        self.mediaSeconds = mediaSeconds
        self.reconnectingSeconds = reconnectingSeconds
    }

    /// Gives a direction its figures.
    mutating func set(_ direction: Direction, of sender: Role) {
        switch sender {
        case .customer: fromCustomer = direction
        case .consultant: fromConsultant = direction
        case .observer, .admin: break
        }
    }
}
