import Foundation

/// A JSON-RPC request (docs/protocol.md).
struct SignalingRequest<Parameters: Encodable & Sendable>: Encodable, Sendable {
    let jsonrpc = "2.0"
    let id: Int
    let method: String
    let params: Parameters
}

/// `hello` and `room.join`.
struct TokenParameters: Codable, Sendable {
    let token: String
}

/// `media.offer`, and what it answers.
struct DescriptionParameters: Codable, Sendable {
    let sdp: String
}

/// Nothing.
struct NoParameters: Codable, Sendable {}

/// As much of `room.join`'s answer as matters here.
struct JoinResult: Decodable, Sendable {
    let mode: String
}

/// The result of a request.
struct SignalingReply<Result: Decodable & Sendable>: Decodable, Sendable {
    let result: Result
}

/// As much of any message as tells what it is.
struct SignalingEnvelope: Decodable, Sendable {
    struct Failure: Decodable, Sendable {
        struct Details: Decodable, Sendable {
            let code: String?
        }

        let code: Int
        let message: String
        let data: Details?

        var words: String { "\(message) (\(code)\(data?.code.map { " \($0)" } ?? ""))" }
    }

    struct Parameters: Decodable, Sendable {
        let candidate: String?
        let reason: String?
    }

    let id: Int?
    let method: String?
    let error: Failure?
    /// Read for the notifications that matter alone.
    let params: Parameters?

    private enum CodingKeys: CodingKey {
        case id, method, error, params
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decodeIfPresent(Int.self, forKey: .id)
        method = try values.decodeIfPresent(String.self, forKey: .method)
        error = try values.decodeIfPresent(Failure.self, forKey: .error)
        switch method {
        case "media.candidate", "room.ended": params = try values.decodeIfPresent(Parameters.self, forKey: .params)
        default: params = nil
        }
    }
}

/// What a caller is told without having asked.
enum SignalingEvent: Sendable, Equatable {
    /// A candidate of the server's; empty: no more.
    case candidate(String)
    /// The room ended.
    case ended(String)
    /// The connection is gone.
    case closed(String)
}
