internal import FoundationEssentials

/// The opaque form of a ``CursorKey``: its texts as JSON in base64url.
enum Cursor {
    static let longest = 512

    static func encode(_ parts: [String]) -> String {
        guard let data = try? JSONEncoder().encode(parts) else { return "" }
        return data.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: String) -> [String]? {
        guard (1...longest).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let standard = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: standard) else { return nil }
        return try? JSONDecoder().decode([String].self, from: data)
    }
}
