import Crypto
import Foundation

/// A STUN message (RFC 8489 §5) as far as the doctor reads and writes it.
struct STUNMessage {
    /// Attribute types (RFC 8489 §18.3, RFC 8656 §18).
    enum Attribute: UInt16 {
        case username = 0x0006
        case messageIntegrity = 0x0008
        case errorCode = 0x0009
        case lifetime = 0x000D
        case xorPeerAddress = 0x0012
        case realm = 0x0014
        case nonce = 0x0015
        case xorRelayedAddress = 0x0016
        case requestedAddressFamily = 0x0017
        case requestedTransport = 0x0019
    }

    /// A long-term credential (RFC 8489 §9.2).
    struct Login {
        var username: [UInt8]
        var realm: [UInt8]
        var nonce: [UInt8]
        var key: [UInt8]
    }

    let method: UInt16
    /// A success or an error response.
    let isResponse: Bool
    let transaction: [UInt8]
    /// The first of each type that is known here.
    let attributes: [Attribute: [UInt8]]

    /// Bytes of a header.
    static let headerLength = 20

    /// The length of the whole message that begins with these bytes; nil where they are none's beginning.
    static func length(_ header: [UInt8]) -> Int? {
        guard header.count >= headerLength, header[0] & 0xC0 == 0, Array(header[4..<8]) == STUNBinding.cookie else {
            return nil
        }
        return headerLength + (Int(header[2]) << 8 | Int(header[3]))
    }

    /// - Returns: nil where `bytes` are not one whole message.
    init?(_ bytes: [UInt8]) {
        guard let length = Self.length(bytes), length == bytes.count else { return nil }
        let type = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        // RFC 8489 §5: the two class bits stand among the method's.
        method = (type & 0x000F) | (type & 0x00E0) >> 1 | (type & 0x3E00) >> 2
        isResponse = type & 0x0100 != 0
        transaction = Array(bytes[8..<Self.headerLength])
        var found: [Attribute: [UInt8]] = [:]
        var offset = Self.headerLength
        while offset + 4 <= length {
            let count = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            guard offset + 4 + count <= length else { return nil }
            if let kind = Attribute(rawValue: UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])),
                found[kind] == nil
            {
                found[kind] = Array(bytes[(offset + 4)..<(offset + 4 + count)])
            }
            offset += 4 + (count + 3) / 4 * 4
        }
        attributes = found
    }

    /// What an error response says.
    var error: (code: Int, reason: String)? {
        guard let value = attributes[.errorCode], value.count >= 4 else { return nil }
        let reason = String(decoding: value[4...].prefix(128).filter { (0x20..<0x7F).contains($0) }, as: UTF8.self)
        return (Int(value[2] & 7) * 100 + Int(value[3]), reason)
    }

    /// One attribute, padded.
    static func encode(_ attribute: Attribute, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return bytes(attribute.rawValue) + bytes(UInt16(truncatingIfNeeded: value.count)) + value + padding
    }

    /// A request, signed where there is a login (RFC 8489 §14.5).
    static func request(_ method: UInt16, _ transaction: [UInt8], _ attributes: [UInt8], login: Login?) -> [UInt8] {
        var body = attributes
        func header(_ length: Int) -> [UInt8] {
            bytes(method) + bytes(UInt16(truncatingIfNeeded: length)) + STUNBinding.cookie + transaction
        }
        guard let login else { return header(body.count) + body }
        body += encode(.username, login.username) + encode(.realm, login.realm) + encode(.nonce, login.nonce)
        // The length covers the attribute that is yet to come.
        let signed = header(body.count + 24) + body
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: signed, using: SymmetricKey(data: login.key))
        return signed + encode(.messageIntegrity, Array(code))
    }

    private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
}
