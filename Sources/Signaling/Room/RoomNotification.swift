internal import Identifiers
internal import Relay

/// What the server tells a client without being asked (docs/protocol.md, "Notifications").
enum RoomNotification: Sendable, Equatable {
    case joined(Participant, rejoined: Bool, offerer: Bool?)
    case left(UserID, DepartureReason)
    case ended(RoomEnding)
    case offer(sdp: String, from: UserID)
    case answer(sdp: String, from: UserID)
    case candidate(CandidateMessage, from: UserID?)
    case mediaState(UserID, MediaState)
    case connection(UserID, PathState)
    case renegotiate(codecs: [String])
    case billing(ClockStatus, RoomMoney?)
    case warning(secondsLeft: Int, reason: ClockWarning)
    case quality(QualityStatus)
    case chat(ChatMessage)

    var method: String {
        switch self {
        case .joined: "room.joined"
        case .left: "room.left"
        case .ended: "room.ended"
        case .offer: "media.offer"
        case .answer: "media.answer"
        case .candidate: "media.candidate"
        case .mediaState: "media.state"
        case .connection: "media.connection"
        case .renegotiate: "media.renegotiate"
        case .billing: "billing.status"
        case .warning: "billing.warning"
        case .quality: "quality.status"
        case .chat: "chat.message"
        }
    }

    /// Of some, only the newest is of interest.
    var kind: Outbox.Kind? {
        switch self {
        case .billing: .billing
        case .quality(let status): .quality(status.user.text)
        case .joined, .left, .ended, .offer, .answer, .candidate, .mediaState, .connection, .renegotiate, .warning,
            .chat:
            nil
        }
    }

    var params: JSONValue {
        switch self {
        case .joined(let participant, let rejoined, let offerer):
            var params: JSONObject = ["participant": participant.json, "rejoined": .bool(rejoined)]
            if let offerer { params.append("offerer", .bool(offerer)) }
            return .object(params)
        case .left(let user, let reason):
            return ["userId": .string(user.text), "reason": .string(reason.rawValue)]
        case .ended(let ending): return ["reason": .string(ending.text)]
        case .offer(let sdp, let user), .answer(let sdp, let user):
            return ["sdp": .string(sdp), "from": .string(user.text)]
        case .candidate(let candidate, let user): return candidate.json(from: user)
        case .mediaState(let user, let state):
            var params: JSONObject = ["userId": .string(user.text)]
            for (name, value) in state.members { params.append(name, value) }
            return .object(params)
        case .connection(let user, let state):
            return ["userId": .string(user.text), "state": .string(state.rawValue)]
        case .renegotiate(let codecs): return ["codecs": .array(codecs.map { .string($0) })]
        case .billing(let status, let money): return status.json(charged: money)
        case .warning(let seconds, let reason):
            return ["secondsLeft": .integer(Int64(seconds)), "reason": .string(reason.rawValue)]
        case .quality(let status):
            return [
                "userId": .string(status.user.text), "up": status.yours.up.json, "down": status.yours.down.json,
                "theirs": status.theirs.map { ["up": $0.up.json, "down": $0.down.json] } ?? .null,
                "weak": status.weak.map { .string($0.rawValue) } ?? .null,
            ]
        case .chat(let message): return message.json
        }
    }

    /// The whole message as it travels.
    var bytes: [UInt8] { OutgoingMessage.notification(method, params) }
}

/// Why somebody is no longer in a room.
enum DepartureReason: String, Sendable {
    case left
    case timeout
}

/// Why a room is over for a connection: it ended for everybody, or somebody of the same name took the place.
enum RoomEnding: Sendable, Equatable {
    case ended(EndReason)
    case replaced

    var text: String {
        switch self {
        case .ended(let reason): reason.rawValue
        case .replaced: "replaced"
        }
    }
}

extension CandidateMessage {
    fileprivate func json(from user: UserID?) -> JSONValue {
        var params: JSONObject = [
            "candidate": .string(candidate), "sdpMid": sdpMid.map { .string($0) } ?? .null,
            "sdpMLineIndex": .optional(sdpMLineIndex),
            "usernameFragment": usernameFragment.map { .string($0) } ?? .null,
        ]
        if let user { params.append("from", .string(user.text)) }
        return .object(params)
    }
}

extension ClockStatus {
    /// `billing.status`. Rooms of a plain media server charge nobody: `charged` is null.
    func json(charged money: RoomMoney?) -> JSONValue {
        [
            "state": .string(state.rawValue), "mediaSeconds": .integer(Int64(mediaSeconds)),
            "thresholdSeconds": .optional(thresholdSeconds), "horizonSeconds": .optional(horizonSeconds),
            "charged": money?.json ?? .null, "running": .bool(running),
        ]
    }
}

extension DirectionQuality? {
    fileprivate var json: JSONValue {
        guard let self else { return .null }
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return [
            "score": .number(self.score), "audioScore": number(self.audioScore),
            "videoScore": number(self.videoScore), "bitrate": .number(self.bitrate), "loss": .number(self.loss),
            "lossAfterRecovery": number(self.lossAfterRecovery), "jitter": .number(self.jitter),
            "rtt": number(self.rtt), "framesPerSecond": number(self.framesPerSecond),
            "freezes": .optional(self.freezes),
        ]
    }
}
