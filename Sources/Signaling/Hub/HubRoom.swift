internal import FoundationEssentials
internal import Identifiers
internal import Logging
internal import RTP
internal import Relay
internal import Tokens

/// Entering and leaving rooms.
extension Hub {
    func join(
        _ params: Parameters, user: UserID, at address: ReplyAddress, now: MonotonicInstant
    ) throws(RPCError) {
        let text = try params.string("token", maximumBytes: TokenVerifier.maximumBytes + 1)
        let token: RoomToken
        do {
            token = try verifier.verify(text)
        } catch {
            throw .token(error)
        }
        guard token.user == user else { throw .wrongUser }
        if let present = connections[address.socket]?.room, present != token.room { throw .inAnotherRoom }
        guard !isDraining else { throw .draining }
        var room: Room
        if let present = rooms[token.room] { room = present } else { room = try open(token, now: now) }
        let remaining = token.expiresAt.timeIntervalSinceNow
        let entry: Room.Entry
        do {
            entry = try room.join(
                Identity(token), on: address.socket,
                tokenExpiresAt: now.advanced(by: NanosecondCount(min(remaining, 1e9) * 1e9)), now: now)
        } catch {
            // Also who is turned away shows how long this room's tokens live: an ended room is remembered until then.
            rooms[token.room] = room
            throw error
        }
        rooms[token.room] = room
        connections[address.socket]?.room = token.room
        if let resume = connections[address.socket]?.resume {
            remember(Resumption(user: user, room: token.room), as: resume)
        }
        logger.debug("participant entered", metadata: ["room": "\(token.room)", "user": "\(user)"])
        reply(room.snapshot(for: user, offerer: entry.offerer, iceServers: iceServers(for: user)), to: address)
        run(entry.actions + entry.afterwards, in: token.room)
    }

    /// A new room for its first visitor.
    private func open(_ token: RoomToken, now: MonotonicInstant) throws(RPCError) -> Room {
        let occupied = rooms.values.count(where: \.isOccupied)
        guard occupied < configuration.maximumRooms,
            rooms.count < configuration.maximumRooms * limits.rememberedRoomsFactor
        else { throw .serverFull }
        var policy = configuration.billing
        if let threshold = token.threshold { policy.thresholdSeconds = threshold }
        if token.unmetered { policy.thresholdSeconds = nil }
        var room = Room(
            id: token.room, mode: plane == nil ? .p2p : token.mode, policy: policy, session: token.session,
            openedAt: Date(), resumeWindow: limits.resumeWindow, now: now)
        if let known = known(token.room) {
            if let ended = known.ended { throw .roomEnded(EndReason(rawValue: ended) ?? .ended) }
            room.restore(
                mediaSeconds: known.mediaSeconds, horizonSeconds: known.horizonSeconds, records: known.chain, now: now)
            room.money = known.money
        }
        return room
    }

    func leave(_ place: Place, socket: SocketID, now: MonotonicInstant) -> JSONValue {
        connections[socket]?.room = nil
        run(rooms[place.room]?.leave(place.user, .left, now: now) ?? [], in: place.room)
        return [:]
    }

    func chat(_ params: Parameters, in place: Place) throws(RPCError) -> JSONValue {
        let id = try params.string("id", maximumBytes: ChatLog.maximumIDBytes)
        guard !id.isEmpty else { throw .invalidParams("id", "is empty") }
        let text = try params.string("text", maximumBytes: ChatLog.maximumTextLength * 4)
        guard (1...ChatLog.maximumTextLength).contains(text.unicodeScalars.count) else {
            throw .invalidParams("text", "must have 1 to \(ChatLog.maximumTextLength) characters")
        }
        guard let said = try rooms[place.room]?.say(id: id, text: text, by: place.user, sentAt: Date().text) else {
            throw .notInRoom
        }
        run(said.actions, in: place.room)
        return [
            "id": .string(said.message.id), "sequence": .integer(Int64(said.message.sequence)),
            "sentAt": .string(said.message.sentAt),
        ]
    }

    func mediaState(_ params: Parameters, in place: Place) throws(RPCError) -> JSONValue {
        let state = MediaState(
            mic: try params.optionalBool("mic") ?? false, camera: try params.optionalBool("camera") ?? false,
            screen: try params.optionalBool("screen") ?? false)
        run(try rooms[place.room]?.setMedia(state, of: place.user) ?? [], in: place.room)
        return [:]
    }

    func stats(_ params: Parameters, in place: Place, now: MonotonicInstant) throws(RPCError) -> JSONValue {
        let report = try MediaReport(params)
        run(try rooms[place.room]?.report(report, from: place.user, at: now) ?? [], in: place.room)
        return [:]
    }
}
