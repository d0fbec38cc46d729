/// The hash of a peer's DTLS certificate, `a=fingerprint` (RFC 8122 §5).
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The hash function's name in lower case, as in `sha-256`.
    public let hash: String
    /// The certificate's hash.
    public let bytes: [UInt8]

    /// The hash `bytes` by the function `hash`, whose name may be in any case.
    public init(hash: String, bytes: [UInt8]) {
        self.hash = hash.lowercased()
        self.bytes = bytes
    }

    /// Reads an attribute's value, as in `sha-256 46:65:…`.
    public init(parsing text: String) throws(SDPError) {
        try self.init(parsing: Substring(text))
    }

    init(parsing text: Substring) throws(SDPError) {
        let words = text.words
        guard words.count == 2, words[0].isToken else {
            throw SDPError(.syntax, "\(text.quoted) is not a hash function and a hash")
        }
        let name = words[0].lowercased()
        let expected = Self.length(of: name)
        var bytes: [UInt8] = []
        for pair in words[1].parts(at: .colon) {
            guard pair.utf8.count == 2, let high = pair.utf8.first?.hexadecimal, let low = pair.utf8.last?.hexadecimal
            else {
                throw SDPError(.syntax, "\(text.quoted) is not a hash written as pairs of hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        if let expected, bytes.count != expected {
            throw SDPError(.syntax, "\(text.quoted) is not a hash of \(expected) bytes")
        }
        self.init(hash: name, bytes: bytes)
    }

    /// The attribute's value.
    public var description: String {
        "\(hash) \(bytes.map { hexadecimalDigits($0, uppercase: true) }.joined(separator: ":"))"
    }

    /// Whether it proves who the peer is: SHA-256 or longer. MD5 and SHA-1 do not (RFC 8122 §5).
    public var isStrong: Bool {
        switch hash {
        case "sha-256", "sha-384", "sha-512": true
        default: false
        }
    }

    private static func length(of hash: String) -> Int? {
        switch hash {
        case "md2", "md5": 16
        case "sha-1": 20
        case "sha-224": 28
        case "sha-256": 32
        case "sha-384": 48
        case "sha-512": 64
        default: nil
        }
    }
}

/// Who begins the DTLS handshake, `a=setup` (RFC 4145 §4, RFC 8842 §5).
public enum SetupRole: String, Sendable, Hashable {
    /// Either; the answerer chooses.
    case actpass
    /// The describer begins.
    case active
    /// The describer waits.
    case passive
    /// Nobody: the connection is not to be made until another description says so.
    case holdconn
}
