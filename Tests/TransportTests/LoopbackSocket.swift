import Glibc
import Testing

@testable import Transport

/// A UDP socket on loopback.
final class LoopbackSocket {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    let address: SocketAddress

    init() throws {
        var local = sockaddr_in()
        local.sin_family = sa_family_t(AF_INET)
        local.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let bound = withUnsafePointer(to: local) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0)
        address = try #require(SocketAddress(of: descriptor))
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8], to other: SocketAddress) {
        _ = other.withSocketAddress { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    }

    func receiveAll() -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let length = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard length >= 0 else { return datagrams }
            datagrams.append(Array(buffer[..<length]))
        }
    }
}
