internal import Identifiers
internal import RTP

/// The methods a client may call.
private enum ClientMethod: String {
    case hello
    case ping
    case join = "room.join"
    case leave = "room.leave"
    case offer = "media.offer"
    case answer = "media.answer"
    case candidate = "media.candidate"
    case mediaState = "media.state"
    case stats = "media.stats"
    case chat = "chat.send"
    case presence = "presence.set"
    case accept = "request.accept"
    case decline = "request.decline"
}

/// From the bytes of a message to the method it calls.
extension Hub {
    func received(_ bytes: [UInt8], on socket: SocketID) {
        let now = MonotonicInstant.now()
        counters.messages += 1
        guard let verdict = connections[socket]?.messages.spend(at: now) else { return }
        if verdict == .close { return close(socket, .tooManyMessages) }
        do {
            let message = try IncomingMessage(bytes)
            let address = ReplyAddress(socket: socket, id: message.id)
            if verdict == .refuse { return reply(.rateLimited, to: address) }
            answer(message, at: address, now: now)
        } catch {
            if verdict == .refuse { return reply(.rateLimited, to: ReplyAddress(socket: socket, id: error.id)) }
            refuse(error.error, at: ReplyAddress(socket: socket, id: error.id), now: now)
        }
    }

    private func answer(_ message: IncomingMessage, at address: ReplyAddress, now: MonotonicInstant) {
        do {
            if let result = try call(message, at: address, now: now) { reply(result, to: address) }
        } catch {
            refuse(error, at: address, now: now)
        }
    }

    /// Answers with an error, and counts it: who doesn't speak the protocol is closed after a few.
    private func refuse(_ error: RPCError, at address: ReplyAddress, now: MonotonicInstant) {
        reply(error, to: address)
        guard var connection = connections[address.socket] else { return }
        var isExhausted = false
        if connection.user == nil {
            connection.earlyErrors += 1
            isExhausted = connection.earlyErrors >= limits.earlyErrors
        } else if error.isProtocolError {
            isExhausted = connection.errors.isExhausted(byErrorAt: now)
        }
        connections[address.socket] = connection
        if isExhausted { close(address.socket, .protocolErrors) }
    }

    /// - Returns: the result; nil where the method has answered by itself, or will.
    private func call(
        _ message: IncomingMessage, at address: ReplyAddress, now: MonotonicInstant
    ) throws(RPCError) -> JSONValue? {
        guard let connection = connections[address.socket] else { return nil }
        let method = ClientMethod(rawValue: message.method)
        guard let user = connection.user else {
            guard method == .hello else { throw .helloFirst }
            try hello(message.params, at: address, now: now)
            return nil
        }
        guard let method else { throw .methodNotFound }
        let params = message.params
        switch method {
        case .hello: throw .helloAgain
        case .ping: return [:]
        case .join:
            try join(params, user: user, at: address, now: now)
            return nil
        case .presence:
            try setPresence(params, user: user, account: connection.account, at: address)
            return nil
        case .accept:
            try acceptRequest(params, user: user, account: connection.account, at: address)
            return nil
        case .decline:
            try declineRequest(params, user: user, account: connection.account, at: address)
            return nil
        case .leave, .offer, .answer, .candidate, .mediaState, .stats, .chat: break
        }
        guard let room = connection.room, rooms[room] != nil else { throw .notInRoom }
        let place = Place(room: room, user: user)
        switch method {
        case .leave: return leave(place, socket: address.socket, now: now)
        case .offer: return try offer(params, in: place, at: address)
        case .answer: return try answer(params, in: place)
        case .candidate: return try candidate(params, in: place, at: address)
        case .mediaState: return try mediaState(params, in: place)
        case .stats: return try stats(params, in: place, now: now)
        case .chat: return try chat(params, in: place)
        case .hello, .ping, .join, .presence, .accept, .decline: return nil
        }
    }
}

/// A participant's place.
struct Place: Sendable {
    var room: RoomID
    var user: UserID
}
