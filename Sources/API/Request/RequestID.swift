internal import Database
internal import HTTPTypes

/// `X-Request-Id`: names a request in logs and refusals, from the proxy's log to ours.
enum RequestID {
    static let field = HTTPField.Name("X-Request-Id")

    /// The request's own where it is 1 to 64 plain characters, otherwise a new one.
    static func of(_ headers: HTTPFields) -> String {
        guard let field, let given = headers[field], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy(isPlain)
        else { return "\(UniqueID())" }
        return given
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
