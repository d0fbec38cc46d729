public import HTTPTypes

internal import FoundationEssentials

/// What a handler answers.
public struct Reply: Sendable {
    /// The HTTP status.
    public var status: HTTPResponse.Status
    /// Header fields besides those that every reply has.
    public var headers: HTTPFields
    /// The content; empty where there is none.
    public var body: [UInt8]

    /// A reply with bytes of some media type.
    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// 204.
    public static let noContent = Reply(status: .noContent)

    /// A value as JSON: sorted keys, dates and money as their types write themselves.
    public static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return Reply(status: .internalServerError) }
        return Reply(status: status, headers: [.contentType: "application/json"], body: Array(data))
    }
}
