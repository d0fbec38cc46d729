public import Identifiers

/// What flowed in a stretch of a call, about ten seconds long: the raw material of a media receipt.
///
/// The records of one call follow each other without a gap: the media seconds of all of them are those of its clock.
public struct CallRecord: Sendable, Equatable {
    /// What one side sent.
    public struct Direction: Sendable, Equatable {
        /// Who sent it.
        public var sender: UserID
        /// Media packets that arrived from the sender, late ones and duplicates included; padding alone is no media.
        public var packets: Int
        /// Payload bytes of those packets, without headers and padding (RFC 3550 §6.4.1).
        public var bytes: Int
        /// Packets of the sender that never arrived; never below 0.
        public var lost: Int
        /// Interarrival jitter of the worst stream at the end of the stretch, in microseconds (RFC 3550 §6.4.1).
        public var jitterMicroseconds: Int
        /// Round trip between the sender and whoever measured it, in microseconds; nil where it was not measured.
        public var roundTripMicroseconds: Int?
        /// The mean score in hundredths, rounded down: of each reading the lower one of the sender's way up and the
        /// receiver's way down; nil where there was no reading.
        public var score: Int?

        /// What one side sent.
        public init(
            sender: UserID, packets: Int = 0, bytes: Int = 0, lost: Int = 0, jitterMicroseconds: Int = 0,
            roundTripMicroseconds: Int? = nil, score: Int? = nil
        ) {
            self.sender = sender
            self.packets = packets
            self.bytes = bytes
            self.lost = lost
            self.jitterMicroseconds = jitterMicroseconds
            self.roundTripMicroseconds = roundTripMicroseconds
            self.score = score
        }
    }

    /// Real time in the stretch, in milliseconds, rounded up.
    public var milliseconds: Int
    /// The media second at which it begins.
    public var startSecond: Int
    /// How far the media clock came in it, in whole seconds.
    public var mediaSeconds: Int
    /// Real seconds, rounded down, in which a side that had a path before had none, or was getting another one.
    public var reconnectingSeconds: Int
    /// What was sent, at most one for each of the two sides; a side that nobody has taken has none.
    public var directions: [Direction]

    /// A record.
    public init(
        milliseconds: Int, startSecond: Int, mediaSeconds: Int, reconnectingSeconds: Int = 0, directions: [Direction]
    ) {
        self.milliseconds = milliseconds
        self.startSecond = startSecond
        self.mediaSeconds = mediaSeconds
        self.reconnectingSeconds = reconnectingSeconds
        self.directions = directions
    }
}

/// What a call leaves behind when it is closed.
public struct ClosedCall: Sendable, Equatable {
    /// The clock's last reading.
    public var clock: ClockStatus
    /// What flowed since the last record; nil where nothing did, or where it was told as an event.
    public var record: CallRecord?

    /// What a call leaves behind.
    public init(clock: ClockStatus, record: CallRecord?) {
        self.clock = clock
        self.record = record
    }
}
