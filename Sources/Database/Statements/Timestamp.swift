internal import Glibc

/// A moment of the wall clock to the microsecond: PostgreSQL's `timestamptz`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// The moment this many microseconds after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The moment this many seconds after 1970-01-01T00:00:00Z.
    public init(secondsSince1970: Int64) { microseconds = secondsSince1970 &* 1_000_000 }

    /// The present moment of the system's clock.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
    }

    /// The moment after `duration`.
    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(microseconds: microseconds &+ duration.microseconds)
    }

    /// The time from `earlier` to this moment.
    public func since(_ earlier: Timestamp) -> Duration { .microseconds(microseconds &- earlier.microseconds) }

    /// Whether one moment comes before another.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }

    /// Whole milliseconds, at least one where there is any time at all.
    var milliseconds: Int64 { (microseconds &+ 999) / 1000 }
}

extension Timestamp: CustomStringConvertible {
    /// The moment as RFC 3339 in UTC: `2026-11-22T19:26:27.123456Z`, without the fraction where there is none.
    public var description: String {
        var (days, time) = microseconds.quotientAndRemainder(dividingBy: Self.day)
        if time < 0 { (days, time) = (days - 1, time + Self.day) }
        let (year, month, ofMonth) = civilDate(days: days)
        let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000)
        let date = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(ofMonth, 2)
        let clock = padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        return date + "T" + clock + (fraction == 0 ? "" : "." + padded(fraction, 6)) + "Z"
    }

    private static let day: Int64 = 86_400_000_000
}

extension Timestamp: Codable {
    /// Reads microseconds since 1970-01-01T00:00:00Z, for stored state.
    public init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes microseconds since 1970-01-01T00:00:00Z.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }
}

extension Timestamp: ParameterEncodable {
    /// The moment as RFC 3339.
    public var parameter: Parameter { .text(description) }
}

extension Timestamp: ColumnDecodable {
    /// The moment from PostgreSQL's ISO form or RFC 3339, years 1 to 9999.
    public init?(columnText: RawSpan) {
        guard let text = String(columnText: columnText) else { return nil }
        self.init(text)
    }

    /// The moment from RFC 3339, or PostgreSQL's ISO form of it; with an offset, years 1 to 9999.
    public init?(_ text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
            let second = scanner.number(2), year > 0, (1...12).contains(month), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if scanner.skip(".") {
            guard let read = scanner.fraction() else { return nil }
            fraction = read
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        let days = daysSince1970(year, month, day)
        guard civilDate(days: days) == (year, month, day) else { return nil }
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted from March so that the leap day comes last.
private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
}

/// The inverse of `daysSince1970`.
private func civilDate(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let index = (5 * dayOfYear + 2) / 153
    let month = index < 10 ? index + 3 : index - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
}

/// Reads fixed-width numbers from ASCII.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Digits after the point as microseconds; more than six are cut off.
    mutating func fraction() -> Int64? {
        guard let first = digit() else { return nil }
        var (value, scale): (Int64, Int64) = (first * 100_000, 10_000)
        while let digit = digit() {
            value += digit * scale
            scale /= 10
        }
        return value
    }

    /// `Z`, `+00`, `+05:30` or `-03:00:00` in seconds.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let negative = skip("-")
        guard negative || skip("+"), let hours = number(2) else { return nil }
        var seconds = hours * 3600
        var unit: Int64 = 60
        while unit > 0, skip(":") {
            guard let value = number(2), value < 60 else { return nil }
            seconds += value * unit
            unit /= 60
        }
        return negative ? -seconds : seconds
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest = rest.dropFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }
}

extension Timestamp: ArrayElement {}
