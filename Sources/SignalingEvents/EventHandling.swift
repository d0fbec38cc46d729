internal import Database
internal import Events
internal import Identifiers
internal import Signaling

/// Acts on the events of the signaling core's queue.
struct EventHandling: Sendable {
    let server: SignalingServer
    let tokens: RoomTokens

    func handle(_ delivery: Delivery, in transaction: Transaction) async throws {
        let event = delivery.event
        if let push = try Push(event) {
            try await handle(push, in: transaction)
        } else if let room = try RoomEvent(event) {
            try await handle(room)
        } else if let signIn = try SignInEvent(event) {
            switch signIn {
            case .revoked(let user, let families): try await SignalingEvents.revoke(families, of: user, at: server)
            }
        } else {
            throw SignalingEvents.UnknownEvent(kind: event.kind)
        }
    }

    private func handle(_ push: Push, in transaction: Transaction) async throws {
        if let expiry = push.expiresAt, expiry <= .now() { return }
        guard let user = UserID(push.user.description) else { return }
        guard let reached = try await server.push(push.method, params: push.params.text, to: user) else {
            throw UnreadableEvent(description: "the parameters of \(push.method) are no JSON object")
        }
        guard reached == 0, push.method == "request.created" else { return }
        struct Request: Decodable { var requestId: String }
        let request = try push.params.decode(as: Request.self)
        guard let id = UniqueID(request.requestId) else {
            throw UnreadableEvent(description: "the id of a request is not a UUID")
        }
        try await Outbox.append(try UndeliveredRequest(to: push.user, request: id).event(), in: transaction)
    }

    private func handle(_ event: RoomEvent) async throws {
        switch event {
        case .ready(let session, let room, let mode, let threshold, let people):
            let invitation = Invitation(
                session: session.description, room: room, mode: mode, thresholdSeconds: threshold)
            for person in people { try await invite(person, to: invitation) }
        case .end(let session, let room, _): try await end(room, of: session.description)
        case .billed(let session, let room, let horizon, let charged, let currency):
            guard let room = RoomID(room), let session = SessionID(session.description) else { return }
            try await server.bill(
                RoomMoney(horizonSeconds: horizon, charged: charged, currency: currency), room: room, of: session)
        }
    }

    private struct Invitation {
        let session: String
        let room: String
        let mode: String
        let thresholdSeconds: Int
    }

    private func invite(_ person: RoomEvent.Person, to invitation: Invitation) async throws {
        guard let user = UserID(person.userId) else { return }
        let token = try await tokens.token(
            session: invitation.session, room: invitation.room, mode: invitation.mode,
            thresholdSeconds: invitation.thresholdSeconds, user: person.userId, name: person.name, role: person.role)
        let notice = try JSONText(
            encoding: Ready(
                sessionId: invitation.session, room: invitation.room, token: token, otherName: person.otherName))
        _ = try await server.push("session.ready", params: notice.text, to: user)
    }

    private func end(_ room: String, of session: String) async throws {
        guard let room = RoomID(room), let session = SessionID(session) else { return }
        try await server.end(room: room, of: session)
    }

    private struct Ready: Encodable {
        let sessionId: String
        let room: String
        let token: String
        let otherName: String
    }
}
