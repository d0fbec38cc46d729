internal import Database
internal import Events

/// A session's call with the newest of its samples.
struct OpsCall: Sendable {
    let session: Session
    let customerName: String
    let consultantName: String
    let newest: CallSample?
    let seenAt: Timestamp?

    /// Whether there is a call to speak of: somebody has come, or media has flowed.
    static let isCall: SQL = """
        (sessions.started_at IS NOT NULL OR newest.at IS NOT NULL
            OR sessions.ended_at IS NULL
                AND (sessions.customer_joined_at IS NOT NULL OR sessions.consultant_joined_at IS NOT NULL))
        """

    static let columns: SQL = """
        \(Session.columns), customer.name AS customer_name, consultant.name AS consultant_name,
        newest.at AS sample_at, newest.sample
        FROM sessions JOIN users AS customer ON customer.id = sessions.customer_id
            JOIN users AS consultant ON consultant.id = sessions.consultant_id
            LEFT JOIN LATERAL (
                SELECT at, sample FROM call_samples WHERE session_id = sessions.id ORDER BY at DESC LIMIT 1
            ) AS newest ON true
        """

    init(_ row: Row) throws(DatabaseError) {
        session = try Session(row)
        customerName = try row.get("customer_name", as: String.self)
        consultantName = try row.get("consultant_name", as: String.self)
        seenAt = try row.get("sample_at", as: Timestamp?.self)
        newest = try row.get("sample", as: JSONText?.self).map { text throws(DatabaseError) in
            try CallSamples.sample(text)
        }
    }

    /// How somebody's path is: gone where the call is over, and unless the core has said something, as they have joined.
    func connection(_ side: SessionSide) -> String {
        if session.isOver { return "gone" }
        switch side {
        case .customer:
            return newest?.customer?.connection ?? (session.customerJoinedAt == nil ? "gone" : "connecting")
        case .consultant:
            return newest?.consultant?.connection ?? (session.consultantJoinedAt == nil ? "gone" : "connecting")
        }
    }
}

/// A call as operators read it, every field there, an absent one as null.
struct OpsCallView: Encodable {
    private let call: OpsCall
    private let timeline: [(at: Timestamp, sample: CallSample)]?

    /// - Parameter timeline: the call's samples; nil where they are not shown.
    init(_ call: OpsCall, timeline: [(at: Timestamp, sample: CallSample)]? = nil) {
        self.call = call
        self.timeline = timeline
    }

    private enum Key: String, CodingKey {
        case id, room, mode, state, createdAt, startedAt, endedAt, mediaSeconds, endReason, endReasonText, seenAt
        case customer, consultant, timeline
    }

    func encode(to encoder: any Encoder) throws {
        let session = call.session
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(session.id.description, forKey: .id)
        try container.encode(session.room, forKey: .room)
        try container.encode(session.mode, forKey: .mode)
        try container.encode(session.isOver ? "ended" : "live", forKey: .state)
        try container.encode(session.createdAt.description, forKey: .createdAt)
        try container.encode((session.startedAt ?? session.createdAt).description, forKey: .startedAt)
        try container.encode(session.endedAt?.description, forKey: .endedAt)
        let seconds = max(session.mediaSeconds, call.newest?.mediaSeconds ?? 0)
        try container.encode(seconds, forKey: .mediaSeconds)
        try container.encode(session.endReason, forKey: .endReason)
        try container.encode(
            session.endReason.map { SessionEnd(rawValue: $0)?.words(for: nil) ?? "The session has ended." },
            forKey: .endReasonText)
        try container.encode(call.seenAt?.description, forKey: .seenAt)
        try container.encode(
            SideView(
                user: session.customer, name: call.customerName, connection: call.connection(.customer),
                side: call.newest?.customer), forKey: .customer)
        try container.encode(
            SideView(
                user: session.consultant, name: call.consultantName, connection: call.connection(.consultant),
                side: call.newest?.consultant), forKey: .consultant)
        if let timeline {
            try container.encode(timeline.map { EntryView(at: $0.at, sample: $0.sample) }, forKey: .timeline)
        }
    }

    private struct SideView: Encodable {
        let user: UniqueID
        let name: String
        let connection: String
        let side: CallSample.Side?

        enum Key: String, CodingKey { case userId, name, connection, up, down }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(user.description, forKey: .userId)
            try container.encode(name, forKey: .name)
            try container.encode(connection, forKey: .connection)
            try container.encode(side?.up.map { DirectionView($0) }, forKey: .up)
            try container.encode(side?.down.map { DirectionView($0) }, forKey: .down)
        }
    }

    private struct EntryView: Encodable {
        let at: Timestamp
        let sample: CallSample

        enum Key: String, CodingKey { case at, mediaSeconds, milliseconds, customer, consultant }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(at.description, forKey: .at)
            try container.encode(sample.mediaSeconds, forKey: .mediaSeconds)
            try container.encode(sample.milliseconds, forKey: .milliseconds)
            try container.encode(PathsView(side: sample.customer), forKey: .customer)
            try container.encode(PathsView(side: sample.consultant), forKey: .consultant)
        }
    }

    private struct PathsView: Encodable {
        let side: CallSample.Side?

        enum Key: String, CodingKey { case connection, up, down }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(side?.connection ?? "gone", forKey: .connection)
            try container.encode(side?.up.map { DirectionView($0) }, forKey: .up)
            try container.encode(side?.down.map { DirectionView($0) }, forKey: .down)
        }
    }

    private struct DirectionView: Encodable {
        let direction: CallSample.Direction

        init(_ direction: CallSample.Direction) { self.direction = direction }

        enum Key: String, CodingKey {
            case score, audioScore, videoScore, bitrate, loss, lossAfterRecovery, jitter, roundTrip, framesPerSecond
            case freezes
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(direction.score, forKey: .score)
            try container.encode(direction.audioScore, forKey: .audioScore)
            try container.encode(direction.videoScore, forKey: .videoScore)
            try container.encode(direction.bitrate, forKey: .bitrate)
            try container.encode(direction.loss, forKey: .loss)
            try container.encode(direction.lossAfterRecovery, forKey: .lossAfterRecovery)
            try container.encode(direction.jitter, forKey: .jitter)
            try container.encode(direction.roundTrip, forKey: .roundTrip)
            try container.encode(direction.framesPerSecond, forKey: .framesPerSecond)
            try container.encode(direction.freezes, forKey: .freezes)
        }
    }
}
