import Glibc

/// Addresses of this machine.
package enum LocalAddress {
    /// The address that packets to a host leave from, numeric.
    ///
    /// - Throws: `LoadError` where the host is unknown or cannot be reached.
    package static func towards(_ host: String, port: Int) throws(LoadError) -> String {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw LoadError("\(host): \(String(cString: gai_strerror(status)))") }
        defer { freeaddrinfo(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            // A datagram socket that is connected sends nothing; it only asks the routing table.
            let descriptor = socket(entry.ai_family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 else { continue }
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let name = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> String? in
                    guard getsockname(descriptor, address, &length) == 0 else { return nil }
                    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                    guard
                        getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
                    else { return nil }
                    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                }
            }
            if let name { return name }
        }
        throw LoadError("there is no way to \(host)")
    }
}
