internal import Identifiers
internal import RTP
internal import Relay

/// What participants send each other, and what the clock says.
extension Room {
    /// A seated participant; observers and strangers are refused.
    func seated(_ user: UserID) throws(RPCError) -> Participant {
        guard let participant = participant(user) else { throw .notInRoom }
        guard participant.seat != nil else { throw .observer }
        return participant
    }

    /// Passes something on to the other side (peer-to-peer).
    func forward(_ notification: RoomNotification, from user: UserID) throws(RPCError) -> [RoomAction] {
        _ = try seated(user)
        guard let socket = peer(of: user)?.socket else { throw .peerAbsent }
        return [.notify(socket, notification)]
    }

    mutating func setMedia(_ state: MediaState, of user: UserID) throws(RPCError) -> [RoomAction] {
        _ = try seated(user)
        guard let index = index(of: user) else { throw .notInRoom }
        participants[index].media = state
        return others(user, .mediaState(user, state))
    }

    mutating func say(
        id: String, text: String, by user: UserID, sentAt: String
    ) throws(RPCError) -> (message: ChatMessage, actions: [RoomAction]) {
        let participant = try seated(user)
        let (message, isNew) = chat.append(id: id, text: text, from: participant.identity, sentAt: sentAt)
        return (message, isNew ? others(user, .chat(message)) : [])
    }

    /// Takes a participant's counters. In a room of the relay they say nothing to the clock, only how the media looked and sounded.
    mutating func report(
        _ report: MediaReport, from user: UserID, at now: MonotonicInstant
    ) throws(RPCError) -> [RoomAction] {
        guard let seat = try seated(user).seat else { return [] }
        peerClock?.take(report, from: seat, of: user, at: now)
        return tell(quality.take(report, from: user, at: now))
    }

    /// Tells somebody, and observers, how their connection is.
    private mutating func tell(_ status: QualityStatus?) -> [RoomAction] {
        guard let status else { return [] }
        if let participant = participant(status.user) { trail?.add(status.yours, of: participant.identity) }
        let told: [RoomAction] = participants.compactMap { participant in
            guard participant.user == status.user || participant.identity.isObserver,
                let socket = participant.socket
            else { return nil }
            return .notify(socket, .quality(status))
        }
        return [.observed(status.yours)] + told
    }

    /// Tells the marketplace how the connections were, where it is time.
    mutating func tellQuality(now: MonotonicInstant, isLast: Bool = false) -> [RoomAction] {
        guard trail != nil else { return [] }
        let sample = quality.sample(at: now, mediaSeconds: clock.mediaSeconds, isLast: isLast)
        return sample.map { [.report(.quality($0))] } ?? []
    }

    /// A new offer of `user` is on its way to the relay: older candidates belong to an older path.
    mutating func offerStarted(by user: UserID) {
        if let index = index(of: user) { participants[index].candidates = [] }
    }

    // MARK: The relay speaks

    mutating func handle(_ event: CallEvent, at now: MonotonicInstant) -> [RoomAction] {
        // What flowed before the end is told also after it.
        if case .record(let record) = event { return recorded(record, from: .relay) }
        guard ended == nil else { return [] }
        switch event {
        case .candidate(let user, let candidate):
            let message = candidate ?? CandidateMessage(candidate: "")
            guard let index = index(of: user) else { return [] }
            if participants[index].candidates.count < Participant.maximumCandidates {
                participants[index].candidates.append(message)
            }
            return participants[index].socket.map { [.notify($0, .candidate(message, from: nil))] } ?? []
        case .connection(let user, let state):
            quality.connection(of: user, is: .init(state))
            return everybody(.connection(user, state))
        case .clock(let status): return setClock(status)
        case .record: return []
        case .warning(let seconds, let reason): return warn(seconds, reason)
        case .quality(let user, let report):
            return tell(quality.take(report, of: user, at: now))
        case .codecMismatch(let user, let codecs):
            return participant(user)?.socket.map { [.notify($0, .renegotiate(codecs: codecs))] } ?? []
        case .ended(let reason): return close(reason, now: now)
        }
    }

    // MARK: The clock

    /// Money came: the horizon moves.
    mutating func extendHorizon(to seconds: Int, at now: MonotonicInstant) -> [RoomAction] {
        guard ended == nil, let horizon = clock.horizonSeconds, seconds > horizon else { return [] }
        if peerClock != nil {
            return apply(peerClock?.extendHorizon(to: seconds, at: now) ?? [], now: now) + [.billing(.grant)]
        }
        var status = clock
        status.horizonSeconds = seconds
        if status.state == .grace { status.state = .paid }
        return setClock(status) + [.billing(.grant)]
    }

    /// The relay's clock after a grant.
    mutating func granted(_ status: ClockStatus) -> [RoomAction] {
        guard ended == nil else { return [] }
        return setClock(status) + [.billing(.grant)]
    }

    /// The marketplace says what the session has cost; the horizon is moved by whoever has the clock.
    mutating func billed(_ money: RoomMoney) -> [RoomAction] {
        guard ended == nil, money != self.money else { return [] }
        let isNews = money.charged != self.money?.charged
        self.money = money
        return isNews ? everybody(.billing(clock, money)) : []
    }

    mutating func apply(_ actions: [PeerClock.Action], now: MonotonicInstant) -> [RoomAction] {
        var result: [RoomAction] = []
        for action in actions where ended == nil {
            switch action {
            case .status(let status): result += setClock(status)
            case .warning(let seconds, let reason): result += warn(seconds, reason)
            case .closeGate: result += close(.unpaid, now: now)
            }
        }
        return result
    }

    private mutating func setClock(_ status: ClockStatus) -> [RoomAction] {
        guard status != clock else { return [] }
        let entersGrace = status.state == .grace && clock.state != .grace
        clock = status
        let told = trail?.moved(status).map { [RoomAction.report($0)] } ?? []
        return told + (entersGrace ? [.billing(.grace)] : []) + everybody(.billing(status, money))
    }

    private func warn(_ seconds: Int, _ reason: ClockWarning) -> [RoomAction] {
        [.billing(.warning)] + everybody(.warning(secondsLeft: seconds, reason: reason))
    }

    private mutating func close(_ reason: EndReason, now: MonotonicInstant) -> [RoomAction] {
        (reason == .unpaid ? [.billing(.closed)] : []) + end(reason, now: now)
    }
}
