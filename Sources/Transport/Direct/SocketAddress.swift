import CLinux
import Glibc

/// An IP address and port as the socket calls take it.
struct SocketAddress {
    private(set) var storage = sockaddr_storage()

    /// Lets `body` write an address; nil where it writes none that is IPv4 or IPv6.
    init?(_ body: (UnsafeMutablePointer<sockaddr>) -> Void) {
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
        guard length > 0 else { return nil }
    }

    /// The address a socket is bound to.
    init?(of descriptor: Int32) {
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard status == 0, length > 0 else { return nil }
    }

    var family: Int32 { Int32(storage.ss_family) }

    var length: socklen_t {
        switch family {
        case AF_INET: socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: 0
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

extension SocketAddress: Equatable {
    static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        guard left.length == right.length else { return false }
        return withUnsafeBytes(of: left.storage) { first in
            withUnsafeBytes(of: right.storage) { second in
                first.prefix(Int(left.length)).elementsEqual(second.prefix(Int(left.length)))
            }
        }
    }
}
