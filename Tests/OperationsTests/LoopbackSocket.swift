import Foundation

@testable import Operations

/// A socket bound to a free port of loopback; a stream socket listens.
final class LoopbackSocket {
    let descriptor: Int32
    let port: UInt16

    init?(_ type: __socket_type) {
        descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        guard descriptor >= 0,
            let loopback = SocketAddress(host: "127.0.0.1", port: 0, type: Int32(type.rawValue), numeric: true),
            loopback.with({ [descriptor] in bind(descriptor, $0, $1) }) == 0,
            type != SOCK_STREAM || listen(descriptor, 1) == 0
        else { return nil }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &name) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { return nil }
        port = UInt16(bigEndian: name.sin_port)
    }

    deinit { close(descriptor) }
}
