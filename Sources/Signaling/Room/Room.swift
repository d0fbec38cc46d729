internal import FoundationEssentials
internal import Identifiers
internal import RTP
internal import Relay

/// A room from its first participant to the last moment its memory matters. Pure: events in, actions out.
///
/// ```
///            join                    the last one left
///   (none) ────────► occupied ◄──────────────────────► remembered ──► forgotten
///                       │                 join             │       (newest token expired)
///                       │ gate closed, closed, shutdown    │
///                       └────────────► ended ◄─────────────┘
/// ```
///
/// A participant is connected, or lost and expected back until the resume window closes; both count as in the room.
/// What is remembered is the clock: who leaves and comes back starts where the call was, not with new free minutes.
struct Room: Sendable {
    let id: RoomID
    let mode: RoomMode
    let policy: BillingPolicy
    /// The booked session, where the room is of one.
    let session: SessionID?
    /// When the room was first entered.
    let openedAt: Date
    /// How long a lost connection's participation lasts.
    let resumeWindow: NanosecondCount

    var participants: [Participant] = []
    var chat = ChatLog()
    /// The clock's newest reading.
    var clock: ClockStatus
    /// The clock itself, where the two sides' reports drive it; the relay's rooms have theirs in the relay.
    var peerClock: PeerClock?
    var ended: EndReason?
    /// What the marketplace has said of the session's money; nil in rooms that charge nobody.
    var money: RoomMoney?
    /// What the marketplace was told, where the room is one of a booked session.
    var trail: SessionTrail?
    /// How good the connections are.
    var quality: RoomQuality
    /// When the newest token seen for this room expires.
    var rememberedUntil: MonotonicInstant

    static let maximumObservers = 8

    init(
        id: RoomID, mode: RoomMode, policy: BillingPolicy, session: SessionID? = nil, openedAt: Date,
        resumeWindow: NanosecondCount, now: MonotonicInstant
    ) {
        self.id = id
        self.mode = mode
        self.policy = policy
        self.session = session
        self.openedAt = openedAt
        self.resumeWindow = resumeWindow
        clock = Self.start(of: policy)
        peerClock = mode == .p2p ? PeerClock(policy: policy, now: now) : nil
        trail = session == nil ? nil : SessionTrail(now: now)
        quality = RoomQuality(mode: mode, openedAt: openedAt, now: now)
        rememberedUntil = now
    }

    /// Takes up where an earlier life of this server has left the room.
    mutating func restore(
        mediaSeconds: Int, horizonSeconds: Int?, records: RecordChain = RecordChain(), now: MonotonicInstant
    ) {
        clock.mediaSeconds = max(clock.mediaSeconds, mediaSeconds, records.seconds)
        if let horizon = horizonSeconds, let present = clock.horizonSeconds {
            clock.horizonSeconds = max(present, horizon)
            if let threshold = clock.thresholdSeconds, clock.mediaSeconds >= threshold { clock.state = .paid }
        }
        if peerClock != nil {
            peerClock = PeerClock(
                policy: policy, mediaSeconds: clock.mediaSeconds, horizon: clock.horizonSeconds, now: now)
        }
        if trail != nil { trail = SessionTrail(now: now, mediaSeconds: clock.mediaSeconds, records: records) }
    }

    // MARK: Asking

    /// Whether anybody is in the room, connected or expected back.
    var isOccupied: Bool { !participants.isEmpty }

    /// Whether there is anything about an empty room that a later visitor could tell.
    var hasMemory: Bool { ended != nil || !chat.messages.isEmpty || clock != Self.start(of: policy) }

    private static func start(of policy: BillingPolicy) -> ClockStatus {
        let isMetered = policy.thresholdSeconds != nil
        return ClockStatus(
            state: isMetered ? .free : .unmetered, mediaSeconds: 0, thresholdSeconds: policy.thresholdSeconds,
            horizonSeconds: policy.thresholdSeconds, running: false)
    }

    func participant(_ user: UserID) -> Participant? { participants.first { $0.user == user } }

    func participant(on socket: SocketID) -> Participant? { participants.first { $0.socket == socket } }

    /// The other side of `user`.
    func peer(of user: UserID) -> Participant? { participants.first { $0.seat != nil && $0.user != user } }

    func index(of user: UserID) -> Int? { participants.firstIndex { $0.user == user } }

    /// Everybody reachable but `user`.
    func others(_ user: UserID?, _ notification: RoomNotification) -> [RoomAction] {
        participants.compactMap { participant in
            guard participant.user != user, let socket = participant.socket else { return nil }
            return .notify(socket, notification)
        }
    }

    /// Everybody reachable.
    func everybody(_ notification: RoomNotification) -> [RoomAction] { others(nil, notification) }

    /// The result of `room.join`, and `room` in that of a resuming `hello`.
    func snapshot(for user: UserID, offerer: Bool, iceServers: JSONValue) -> JSONValue {
        var result: JSONObject = [
            "room": .string(id.text), "mode": .string(mode.rawValue),
            "participants": .array(participants.map(\.json)), "iceServers": iceServers,
            "billing": clock.json(charged: money),
            "slots": ["mic", "camera", "screen"],
        ]
        if mode == .p2p { result.append("offerer", .bool(offerer)) }
        if let participant = participant(user) { result.append("you", participant.identity.json) }
        return .object(result)
    }

    // MARK: The end

    /// Ends the room for everybody. What is to be said of a session's call is said once that is closed (``callClosed(_:)``).
    mutating func end(_ reason: EndReason, now: MonotonicInstant) -> [RoomAction] {
        guard ended == nil else { return [] }
        ended = reason
        clock.running = false
        if reason == .unpaid { clock.state = .closed }
        var actions = everybody(.ended(.ended(reason)))
        for participant in participants {
            actions.append(.departed(participant.user))
            if let socket = participant.socket {
                actions.append(.close(socket, reason == .shutdown ? .goingAway : .done))
            }
        }
        participants = []
        chat = ChatLog()
        actions += tellQuality(now: now, isLast: true)
        if mode == .relay { return actions + [.closeCall] }
        return actions + recordPeers(final: true) + tellEnd()
    }

    /// The room's call in the relay was closed, because nobody is left in it or the room has ended.
    ///
    /// - Parameter closed: where it stood; nil where there was none.
    mutating func callClosed(_ closed: ClosedCall?) -> [RoomAction] {
        if let closed {
            if ended == nil { clock = closed.clock }
            clock.mediaSeconds = max(clock.mediaSeconds, closed.clock.mediaSeconds)
            clock.running = false
        }
        let last = closed?.record.map { recorded($0, from: .relay) } ?? []
        return last + (ended == nil ? [] : tellEnd())
    }

    private mutating func tellEnd() -> [RoomAction] {
        guard let ended else { return [] }
        return trail?.ended(ended, mediaSeconds: clock.mediaSeconds).map { .report($0) } ?? []
    }

    /// What flowed, where the room is one of a booked session.
    mutating func recorded(_ record: CallRecord, from source: SessionRecord.Source) -> [RoomAction] {
        trail?.record(record, from: source).map { .report($0) } ?? []
    }

    /// What flowed between peers, where a record is due, or in any case where it is the last one.
    mutating func recordPeers(final: Bool) -> [RoomAction] {
        guard trail != nil, let record = peerClock?.record(final: final) else { return [] }
        return recorded(record, from: .peers)
    }
}
