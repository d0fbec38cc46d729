internal import HTTPTypes
internal import REST

/// A request's target taken apart: the path's segments and the query's parameters, percent-decoded.
struct RequestTarget: Sendable {
    /// The path as it came, without the query.
    var path: String
    /// Its segments: `/a/b` is `["a", "b"]`, `/` is `[""]`.
    var segments: [String]
    /// Of a repeated parameter the first.
    var query: [String: String]

    /// - Throws: ``Problem`` of status 400 where it is not a path, or not what percent encoding makes of UTF-8.
    init(_ target: String) throws(Problem) {
        let target = target.prefix { $0 != "#" }
        let parts = Self.withoutAuthority(target)
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else { throw Self.malformed("path") }
        self.path = String(path)
        segments = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = Self.decode(segment, plusIsSpace: false) else { throw Self.malformed("path") }
            segments.append(text)
        }
        query = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(sides[0], plusIsSpace: true),
                let value = sides.count > 1 ? Self.decode(sides[1], plusIsSpace: true) : ""
            else { throw Self.malformed("query") }
            if query[name] == nil { query[name] = value }
        }
    }

    /// `http://host/path` is how proxies are asked, and every server is to understand it (RFC 9112 §3.2.2).
    private static func withoutAuthority(_ target: Substring) -> Substring {
        guard !target.hasPrefix("/"), let separator = target.firstRange(of: "://") else { return target }
        let rest = target[separator.upperBound...].drop { $0 != "/" && $0 != "?" }
        return rest.hasPrefix("/") ? rest : "/" + rest
    }

    private static func malformed(_ part: String) -> Problem {
        Problem(.badRequest, code: "malformed_\(part)", "The \(part) is not well-formed percent-encoded UTF-8.")
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 > 0x7F }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
