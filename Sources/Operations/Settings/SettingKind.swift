import Foundation
import Logging

/// How a setting's text becomes a value.
public struct SettingKind<Value: Sendable>: Sendable {
    /// What a value must look like, as words that follow "expected".
    let expectation: String
    /// The value that means "not set", where there is one.
    let absent: Value?
    let parse: @Sendable (String, Machine) -> Value?

    init(
        _ expectation: String, absent: Value? = nil, _ parse: @escaping @Sendable (String, Machine) -> Value?
    ) {
        self.expectation = expectation
        self.absent = absent
        self.parse = parse
    }

    init(_ expectation: String, _ parse: @escaping @Sendable (String) -> Value?) {
        self.init(expectation) { text, _ in parse(text) }
    }

    /// The same kind for a setting that may be left unset.
    static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
        SettingKind(kind.expectation, absent: .some(nil)) { text, machine in
            kind.parse(text, machine).map { .some($0) }
        }
    }

    /// Several, separated by commas.
    static func list<Element>(of kind: SettingKind<Element>) -> Self where Value == [Element] {
        SettingKind("a comma-separated list, each \(kind.expectation)", absent: []) { text, machine in
            var values: [Element] = []
            for part in text.split(separator: ",") {
                guard let value = kind.parse(part.trimmingCharacters(in: .whitespaces), machine) else { return nil }
                values.append(value)
            }
            return values
        }
    }
}

extension SettingKind<UInt16> {
    /// A TCP port; 0 lets the system choose.
    static var port: Self { SettingKind("a port number from 0 to 65535 (0: any free one)") { UInt16($0) } }
}

extension SettingKind<ClosedRange<UInt16>> {
    /// `40000-49999`: enough ports for one call at least.
    static var portRange: Self {
        SettingKind("two port numbers from 1024 up, at least 4 apart, like 40000-49999") { text in
            let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let low = UInt16(ends[0]), let high = UInt16(ends[1]),
                low >= 1024, low < high, high - low >= 3
            else { return nil }
            return low...high
        }
    }
}

extension SettingKind<Int> {
    /// A whole number within `range`.
    static func count(_ range: ClosedRange<Int>) -> Self {
        SettingKind("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A time in whole seconds.
    static func seconds(_ range: ClosedRange<Int>) -> Self {
        SettingKind(
            "a time from \(range.lowerBound) to \(range.upperBound) seconds, like 600, 600s, 10m or 1h30m"
        ) { text in
            parseDuration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

/// Reads `600`, `600s`, `10m`, `1h30m` as whole seconds.
public func parseDuration(_ text: String) -> Int? {
    if let seconds = Int(text) { return seconds >= 0 ? seconds : nil }
    var total = 0
    var number: Int?
    // Each unit once, from the largest down, so that "5s10m" is taken for the slip it is.
    var units: [(Character, Int)] = [("h", 3600), ("m", 60), ("s", 1)]
    for character in text {
        if let digit = character.wholeNumberValue, character.isASCII {
            let (shifted, tooLong) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = shifted.addingReportingOverflow(digit)
            if tooLong || tooLarge { return nil }
            number = sum
        } else {
            guard let count = number, let index = units.firstIndex(where: { $0.0 == character }) else { return nil }
            let (part, tooLong) = count.multipliedReportingOverflow(by: units[index].1)
            let (sum, tooLarge) = total.addingReportingOverflow(part)
            if tooLong || tooLarge { return nil }
            total = sum
            number = nil
            units.removeSubrange(...index)
        }
    }
    return number == nil && units.count < 3 ? total : nil
}

extension SettingKind<Bool> {
    /// `on` or `off`.
    static var onOff: Self {
        SettingKind("on or off") { text in
            switch text.lowercased() {
            case "on", "true", "yes", "1": true
            case "off", "false", "no", "0": false
            default: nil
            }
        }
    }
}

extension SettingKind<Logger.Level> {
    /// One of swift-log's levels.
    static var logLevel: Self {
        SettingKind("one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")) {
            Logger.Level(rawValue: $0.lowercased())
        }
    }
}

extension SettingKind<LogFormat> {
    /// `text` or `json`.
    static var logFormat: Self {
        SettingKind("text or json") { LogFormat(rawValue: $0.lowercased()) }
    }
}

extension SettingKind<String> {
    /// Any text that is not empty.
    static var text: Self { SettingKind("a text") { $0.isEmpty ? nil : $0 } }

    /// A file or folder; `~/` is the home folder.
    static var path: Self {
        SettingKind("a path") { text, machine in
            if text.isEmpty || text.contains("\0") { return nil }
            return text.hasPrefix("~/") ? machine.home + text.dropFirst() : text
        }
    }

    /// An IPv4 or IPv6 address.
    static var address: Self {
        SettingKind("an IP address, like 192.0.2.7 or 2001:db8::7") { isAddress($0) ? $0 : nil }
    }

    /// An address of this machine to be offered to peers, with or without brackets, in its canonical form (RFC 5952). Link-local and
    /// unspecified addresses mean nothing to a peer.
    static var peerAddress: Self {
        SettingKind("an IP address that peers can reach, like 192.0.2.7 or 2001:db8::7, not a link-local one") { text in
            let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            guard let canonical = canonicalAddress(bare), canonical != "0.0.0.0", canonical != "::",
                !isLinkLocal(canonical)
            else { return nil }
            return canonical
        }
    }

    /// An IP address, or a network of them in CIDR notation (RFC 4632).
    static var network: Self {
        SettingKind("an IP address or a network, like 10.0.0.0/8") { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard let address = parts.first, isAddress(String(address)), parts.count <= 2 else { return nil }
            let longest = address.contains(":") ? 128 : 32
            return parts.count == 1 || Int(parts[1]).map { (0...longest).contains($0) } == true ? text : nil
        }
    }

    /// An absolute address under one of `schemes`, without query or fragment. Its trailing slash is dropped.
    static func url(_ schemes: [String], example: String) -> Self {
        SettingKind("an address like \(example)") { text in
            guard let parts = URLComponents(string: text), let scheme = parts.scheme, schemes.contains(scheme),
                let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil,
                parts.port.map({ (1...65535).contains($0) }) ?? true
            else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    /// A web origin (RFC 6454), scheme, host and perhaps a port, no path; or a host, whatever its scheme and port.
    static var origin: Self {
        SettingKind("an origin like https://example.org without a path, or a host") { text, machine in
            let isWhole = text.contains("://")
            let kind = url(["http", "https"], example: "")
            guard let origin = kind.parse(isWhole ? text : "https://" + text, machine),
                let parts = URLComponents(string: origin), parts.path.isEmpty, isWhole || parts.port == nil
            else { return nil }
            return isWhole ? origin : text
        }
    }
}

/// Whether `text` is an IPv4 or IPv6 address.
func isAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
}

/// The one way of writing an address (RFC 5952); nil where `text` is none.
func canonicalAddress(_ text: String) -> String? {
    var storage = in6_addr()
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    for family in [AF_INET, AF_INET6] where inet_pton(family, text, &storage) == 1 {
        guard inet_ntop(family, &storage, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return nil
}

/// fe80::/10 (RFC 4291 §2.5.6) and 169.254.0.0/16 (RFC 3927), in canonical form.
func isLinkLocal(_ address: String) -> Bool {
    address.hasPrefix("169.254.")
        || ["fe8", "fe9", "fea", "feb"].contains { address.hasPrefix($0) && address.dropFirst(4).first == ":" }
}
