extension LoadReport {
    /// A stream from one caller of a room to the other.
    package struct Stream: Sendable, Encodable, Equatable {
        /// Sent in the time that counts.
        package var sent: UInt64
        /// Of those, arrived.
        package var received: UInt64
        /// Lost of sent.
        package var lossShare: Double
        /// Payload bits per second that arrived.
        package var bitrate: Double
        /// Interarrival jitter at the end (RFC 3550 §6.4.1).
        package var jitter: Double
        /// From sender to receiver.
        package var latency: Spread?
    }

    /// One way through a room.
    package struct Direction: Sendable, Encodable, Equatable {
        /// `first` or `second`: who sends.
        package var from: String
        /// The voice.
        package var audio: Stream
        /// The picture; nil where only voices are sent.
        package var video: Stream?
        /// 1 (unusable) to 5; nil where nothing arrived.
        package var score: Double?
    }

    /// One room.
    package struct Room: Sendable, Encodable, Equatable {
        /// Its number, from 0.
        package var room: Int
        /// Whether both callers got everything that they expect.
        package var complete: Bool
        /// From the second caller's connecting to its first media packet.
        package var setUp: Double?
        /// The worse of the two directions' scores.
        package var score: Double?
        /// Both ways.
        package var directions: [Direction]
        /// What went wrong first; nil: nothing.
        package var failure: String?
    }
}
