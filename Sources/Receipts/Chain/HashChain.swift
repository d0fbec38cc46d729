internal import Crypto

/// The chain of a session's records: each hash covers the record and the hash before it, the first one the session's terms.
public struct HashChain: Hashable, Sendable {
    /// The newest hash: 32 bytes.
    public private(set) var head: [UInt8]

    /// The start of a chain: SHA-256 of the terms.
    public init(terms: CanonicalJSON) { head = Array(SHA256.hash(data: terms.bytes)) }

    /// A chain that has come this far.
    public init(head: [UInt8]) { self.head = head }

    /// Adds a record: SHA-256 of the hash so far, 32 raw bytes, and the record's bytes.
    public mutating func append(_ record: CanonicalJSON) {
        head = Array(SHA256.hash(data: head + record.bytes))
    }

    /// The newest hash in hexadecimal digits.
    public var text: String { Self.text(of: head) }

    /// Bytes in lower-case hexadecimal digits.
    static func text(of bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The bytes of a hash; nil where `text` is not 64 lower-case hexadecimal digits.
    static func bytes(of text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16), pair == pair.lowercased(), !pair.hasPrefix("+") else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
