/// How good the connections of a session's two people were in about ten seconds (docs/quality.md).
public struct CallSample: Sendable, Hashable, Codable {
    /// One direction between a person and the relay, or in a peer-to-peer call the other person.
    public struct Direction: Sendable, Hashable, Codable {
        /// From 1 to 5: that of the worse of sound and picture.
        public var score: Double
        /// The sound's; nil where none is carried.
        public var audioScore: Double?
        /// The picture's; nil where none is carried.
        public var videoScore: Double?
        /// Bits per second.
        public var bitrate: Double
        /// Share of packets lost on the way, 0 to 1.
        public var loss: Double
        /// Share of packets missing after retransmission; nil: not known.
        public var lossAfterRecovery: Double?
        /// Interarrival jitter in seconds.
        public var jitter: Double
        /// Round trip in seconds; nil: not measured.
        public var roundTrip: Double?
        /// Frames per second of the camera; nil: not known.
        public var framesPerSecond: Double?
        /// Freezes of the picture; nil: not known.
        public var freezes: Int?

        /// A direction's figures.
        public init(
            score: Double, audioScore: Double? = nil, videoScore: Double? = nil, bitrate: Double = 0, loss: Double = 0,
            lossAfterRecovery: Double? = nil, jitter: Double = 0, roundTrip: Double? = nil,
            framesPerSecond: Double? = nil, freezes: Int? = nil
        ) {
            self.score = score
            self.audioScore = audioScore
            self.videoScore = videoScore
            self.bitrate = bitrate
            self.loss = loss
            self.lossAfterRecovery = lossAfterRecovery
            self.jitter = jitter
            self.roundTrip = roundTrip
            self.framesPerSecond = framesPerSecond
            self.freezes = freezes
        }
    }

    /// One person's connection.
    public struct Side: Sendable, Hashable, Codable {
        /// `connecting`, `connected`, `disconnected`, `failed` or `gone`, at the end of the stretch.
        public var connection: String
        /// From the person; nil where nothing came.
        public var up: Direction?
        /// To the person; nil where nothing went.
        public var down: Direction?

        /// A connection.
        public init(connection: String, up: Direction? = nil, down: Direction? = nil) {
            self.connection = connection
            self.up = up
            self.down = down
        }
    }

    /// When the stretch began, RFC 3339: a later sample of the same beginning replaces this one.
    public var at: String
    /// How long it is.
    public var milliseconds: Int
    /// Where the media clock stood at its end.
    public var mediaSeconds: Int
    /// The customer's; nil where they were never there.
    public var customer: Side?
    /// The consultant's; nil where they were never there.
    public var consultant: Side?

    /// A sample.
    public init(at: String, milliseconds: Int, mediaSeconds: Int, customer: Side?, consultant: Side?) {
        self.at = at
        self.milliseconds = milliseconds
        self.mediaSeconds = mediaSeconds
        self.customer = customer
        self.consultant = consultant
    }
}
