/// What flowed in a stretch of a session's call, about ten seconds long: a link of the media receipt's chain
/// (docs/receipts.md).
public struct SessionFlow: Sendable, Hashable, Codable {
    /// What went in one direction.
    public struct Direction: Sendable, Hashable, Codable {
        /// Media packets that arrived from the sender.
        public var packets: Int
        /// Their payload in bytes.
        public var bytes: Int
        /// Packets that never arrived.
        public var lost: Int
        /// Interarrival jitter in microseconds (RFC 3550).
        public var jitter: Int
        /// Round trip in microseconds; nil where it was not measured.
        public var roundTrip: Int?
        /// The score in hundredths of 1 to 5; nil where there was no reading.
        public var score: Int?

        /// What went in one direction.
        public init(
            packets: Int = 0, bytes: Int = 0, lost: Int = 0, jitter: Int = 0, roundTrip: Int? = nil, score: Int? = nil
        ) {
            self.packets = packets
            self.bytes = bytes
            self.lost = lost
            self.jitter = jitter
            self.roundTrip = roundTrip
            self.score = score
        }
    }

    /// Its number in the session, from 1.
    public var number: Int
    /// Who says so: `relay`, `peers` or `lost`.
    public var source: String
    /// When it was cut, RFC 3339.
    public var endedAt: String
    /// Real time in it, in milliseconds.
    public var milliseconds: Int
    /// The media second at which it begins.
    public var startSecond: Int
    /// How far the media clock came in it, in whole seconds.
    public var mediaSeconds: Int
    /// Real seconds in which a side was reconnecting.
    public var reconnectingSeconds: Int
    /// From the customer to the consultant.
    public var fromCustomer: Direction
    /// From the consultant to the customer.
    public var fromConsultant: Direction

    /// A record.
    public init(
        number: Int, source: String, endedAt: String, milliseconds: Int, startSecond: Int, mediaSeconds: Int,
        reconnectingSeconds: Int = 0, fromCustomer: Direction, fromConsultant: Direction
    ) {
        self.number = number
        self.source = source
        self.endedAt = endedAt
        self.milliseconds = milliseconds
        self.startSecond = startSecond
        self.mediaSeconds = mediaSeconds
        self.reconnectingSeconds = reconnectingSeconds
        self.fromCustomer = fromCustomer
        self.fromConsultant = fromConsultant
    }
}
