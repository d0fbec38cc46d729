import Glibc
import Transport

/// The addresses that candidates are made on where none is configured.
enum LocalAddresses {
    /// Addresses of interfaces that are up, without loopback and IPv6 link-local ones; 127.0.0.1 where there is no other.
    static func find() throws(SystemError) -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { throw SystemError(call: "getifaddrs") }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let flags = Int32(bitPattern: entry.ifa_flags)
            guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0,
                let address = entry.ifa_addr, let text = numeric(address), !found.contains(text)
            else { continue }
            found.append(text)
        }
        return found.isEmpty ? ["127.0.0.1"] : found
    }

    private static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        guard let text = numericHost(address, length: socklen_t(length)) else { return nil }
        return text.contains("%") || text.hasPrefix("fe80") ? nil : text
    }
}

/// A STUN server as libnice wants it: numeric.
enum StunServer {
    /// Resolves `stun:host[:port]` (RFC 7064), or nil where it is malformed or the name is unknown.
    static func resolve(_ uri: String) -> (address: String, port: UInt16)? {
        guard uri.hasPrefix("stun:") else { return nil }
        var host = uri.dropFirst(5)
        var port: UInt16 = 3478
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]"),
            host[..<colon].allSatisfy({ $0 != ":" }) || host.hasPrefix("[")
        {
            guard let number = UInt16(host[host.index(after: colon)...]) else { return nil }
            port = number
            host = host[..<colon]
        }
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
        var list: UnsafeMutablePointer<addrinfo>?
        guard !name.isEmpty, getaddrinfo(name, nil, nil, &list) == 0, let entry = list else { return nil }
        defer { freeaddrinfo(list) }
        return numericHost(entry.pointee.ai_addr, length: entry.pointee.ai_addrlen).map { ($0, port) }
    }
}

private func numericHost(_ address: UnsafeMutablePointer<sockaddr>, length: socklen_t) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
