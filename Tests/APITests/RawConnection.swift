import Foundation
import Glibc
import Testing

/// A response as its bytes say.
struct RawResponse: Sendable {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    subscript(name: String) -> String? { fields.first { $0.name == name.lowercased() }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: [String: Any]? { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] }
    /// A problem's code.
    var code: String? { json?["code"] as? String }
}

/// A TCP connection on which tests send whatever they like. Waiting happens on threads that nobody else needs.
final class RawConnection: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    private let descriptor: Int32
    let host: String

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        host = "127.0.0.1:\(port)"
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "cannot connect: \(errno)") }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    /// Sends these bytes as they are.
    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Failure(description: "cannot send: \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends these bytes again and again until the other side has closed the connection.
    func writeUntilRefused(_ text: String) async throws {
        try await waiting { [self] in while (try? write(text)) != nil {} }
    }

    /// Sends a request and waits for its response.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil
    ) async throws -> RawResponse {
        var headers = headers
        if let body {
            headers["Content-Length"] = headers["Content-Length"] ?? "\(body.utf8.count)"
            headers["Content-Type"] = headers["Content-Type"] ?? "application/json"
        }
        headers["Host"] = headers["Host"] ?? host
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
        try write("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")")
        return try await read(isHead: method == "HEAD")
    }

    /// Waits for a response; informational ones are passed over.
    func read(isHead: Bool = false) async throws -> RawResponse {
        var response = try await readOne(isHead: isHead)
        while response.status < 200 { response = try await readOne(isHead: isHead) }
        return response
    }

    /// Waits for the next response, of whatever status.
    func readOne(isHead: Bool = false) async throws -> RawResponse {
        try await waiting { [self] in
            var head: [UInt8] = []
            while !head.ends(with: "\r\n\r\n".utf8) { head.append(try byte()) }
            let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
            guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
                throw Failure(description: "no status line: \(lines)")
            }
            let fields = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (
                    name: parts[0].lowercased(),
                    value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
                )
            }
            var response = RawResponse(status: status, fields: fields, body: [])
            let length = response["content-length"].flatMap { Int($0) } ?? 0
            if !isHead, status != 304 { while response.body.count < length { response.body.append(try byte()) } }
            return response
        }
    }

    /// Waits until the server closes the connection.
    func isClosed() async throws -> Bool { try await waiting { [self] in (try? byte()) == nil } }

    private func byte() throws -> UInt8 {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, 0)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            throw Failure(description: count == 0 ? "closed" : "cannot receive: \(errno)")
        }
    }

}

/// Waits on a thread of its own.
func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}

extension [UInt8] {
    func ends(with suffix: String.UTF8View) -> Bool { self.suffix(suffix.count).elementsEqual(suffix) }
}
