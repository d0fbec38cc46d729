internal import Identifiers
internal import RTP
internal import Relay

/// Coming, going, and coming back.
extension Room {
    /// What a participant who came in has to know.
    struct Entry: Equatable {
        /// Whether this side is to make the offer (peer-to-peer).
        var offerer: Bool
        /// What goes to the others and to a replaced connection.
        var actions: [RoomAction]
        /// What goes to the one who came, after the answer.
        var afterwards: [RoomAction]
    }

    /// Somebody shows a token for this room.
    ///
    /// The same user again takes over from the older connection; the same connection again changes nothing.
    mutating func join(
        _ identity: Identity, on socket: SocketID, tokenExpiresAt: MonotonicInstant, now: MonotonicInstant
    ) throws(RPCError) -> Entry {
        rememberedUntil = max(rememberedUntil, tokenExpiresAt)
        if let ended { throw .roomEnded(ended) }
        guard let index = index(of: identity.user) else { return try enter(identity, on: socket, now: now) }

        let previous = participants[index]
        if previous.socket == socket { return entry(of: identity.user, on: socket, actions: [], chatAfter: 0) }
        var actions: [RoomAction] = []
        if let old = previous.socket {
            actions = [.notify(old, .ended(.replaced)), .close(old, .replaced)]
        }
        // The role is the seat's: a token with another role doesn't move anybody to another chair.
        participants[index].identity.name = identity.name
        participants[index].socket = socket
        participants[index].expiresAt = nil
        participants[index].media = MediaState()
        participants[index].candidates = []
        actions += others(identity.user, joined(participants[index], rejoined: true)) + arrived(participants[index])
        return entry(of: identity.user, on: socket, actions: actions, chatAfter: 0)
    }

    private mutating func enter(
        _ identity: Identity, on socket: SocketID, now: MonotonicInstant
    ) throws(RPCError) -> Entry {
        var participant = Participant(identity: identity, socket: socket)
        if identity.isObserver {
            guard participants.count(where: \.identity.isObserver) < Self.maximumObservers else { throw .roomFull }
        } else {
            let taken = participants.compactMap(\.seat)
            guard let seat = [Seat.first, .second].first(where: { !taken.contains($0) }) else { throw .roomFull }
            participant.seat = seat
        }
        if participants.isEmpty { peerClock?.skip(to: now) }
        participants.append(participant)
        if participant.seat != nil {
            trail?.seated(identity)
            quality.seated(identity, at: now)
        }
        let actions = others(identity.user, joined(participant, rejoined: false)) + arrived(participant)
        return entry(of: identity.user, on: socket, actions: actions, chatAfter: 0)
    }

    /// A connection with a valid `resume` continues the participation of an older one.
    ///
    /// - Returns: nil where the participation is no longer there.
    mutating func resume(_ user: UserID, on socket: SocketID, chatAfter: Int) -> Entry? {
        guard ended == nil, let index = index(of: user) else { return nil }
        var actions: [RoomAction] = []
        if let old = participants[index].socket, old != socket { actions = [.close(old, .replaced)] }
        participants[index].socket = socket
        participants[index].expiresAt = nil
        var entry = entry(of: user, on: socket, actions: actions, chatAfter: chatAfter)
        entry.afterwards += participants[index].candidates.map { .notify(socket, .candidate($0, from: nil)) }
        return entry
    }

    private func entry(of user: UserID, on socket: SocketID, actions: [RoomAction], chatAfter: Int) -> Entry {
        let missed = chat.messages(after: chatAfter).map { RoomAction.notify(socket, .chat($0)) }
        // Whoever comes, or comes back, offers, if there is somebody to take the offer.
        let isSeated = participant(user)?.seat != nil
        return Entry(
            offerer: mode == .p2p && isSeated && peer(of: user)?.socket != nil, actions: actions, afterwards: missed)
    }

    /// Tells the marketplace who sits down.
    private func arrived(_ participant: Participant) -> [RoomAction] {
        trail != nil && participant.seat != nil ? [.report(.joined(participant.user))] : []
    }

    private func joined(_ participant: Participant, rejoined: Bool) -> RoomNotification {
        .joined(participant, rejoined: rejoined, offerer: mode == .p2p && participant.seat != nil ? false : nil)
    }

    /// A connection is gone; its participant is expected back for a while.
    mutating func disconnected(_ socket: SocketID, now: MonotonicInstant) {
        guard let index = participants.firstIndex(where: { $0.socket == socket }) else { return }
        participants[index].socket = nil
        participants[index].expiresAt = now.advanced(by: resumeWindow)
    }

    /// A participant leaves for good, or isn't expected back any longer.
    mutating func leave(_ user: UserID, _ reason: DepartureReason, now: MonotonicInstant) -> [RoomAction] {
        guard ended == nil, let index = index(of: user) else { return [] }
        let participant = participants.remove(at: index)
        var actions: [RoomAction] = [.departed(user)] + everybody(.left(user, reason))
        guard let seat = participant.seat else { return actions }
        quality.connection(of: user, is: .gone)
        if trail != nil { actions.append(.report(.left(user, reason: reason.rawValue))) }
        if mode == .relay {
            actions.append(.leaveCall(user))
            if !participants.contains(where: { $0.seat != nil }) { actions.append(.closeCall) }
        } else {
            actions += apply(peerClock?.seatGone(seat, at: now) ?? [], now: now)
        }
        // A session's call is over when one of its two has gone: nobody else could take the seat.
        if trail?.hasFlowed == true { actions += end(.left, now: now) }
        return actions
    }

    /// Time passes: lost participations end, and the peer-to-peer clock goes on.
    mutating func tick(_ now: MonotonicInstant) -> [RoomAction] {
        guard ended == nil, isOccupied else { return [] }
        var actions: [RoomAction] = []
        for participant in participants {
            if let deadline = participant.expiresAt, deadline <= now {
                actions += leave(participant.user, .timeout, now: now)
            }
        }
        if ended == nil, isOccupied { actions += apply(peerClock?.advance(to: now) ?? [], now: now) }
        if ended == nil, isOccupied { actions += recordPeers(final: false) }
        if ended == nil, isOccupied, let happening = trail?.tick(clock, now: now) { actions.append(.report(happening)) }
        if ended == nil { actions += tellQuality(now: now) }
        return actions
    }
}
