/// What a media receipt says about ten seconds of a call. The records of a call follow each other without a gap in its media
/// time; a record may be shorter, at the end of a window or of the call.
public struct MediaRecord: Hashable, Sendable, Codable {
    /// What went in one direction.
    public struct Direction: Hashable, Sendable, Codable {
        /// Media packets that arrived from the sender.
        public var packets: Int
        /// The quality as seen by the receiver, in hundredths of the score 1 to 5; nil where nobody could tell.
        public var score: Int?

        /// What went in one direction.
        public init(packets: Int, score: Int? = nil) {
            self.packets = packets
            self.score = score
        }
    }

    /// Real time in the record, in seconds.
    public var seconds: Int
    /// How far the media clock came in it.
    public var mediaSeconds: Int
    /// Seconds of it in which a side was reconnecting: its connection was down, or was being replaced.
    public var reconnectingSeconds: Int
    /// From the customer to the consultant.
    public var fromCustomer: Direction
    /// From the consultant to the customer.
    public var fromConsultant: Direction

    /// A record.
    public init(
        seconds: Int = 10, mediaSeconds: Int, reconnectingSeconds: Int = 0, fromCustomer: Direction,
        fromConsultant: Direction
    ) {
        self.seconds = seconds
        self.mediaSeconds = mediaSeconds
        self.reconnectingSeconds = reconnectingSeconds
        self.fromCustomer = fromCustomer
        self.fromConsultant = fromConsultant
    }
}

/// What is published about quality that nobody pays for.
public struct QualityLimit: Hashable, Sendable, Codable {
    /// Below this score, in hundredths, a direction is poor. The product's is 2.00 of 5: speech is hard to follow.
    public var score: Int
    /// So many records in a row make a stretch. The product's is 3, half a minute: a single bad moment is not one.
    public var records: Int

    /// A limit; fewer records than one count as one.
    public init(score: Int = 200, records: Int = 3) {
        self.score = score
        self.records = max(1, records)
    }
}
