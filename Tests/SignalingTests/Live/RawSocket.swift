import Dispatch
import Glibc
import Synchronization

/// A TCP connection to a test's server. Blocking calls run on a queue of its own, each with a deadline.
final class RawSocket: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let descriptor: Int32
    private let queue = DispatchQueue(label: "test socket")
    private let buffer = Mutex<[UInt8]>([])

    /// - Parameter receiveBuffer: bytes the kernel keeps for a reader who doesn't read; 0: its default.
    init(port: UInt16, receiveBuffer: Int32 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket") }
        if receiveBuffer > 0 {
            var size = receiveBuffer
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect: \(errno)") }
    }

    deinit { close(descriptor) }

    /// Closes both directions at once, as a killed process does.
    func cut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "cannot send: \(errno)") }
            sent += count
        }
    }

    /// Waits until `take` finds what it looks for at the start of what has come.
    ///
    /// - Parameter take: how many bytes it took and what they are; nil: more is needed.
    /// - Returns: nil at the connection's end.
    func receive<Value: Sendable>(
        seconds: Double = 20, _ take: @escaping @Sendable ([UInt8]) -> (count: Int, value: Value)?
    ) async throws -> Value? {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(with: Result { try wait(seconds: seconds, take) })
            }
        }
    }

    private func wait<Value>(seconds: Double, _ take: ([UInt8]) -> (count: Int, value: Value)?) throws -> Value? {
        let deadline = DispatchTime.now() + seconds
        while true {
            let found = buffer.withLock { buffer -> (Int, Value)? in
                guard let found = take(buffer) else { return nil }
                buffer.removeFirst(found.count)
                return found
            }
            if let found { return found.1 }
            let now = DispatchTime.now()
            guard now < deadline else { throw Failure(description: "nothing came in \(seconds) s") }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = (deadline.uptimeNanoseconds - now.uptimeNanoseconds) / 1_000_000
            guard poll(&entry, 1, Int32(clamping: left) + 1) > 0 else { continue }
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &piece, piece.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
            guard count > 0 else { throw Failure(description: "cannot receive: \(errno)") }
            buffer.withLock { $0.append(contentsOf: piece[..<count]) }
        }
    }
}

/// An HTTP response as it came.
struct RawResponse: Sendable {
    var status: Int
    var fields: [String: String]
    var body: [UInt8]

    /// Takes head and body off the start of `bytes`.
    static func take(_ bytes: [UInt8], expectsBody: Bool = true) -> (count: Int, value: RawResponse)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let parts = lines.first?.split(separator: " ") ?? []
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = expectsBody ? fields["content-length"].flatMap(Int.init) ?? 0 : 0
        let total = end.upperBound + length
        guard bytes.count >= total else { return nil }
        return (
            total,
            RawResponse(
                status: parts.count > 1 ? Int(parts[1]) ?? 0 : 0, fields: fields,
                body: Array(bytes[end.upperBound..<total]))
        )
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Asks for a page on a connection of its own.
func get(_ path: String, port: UInt16, method: String = "GET", fields: [String] = []) async throws -> RawResponse {
    let socket = try RawSocket(port: port)
    let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost:\(port)"] + fields + ["", ""]
    try socket.send(Array(lines.joined(separator: "\r\n").utf8))
    guard let response = try await socket.receive({ RawResponse.take($0, expectsBody: method != "HEAD") }) else {
        throw RawSocket.Failure(description: "closed without a response")
    }
    return response
}
