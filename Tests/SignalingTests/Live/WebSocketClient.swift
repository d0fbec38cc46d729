import Synchronization

/// A small WebSocket client (RFC 6455), strict about what it takes, free in what it sends.
final class WebSocketClient: Sendable {
    enum Frame: Sendable, Equatable {
        case text([UInt8])
        case close(code: UInt16, reason: String)
        case ping([UInt8])
        case pong
        /// The connection ended without a close frame.
        case end
    }

    let socket: RawSocket
    private let answersPings: Bool

    /// Connects and upgrades.
    ///
    /// - Throws: ``Refused`` where the server answers with something else than 101.
    init(
        port: UInt16, path: String = "/ws", fields: [String] = [], receiveBuffer: Int32 = 0, answersPings: Bool = true
    ) async throws {
        self.answersPings = answersPings
        socket = try RawSocket(port: port, receiveBuffer: receiveBuffer)
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: localhost:\(port)", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + fields + ["", ""]
        try socket.send(Array(lines.joined(separator: "\r\n").utf8))
        guard let response = try await socket.receive({ RawResponse.take($0) }) else {
            throw RawSocket.Failure(description: "closed during the upgrade")
        }
        guard response.status == 101 else { throw Refused(response: response) }
        guard response.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" else {
            throw RawSocket.Failure(description: "wrong accept key")
        }
    }

    struct Refused: Error {
        var response: RawResponse
    }

    func send(_ text: String) throws { try send(opcode: 1, Array(text.utf8)) }

    /// Sends a frame, masked as a client must (RFC 6455 §5.3).
    func send(opcode: UInt8, isFinal: Bool = true, _ payload: [UInt8]) throws {
        var frame: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65536: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            frame.append(0x80 | 127)
            frame += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        frame += mask
        frame += payload.enumerated().map { $0.element ^ mask[$0.offset & 3] }
        try socket.send(frame)
    }

    /// The next frame; pings are answered on the way.
    func receive(seconds: Double = 20) async throws -> Frame {
        while true {
            let frame = try await socket.receive(seconds: seconds, Self.take) ?? .end
            guard case .ping(let payload) = frame, answersPings else { return frame }
            try send(opcode: 10, payload)
        }
    }

    /// Waits for the close and answers with what it said, dropping messages that come before.
    func closing(seconds: Double = 20) async throws -> Frame {
        while true {
            let frame = try await receive(seconds: seconds)
            switch frame {
            case .close, .end: return frame
            case .text, .ping, .pong: continue
            }
        }
    }

    private static func take(_ bytes: [UInt8]) -> (count: Int, value: Frame)? {
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[1] & 0x7F)
        var start = 2
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            length = Int(bytes[2]) << 8 | Int(bytes[3])
            start = 4
        } else if length == 127 {
            guard bytes.count >= 10 else { return nil }
            length = bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
            start = 10
        }
        guard bytes.count >= start + length else { return nil }
        let payload = Array(bytes[start..<start + length])
        let frame: Frame
        switch bytes[0] & 0x0F {
        case 8:
            let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : 1005
            frame = .close(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self))
        case 9: frame = .ping(payload)
        case 10: frame = .pong
        default: frame = .text(payload)
        }
        return (start + length, frame)
    }
}
