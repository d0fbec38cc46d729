import Foundation

/// Whether a TCP port can be listened on.
///
/// - Parameter isOurs: asks whoever has it whether it is consult; called only where the port is taken.
public func examinePort(
    _ subject: String, host: String, port: UInt16, setting: String, isOurs: () -> Bool
) -> Finding {
    switch tryBinding(host, port: port, type: SOCK_STREAM) {
    case 0:
        return Finding(.ok, subject, port == 0 ? "any free one" : "\(port) is free")
    case EADDRINUSE:
        return isOurs()
            ? Finding(.ok, subject, "\(port) serves consult already")
            : Finding(.fail, subject, "\(port) is taken by another program; stop that or set \(setting)")
    case EACCES:
        return Finding(.fail, subject, "\(port) may only be used by root; set \(setting) to 1024 or more")
    case EADDRNOTAVAIL:
        return Finding(.fail, subject, "\(host) is no address of this machine; listen on one of its own, or on 0.0.0.0")
    case let code:
        return Finding(.fail, subject, "\(port) cannot be used: \(String(cString: strerror(code)))")
    }
}

/// Whether the relay finds ports: a sample over the whole range is tried.
public func examineMediaPorts(_ ports: ClosedRange<UInt16>, addresses: [String]) -> Finding {
    let subject = "media ports"
    let host = addresses.first ?? "0.0.0.0"
    let sample = 64
    let step = max(1, ports.count / sample)
    let tried = Array(stride(from: Int(ports.lowerBound), through: Int(ports.upperBound), by: step))
    let free = tried.count { tryBinding(host, port: UInt16($0), type: SOCK_DGRAM) == 0 }
    let range = "\(ports.lowerBound)-\(ports.upperBound)"
    if free == 0 {
        return Finding(.fail, subject, "none of \(range) can be bound on \(host); set CONSULT_RELAY_PORTS")
    }
    if free < tried.count / 2 {
        return Finding(.warn, subject, "most of \(range) are taken; set CONSULT_RELAY_PORTS to a range of their own")
    }
    return Finding(.ok, subject, "UDP and TCP \(range); a firewall must let them in")
}

/// Whether peers can reach the relay's addresses, as far as this machine can tell.
public func examineMediaAddresses(_ given: [String], own: [String] = interfaceAddresses(), hasSTUN: Bool) -> Finding {
    let subject = "media addresses"
    let strange = given.filter { address in !own.contains(address) }
    if !strange.isEmpty {
        let here = own.joined(separator: ", ")
        return Finding(
            .fail, subject,
            "\(strange.joined(separator: ", ")) not on this machine, which has \(here); set CONSULT_RELAY_ADDRESSES")
    }
    let offered = given.isEmpty ? own.filter { !isLoopback($0) } : given
    let list = offered.joined(separator: ", ")
    if offered.allSatisfy(isLoopback) {
        return Finding(.warn, subject, "only loopback: calls work on this machine alone")
    }
    if offered.allSatisfy({ isLoopback($0) || isPrivate($0) }), !hasSTUN {
        return Finding(
            .warn, subject, "\(list): reached from this network only; for others set CONSULT_STUN_URLS")
    }
    return Finding(.ok, subject, list)
}

/// The addresses of this machine's interfaces that are up.
public func interfaceAddresses() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [String] = []
    var next = list
    while let entry = next {
        next = entry.pointee.ifa_next
        guard let address = entry.pointee.ifa_addr, entry.pointee.ifa_flags & UInt32(IFF_UP) != 0 else {
            continue
        }
        let family = Int32(address.pointee.sa_family)
        guard family == AF_INET || family == AF_INET6 else { continue }
        let length = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            continue
        }
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Link-local IPv6 carries a zone and is of no use to a peer.
        if !name.contains("%"), !found.contains(name) { found.append(name) }
    }
    return found
}

private func isLoopback(_ address: String) -> Bool { address == "::1" || address.hasPrefix("127.") }

/// RFC 1918, RFC 4193, RFC 6598.
func isPrivate(_ address: String) -> Bool {
    let parts = address.split(separator: ".").compactMap { Int($0) }
    guard parts.count == 4 else {
        return address.lowercased().hasPrefix("fc") || address.lowercased().hasPrefix("fd")
    }
    return parts[0] == 10 || (parts[0] == 172 && (16...31).contains(parts[1])) || (parts[0] == 192 && parts[1] == 168)
        || (parts[0] == 100 && (64...127).contains(parts[1]))
}
