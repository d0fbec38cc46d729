internal import Glibc

/// Whom a limit per address counts together: an IPv4 address, or the /64 that one IPv6 customer has all of.
public enum AddressGroup {
    /// The group of an address: the address itself, or `2001:db8:0:1::/64`.
    public static func of(_ address: String) -> String {
        guard address.contains(":") else { return address }
        if let mapped = address.range(of: "::ffff:", prefix: true), address[mapped...].contains(".") {
            return String(address[mapped...])
        }
        var binary = in6_addr()
        let plain = String(address.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, plain, &binary) == 1 else { return address }
        return withUnsafeBytes(of: binary) { bytes in
            stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":") + "::/64"
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
