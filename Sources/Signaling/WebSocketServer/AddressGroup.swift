internal import Glibc

/// Whom a limit per address counts together: an IPv4 address, or the /64 that one IPv6 customer has all of.
enum AddressGroup {
    static func of(_ address: String) -> String {
        guard address.contains(":") else { return address }
        if let mapped = address.range(of: "::ffff:", prefix: true), address[mapped...].contains(".") {
            return String(address[mapped...])
        }
        var binary = in6_addr()
        let plain = String(address.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, plain, &binary) == 1 else { return address }
        return withUnsafeBytes(of: binary) { bytes in
            bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
        }
    }
}

extension String {
    /// The index behind `text` where this string begins with it, whatever its case.
    fileprivate func range(of text: String, prefix: Bool) -> String.Index? {
        let end = index(startIndex, offsetBy: text.count, limitedBy: endIndex)
        guard let end, self[..<end].lowercased() == text else { return nil }
        return end
    }
}
