internal import Relay
internal import Tokens

/// The error of a JSON-RPC response: this file is the one table from what can go wrong to what a client reads
/// (docs/protocol.md, "Errors").
struct RPCError: Error, Sendable, Equatable {
    /// The JSON-RPC error codes: the standard's, and ours.
    enum Code: Int64, Sendable {
        case parse = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        case unauthenticated = -32001
        case forbidden = -32002
        case notFound = -32003
        case conflict = -32004
        case rateLimited = -32005
        case unavailable = -32006
    }

    var code: Code
    /// What a program tells apart: `data.code`.
    var name: String
    /// What a developer reads.
    var message: String
    /// Further members of `data`.
    var details: JSONObject = [:]
    /// Whether a client that keeps causing it is to be closed: it doesn't speak the protocol.
    var isProtocolError: Bool

    init(
        _ code: Code, _ name: String, _ message: String, details: JSONObject = [:], isProtocolError: Bool = false
    ) {
        self.code = code
        self.name = name
        self.message = message
        self.details = details
        self.isProtocolError = isProtocolError
    }

    /// The `error` member of a response.
    var json: JSONValue {
        var data: JSONObject = ["code": .string(name)]
        for member in details.members { data.append(member.name, member.value) }
        return ["code": .integer(code.rawValue), "message": .string(message), "data": .object(data)]
    }

    // MARK: The protocol

    static func parse(_ failure: JSONParser.Failure) -> RPCError {
        RPCError(
            .parse, "parse_error", "Not JSON: \(failure.reason) at byte \(failure.offset)", isProtocolError: true)
    }

    static func invalidRequest(_ name: String, _ message: String) -> RPCError {
        RPCError(.invalidRequest, name, message, isProtocolError: true)
    }

    static let methodNotFound = RPCError(
        .methodNotFound, "method_not_found", "No such method", isProtocolError: true)

    static func invalidParams(_ field: String, _ message: String) -> RPCError {
        RPCError(
            .invalidParams, "invalid_params", "\(field) \(message)", details: ["field": .string(field)],
            isProtocolError: true)
    }

    static let rateLimited = RPCError(.rateLimited, "rate_limited", "Too many messages")

    // MARK: Who and where

    static let helloFirst = RPCError(.unauthenticated, "hello_first", "The first message must be hello")
    static let helloAgain = RPCError(.conflict, "hello_again", "hello was said already")

    static func token(_ error: TokenError) -> RPCError {
        RPCError(.unauthenticated, error.code.rawValue, "The token was refused: \(error.message)")
    }

    static let tokenRevoked = RPCError(.unauthenticated, "token_revoked", "The sign-in behind the token was ended")
    static let wrongUser = RPCError(.forbidden, "wrong_user", "The token is for somebody else than hello's was")
    static let observer = RPCError(.forbidden, "observer", "Observers watch")
    static let marketplaceUnavailable = RPCError(
        .unavailable, "marketplace_unavailable", "This server carries calls only")

    static let accessTokenNeeded = RPCError(
        .forbidden, "access_token_needed", "This is for accounts: say hello with an access token")
    static let consultantsOnly = RPCError(.forbidden, "consultants_only", "Only consultants can do this")
    static let marketplaceBusy = RPCError(.unavailable, "busy", "Too much waits for the marketplace")
    static let marketplaceFailed = RPCError(.unavailable, "unavailable", "The marketplace cannot be reached now")

    static func refusal(_ refusal: MarketplaceRefusal) -> RPCError {
        switch refusal {
        case .notFound: RPCError(.notFound, "not_found", "There is no such request of yours")
        case .closed: RPCError(.conflict, "request_closed", "The request was answered, taken back, or is over")
        case .unavailable: marketplaceFailed
        }
    }

    // MARK: Rooms

    static let notInRoom = RPCError(.conflict, "not_in_room", "Join a room first")
    static let inAnotherRoom = RPCError(.conflict, "in_another_room", "Leave the other room first")
    static let roomFull = RPCError(.conflict, "room_full", "Both sides are taken")

    static func roomEnded(_ reason: EndReason) -> RPCError {
        RPCError(.conflict, "room_ended", "The room has ended", details: ["reason": .string(reason.rawValue)])
    }

    static let serverFull = RPCError(.unavailable, "server_full", "No more rooms on this server")
    static let draining = RPCError(.unavailable, "draining", "The server is stopping")

    // MARK: Media

    static let peerAbsent = RPCError(.notFound, "peer_absent", "The other side isn't here")

    static let notPeerToPeer = RPCError(.conflict, "not_peer_to_peer", "In this room the server answers")

    static func invalidDescription(line: Int?, _ reason: String) -> RPCError {
        var details: JSONObject = [:]
        if let line { details.append("line", .integer(Int64(line))) }
        details.append("reason", .string(reason))
        return RPCError(.invalidParams, "invalid_description", "The session description was refused", details: details)
    }

    static let busy = RPCError(.unavailable, "busy", "Too many operations wait for this room")

    static func relay(_ error: RelayError) -> RPCError {
        switch error.code {
        case .invalidDescription:
            let (line, reason) = splitLine(error.message)
            return invalidDescription(line: line, reason)
        case .noCommonCodec: return RPCError(.conflict, error.code.rawValue, error.message)
        case .notFound: return RPCError(.notFound, error.code.rawValue, error.message)
        case .full: return RPCError.roomFull
        case .unavailable: return RPCError(.unavailable, error.code.rawValue, error.message)
        }
    }

    /// The relay words it "line 12: …".
    private static func splitLine(_ message: String) -> (line: Int?, reason: String) {
        guard message.hasPrefix("line "), let colon = message.firstIndex(of: ":"),
            let line = Int(message[..<colon].dropFirst(5))
        else { return (nil, message) }
        return (line, String(message[message.index(after: colon)...].drop(while: \.isWhitespace)))
    }
}
