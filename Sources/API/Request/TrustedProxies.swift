internal import Glibc
internal import HTTPTypes
internal import Web

/// The proxies in front of this port, and what they say about whom they speak for.
struct TrustedProxies: Sendable {
    private struct Network {
        var bytes: [UInt8]
        var bits: Int

        func contains(_ address: [UInt8]) -> Bool {
            let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
            guard bytes[..<whole] == address[..<whole] else { return false }
            return rest == 0 || (bytes[whole] ^ address[whole]) >> (8 - rest) == 0
        }
    }

    private let networks: [Network]

    /// - Parameter entries: addresses, or networks such as `10.0.0.0/8`.
    init(_ entries: [String]) throws(APIConfigurationError) {
        var networks: [Network] = []
        for entry in entries {
            let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
            let isShort = !entry.contains(":")
            guard let bytes = Self.bytes(String(parts[0])), parts.count <= 2,
                let bits = parts.count == 2 ? Int(parts[1]) : isShort ? 32 : 128,
                (0...(isShort ? 32 : 128)).contains(bits)
            else { throw APIConfigurationError(description: "'\(entry)' is no address or network of a proxy") }
            networks.append(Network(bytes: bytes, bits: isShort ? bits + 96 : bits))
        }
        self.networks = networks
    }

    /// Whether an address is one of the proxies'.
    func contains(_ address: String) -> Bool {
        guard !networks.isEmpty, let bytes = Self.bytes(address) else { return false }
        return networks.contains { $0.contains(bytes) }
    }

    /// Whom a request comes from: the last of `X-Forwarded-For` that is no proxy of ours, where the peer is one.
    func client(peer: String?, _ headers: HTTPFields) -> String {
        guard var client = peer else { return "unknown" }
        if contains(client), let name = HTTPField.Name("X-Forwarded-For") {
            let chain = headers[values: name].flatMap { $0.split(separator: ",") }
            for entry in chain.reversed() {
                let address = String(entry.filter { $0 != " " && $0 != "\t" })
                guard Self.bytes(address) != nil else { break }
                client = address
                if !contains(address) { break }
            }
        }
        return AddressGroup.of(client)
    }

    /// Whether the client's connection is encrypted, as the proxy says.
    func isSecure(peer: String?, _ headers: HTTPFields) -> Bool {
        guard let peer, contains(peer), let name = HTTPField.Name("X-Forwarded-Proto") else { return false }
        return headers[name]?.lowercased() == "https"
    }

    /// An address as 16 bytes, an IPv4 one as IPv6 maps it.
    private static func bytes(_ address: String) -> [UInt8]? {
        var short = in_addr()
        if inet_pton(AF_INET, address, &short) == 1 {
            return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: short) { Array($0) }
        }
        var long = in6_addr()
        guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &long) == 1 else { return nil }
        return withUnsafeBytes(of: long) { Array($0) }
    }
}
