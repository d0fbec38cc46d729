public import Database

/// What the signaling core tells the sidecar about the room of a session.
public struct SessionReport: Sendable, Hashable {
    /// What happened in the room.
    public enum Happening: Sendable, Hashable {
        /// A person came in, for the first time or again. `session.joined {sessionId, userId}`
        case joined(UniqueID)
        /// A person is gone: `left` by themselves, or `timeout` where a lost connection did not come back.
        /// `session.left {sessionId, userId, reason}`
        case left(UniqueID, reason: String)
        /// Where the media clock stands: when media first flowed both ways, and from time to time while anybody is there.
        /// `session.progress {sessionId, mediaSeconds, running}`
        case progress(mediaSeconds: Int, running: Bool)
        /// What flowed in about ten seconds of the call. `session.record {sessionId, record}`
        case record(SessionFlow)
        /// How good both people's connections are. `session.quality {sessionId, sample}`
        case quality(CallSample)
        /// The room is over; every record came before. `session.room_ended {sessionId, reason, mediaSeconds, quality}`
        case ended(reason: String, mediaSeconds: Int, quality: SessionQuality?)
    }

    /// The session.
    public let session: UniqueID
    /// What happened.
    public let happening: Happening

    /// A report.
    public init(_ session: UniqueID, _ happening: Happening) {
        self.session = session
        self.happening = happening
    }

    private struct Payload: Codable {
        var sessionId: String
        var userId: String?
        var reason: String?
        var mediaSeconds: Int?
        var running: Bool?
        var quality: SessionQuality?
        var record: SessionFlow?
        var sample: CallSample?
    }

    /// The event for the sidecar's queue. Those of one session are handled in the order of their commits.
    public func event(id: EventID = EventID()) throws -> Event {
        var payload = Payload(sessionId: session.description)
        let kind: String
        switch happening {
        case .joined(let user):
            kind = "session.joined"
            payload.userId = user.description
        case .left(let user, let reason):
            kind = "session.left"
            payload.userId = user.description
            payload.reason = reason
        case .progress(let seconds, let running):
            kind = "session.progress"
            payload.mediaSeconds = seconds
            payload.running = running
        case .record(let record):
            kind = "session.record"
            payload.record = record
        case .quality(let sample):
            kind = "session.quality"
            payload.sample = sample
        case .ended(let reason, let seconds, let quality):
            kind = "session.room_ended"
            payload.reason = reason
            payload.mediaSeconds = seconds
            payload.quality = quality
        }
        return Event(
            id: id, queue: .sidecar, key: "session \(session)", kind: kind, payload: try JSONText(encoding: payload))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        switch event.kind {
        case "session.joined", "session.left", "session.progress", "session.record", "session.quality",
            "session.room_ended":
            break
        default: return nil
        }
        let payload = try event.payload.decode(as: Payload.self)
        session = try eventID(payload.sessionId, of: "session")
        let user = try payload.userId.map { id throws(UnreadableEvent) in try eventID(id, of: "user") }
        if event.kind == "session.quality", let sample = payload.sample {
            happening = .quality(sample)
            return
        }
        switch (event.kind, user, payload.mediaSeconds, payload.record) {
        case ("session.joined", .some(let user), _, _): happening = .joined(user)
        case ("session.left", .some(let user), _, _): happening = .left(user, reason: payload.reason ?? "left")
        case ("session.progress", _, .some(let seconds), _):
            happening = .progress(mediaSeconds: seconds, running: payload.running ?? false)
        case ("session.record", _, _, .some(let record)): happening = .record(record)
        case ("session.room_ended", _, .some(let seconds), _):
            happening = .ended(reason: payload.reason ?? "closed", mediaSeconds: seconds, quality: payload.quality)
        default: throw UnreadableEvent(description: "a report of a session lacks what it is about")
        }
    }
}

/// The quality of a call, by direction: what the relay saw of it while it ran.
public struct SessionQuality: Sendable, Hashable, Codable {
    /// One direction between a person and the relay.
    public struct Direction: Sendable, Hashable, Codable {
        /// The mean score, from 1 to 5.
        public var score: Double
        /// The lowest score.
        public var worst: Double
        /// The mean of the bits per second.
        public var bitrate: Double
        /// The mean share of packets lost, 0 to 1.
        public var loss: Double
        /// The mean interarrival jitter in seconds.
        public var jitter: Double
        /// The mean round trip in seconds; nil where none was measured.
        public var rtt: Double?

        /// A direction's figures.
        public init(score: Double, worst: Double, bitrate: Double, loss: Double, jitter: Double, rtt: Double?) {
            self.score = score
            self.worst = worst
            self.bitrate = bitrate
            self.loss = loss
            self.jitter = jitter
            self.rtt = rtt
        }
    }

    /// Both directions of one person.
    public struct Sides: Sendable, Hashable, Codable {
        /// From the person; nil where nothing came.
        public var up: Direction?
        /// To the person; nil where nothing went.
        public var down: Direction?

        /// Both directions.
        public init(up: Direction?, down: Direction?) {
            self.up = up
            self.down = down
        }
    }

    /// The customer's directions.
    public var customer: Sides?
    /// The consultant's directions.
    public var consultant: Sides?

    /// Both people's directions.
    public init(customer: Sides?, consultant: Sides?) {
        self.customer = customer
        self.consultant = consultant
    }
}
