import Foundation
import Hummingbird
import HTTPTypes

/// A refusal in the form of RFC 9457.
struct Problem: Error, Encodable, Equatable {
    var type = "about:blank"
    var title: String
    var status: Int
    /// Names the reason for programs; never changes.
    var code: String
    /// Names it for people.
    var detail: String

    init(_ status: HTTPResponse.Status, code: String, _ detail: String) {
        title = status.reasonPhrase
        self.status = status.code
        self.code = code
        self.detail = detail
    }

    /// The refusal as an answer.
    var response: Response {
        jsonResponse(self, status: HTTPResponse.Status(code: status), mediaType: "application/problem+json")
    }
}

/// A JSON answer.
func jsonResponse(
    _ body: some Encodable, status: HTTPResponse.Status = .ok, mediaType: String = "application/json"
) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(body) else { return Response(status: .internalServerError) }
    return textResponse(data, status: status, mediaType: mediaType)
}

/// An answer that no cache keeps.
func textResponse(
    _ body: some Sequence<UInt8>, status: HTTPResponse.Status = .ok, mediaType: String
) -> Response {
    Response(
        status: status, headers: [.contentType: mediaType, .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
}
