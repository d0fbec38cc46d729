import Foundation

/// Asks a STUN server for our address with a real Binding request (RFC 8489 §2), as a browser would.
///
/// Over UDP the request is repeated twice. `stuns:` is only connected to: what is inside is TLS.
public func examineICEServer(_ server: ICEServerURL, timeoutMilliseconds: Int32 = 1000) -> Finding {
    let subject = "\(server.scheme) server"
    let overTCP = server.transport == "tcp" || server.scheme.hasSuffix("s")
    let type: __socket_type = overTCP ? SOCK_STREAM : SOCK_DGRAM
    guard let address = SocketAddress(host: server.host, port: server.port, type: Int32(type.rawValue)) else {
        return Finding(.fail, subject, "\(server.host) cannot be resolved; check the name in \(server.text)")
    }
    guard let socket = Socket(family: address.family, type: type) else {
        return Finding(.fail, subject, "no socket: \(String(cString: strerror(errno)))")
    }
    let silent = Finding(
        .fail, subject, "\(server.text) does not answer; check the address, the server and the firewall")
    guard connectWithin(socket, address, timeoutMilliseconds) else { return silent }
    if server.scheme.hasSuffix("s") { return Finding(.ok, subject, "\(server.text) accepts connections") }
    let request = STUNBinding(transaction: (0..<12).map { _ in UInt8.random(in: 0...255) })
    for _ in 0..<(overTCP ? 1 : 3) {
        let bytes = request.bytes
        guard send(socket.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { continue }
        guard socket.wait(for: Int16(POLLIN), milliseconds: timeoutMilliseconds) else { continue }
        var answer = [UInt8](repeating: 0, count: 1500)
        let count = recv(socket.descriptor, &answer, answer.count, 0)
        if count > 0, let mapped = request.mappedAddress(in: Array(answer.prefix(count))) {
            return Finding(.ok, subject, "\(server.text) answers; it sees us as \(mapped)")
        }
    }
    return silent
}

/// A Binding request, and the reading of its answer.
struct STUNBinding {
    /// 12 random bytes that the answer repeats.
    let transaction: [UInt8]

    /// RFC 8489 §5.
    static let cookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]

    /// The request: type, length, cookie, transaction (RFC 8489 §5).
    var bytes: [UInt8] { [0x00, 0x01, 0x00, 0x00] + Self.cookie + transaction }

    /// Our address as the answer tells it; nil where `answer` is not the success response to this request, or tells
    /// none.
    func mappedAddress(in answer: [UInt8]) -> String? {
        guard answer.count >= 20, answer[0] == 0x01, answer[1] == 0x01, Array(answer[4..<8]) == Self.cookie,
            Array(answer[8..<20]) == transaction
        else { return nil }
        let end = min(answer.count, 20 + (Int(answer[2]) << 8 | Int(answer[3])))
        var plain: String?
        var offset = 20
        while offset + 4 <= end {
            let type = Int(answer[offset]) << 8 | Int(answer[offset + 1])
            let length = Int(answer[offset + 2]) << 8 | Int(answer[offset + 3])
            guard offset + 4 + length <= end else { return plain }
            let value = Array(answer[(offset + 4)..<(offset + 4 + length)])
            // XOR-MAPPED-ADDRESS (§14.2) hides the address from meddling routers; MAPPED-ADDRESS is the older form.
            if type == 0x0020 { return Self.address(in: value, mask: Self.cookie + transaction) }
            if type == 0x0001 { plain = Self.address(in: value, mask: Array(repeating: 0, count: 16)) }
            offset += 4 + (length + 3) / 4 * 4
        }
        return plain
    }

    /// The value of an address attribute, uncovered, with its port.
    static func address(in value: [UInt8], mask: [UInt8]) -> String? {
        guard value.count >= 8 else { return nil }
        let port = (Int(value[2]) << 8 | Int(value[3])) ^ (Int(mask[0]) << 8 | Int(mask[1]))
        let bytes = zip(value[4...], mask).map { $0 ^ $1 }
        switch (value[1], bytes.count) {
        case (1, 4): return bytes.map(String.init).joined(separator: ".") + ":\(port)"
        case (2, 16):
            let groups = stride(from: 0, to: 16, by: 2).map {
                String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16)
            }
            return "[" + groups.joined(separator: ":") + "]:\(port)"
        default: return nil
        }
    }
}
