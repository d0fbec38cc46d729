import Foundation

/// A moment of the wall clock, for showing.
public struct WallTime: Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    public let milliseconds: Int64

    /// A moment, in milliseconds since 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// This moment.
    public static func now() -> WallTime {
        WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// `2026-11-22T18:48:00.123Z` (RFC 3339, UTC).
    public var rfc3339: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let day =
            "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let time = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
        return "\(day)T\(time).\(digits(Int(milliseconds % 1000), 3))Z"
    }
}
