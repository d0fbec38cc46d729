internal import Identifiers
internal import Relay
internal import SDP

/// Session descriptions and candidates: to the relay, or to the other side.
extension Hub {
    private static let maximumDescriptionBytes = 60_000

    /// - Returns: nil where the relay answers later.
    func offer(_ params: Parameters, in place: Place, at address: ReplyAddress) throws(RPCError) -> JSONValue? {
        let sdp = try params.string("sdp", maximumBytes: Self.maximumDescriptionBytes)
        guard let room = rooms[place.room] else { throw .notInRoom }
        _ = try room.seated(place.user)
        switch room.mode {
        case .relay:
            try enqueueOrRefuse(.offer(sdp, place.user, address), in: place.room)
            return nil
        case .p2p:
            try check(sdp)
            run(try room.forward(.offer(sdp: sdp, from: place.user), from: place.user), in: place.room)
            return [:]
        }
    }

    func answer(_ params: Parameters, in place: Place) throws(RPCError) -> JSONValue {
        let sdp = try params.string("sdp", maximumBytes: Self.maximumDescriptionBytes)
        guard let room = rooms[place.room] else { throw .notInRoom }
        _ = try room.seated(place.user)
        guard room.mode == .p2p else { throw .notPeerToPeer }
        try check(sdp)
        run(try room.forward(.answer(sdp: sdp, from: place.user), from: place.user), in: place.room)
        return [:]
    }

    func candidate(_ params: Parameters, in place: Place, at address: ReplyAddress) throws(RPCError) -> JSONValue? {
        let candidate = CandidateMessage(
            candidate: try params.string("candidate", maximumBytes: 1024),
            sdpMid: try params.optionalString("sdpMid", maximumBytes: 64),
            sdpMLineIndex: try params.optionalInteger("sdpMLineIndex", in: 0...255).map(Int.init),
            usernameFragment: try params.optionalString("usernameFragment", maximumBytes: 256))
        let texts = [candidate.candidate, candidate.sdpMid ?? "", candidate.usernameFragment ?? ""]
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw .invalidParams("candidate", "has control characters")
        }
        guard let room = rooms[place.room] else { throw .notInRoom }
        _ = try room.seated(place.user)
        switch room.mode {
        case .relay:
            try enqueueOrRefuse(.candidate(candidate, place.user, address), in: place.room)
            return nil
        case .p2p:
            run(try room.forward(.candidate(candidate, from: place.user), from: place.user), in: place.room)
            return [:]
        }
    }

    /// What is forwarded verbatim must at least be what it says it is.
    private func check(_ sdp: String) throws(RPCError) {
        do {
            try validateForForwarding(sdp)
        } catch {
            throw .invalidDescription(line: error.line, error.reason)
        }
    }
}
