internal import FoundationEssentials
internal import Identifiers
internal import RTP
internal import Tokens

/// Who is there, and whether they were there before.
extension Hub {
    func hello(_ params: Parameters, at address: ReplyAddress, now: MonotonicInstant) throws(RPCError) {
        let text = try params.string("token", maximumBytes: TokenVerifier.maximumBytes + 1)
        let resume = try params.optionalString("resume", maximumBytes: 128)
        let chatSequence = try params.optionalInteger("chatSequence", in: 0...Int64(Int32.max)) ?? 0
        let resumption = resume.flatMap { resumptions[$0] }
        let token = try verify(text, resuming: resumption)
        let account = try account(of: token)

        var actions: [RoomAction] = []
        var afterwards: [RoomAction] = []
        var room: JSONValue?
        if let resumption, resumption.user == token.user,
            let entry = rooms[resumption.room]?.resume(token.user, on: address.socket, chatAfter: Int(chatSequence))
        {
            room = rooms[resumption.room]?.snapshot(
                for: token.user, offerer: entry.offerer, iceServers: iceServers(for: token.user))
            actions = entry.actions
            afterwards = entry.afterwards
        }

        let newResume = Self.randomText()
        connections[address.socket]?.user = token.user
        connections[address.socket]?.resume = newResume
        if let account {
            connections[address.socket]?.account = account
        }
        if room != nil, let resumption {
            connections[address.socket]?.room = resumption.room
            remember(resumption, as: newResume)
        }
        var result: JSONObject = [
            "connectionId": .string(connections[address.socket]?.id.text ?? ""), "userId": .string(token.user.text),
            "role": .string(token.role.rawValue), "resume": .string(newResume),
            "heartbeatSeconds": .integer(Int64(limits.heartbeatSeconds)), "serverTime": .string(Date().text),
            "resumed": .bool(room != nil),
        ]
        if let room { result.append("room", room) }
        reply(.object(result), to: address)
        if let resumption, room != nil { run(actions + afterwards, in: resumption.room) }
        if let account { accountConnected(token.user, account, on: address.socket) }
    }

    /// Checks a token. One that expired during a call still says who somebody is to whoever can resume that call.
    private func verify(_ text: String, resuming resumption: Resumption?) throws(RPCError) -> ClientToken {
        do {
            return try verifier.verifyClient(text)
        } catch {
            guard error.code == .expired, let resumption,
                let expired = try? verifier.verify(text, now: Date(timeIntervalSince1970: 0)),
                expired.user == resumption.user, expired.room == resumption.room
            else { throw .token(error) }
            return .room(expired)
        }
    }

    /// The account behind an access token, whose sign-in must not have been ended.
    private func account(of token: ClientToken) throws(RPCError) -> Account? {
        guard case .access(let token) = token else { return nil }
        guard !revocations.contains(token.family) else { throw .tokenRevoked }
        return Account(role: token.role, family: token.family)
    }

    // MARK: Resuming

    /// From now on `text` continues this participation, and nothing older does.
    func remember(_ participation: Resumption, as text: String) {
        forgetResumption(participation)
        resumptions[text] = participation
        resumeTexts[participation] = text
    }

    func forgetResumption(_ participation: Resumption) {
        if let old = resumeTexts.removeValue(forKey: participation) { resumptions[old] = nil }
    }

    func iceServers(for user: UserID) -> JSONValue { configuration.ice.servers(for: user, now: Date()) }

    /// 192 bits nobody guesses.
    private static func randomText() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
