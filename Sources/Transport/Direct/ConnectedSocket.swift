import CLinux
import Glibc

/// A UDP socket of our own beside one of libnice's: bound to the same address, connected to one remote. The kernel gives that remote's
/// datagrams to this one and all others to libnice's; closing it gives everything back.
struct ConnectedSocket: ~Copyable {
    let descriptor: Int32
    let remote: SocketAddress

    /// Bytes of the kernel's buffers: a third of a second at 20 Mbit/s. Nothing is allocated before datagrams lie in them.
    private static let bufferBytes: Int32 = 1 << 20

    /// - Returns: nil where the kernel does not let both be.
    init?(beside descriptor: Int32, to remote: SocketAddress) {
        guard let local = SocketAddress(of: descriptor), local.family == remote.family,
            Self.set(SO_REUSEADDR, on: descriptor, 1)
        else { return nil }
        let twin = socket(
            local.family, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard twin >= 0 else { return nil }
        guard Self.set(SO_REUSEADDR, on: twin, 1),
            local.withSocketAddress({ bind(twin, $0, $1) }) == 0,
            remote.withSocketAddress({ connect(twin, $0, $1) }) == 0
        else {
            close(twin)
            return nil
        }
        Self.enlarge(SO_RCVBUFFORCE, SO_RCVBUF, on: twin)
        Self.enlarge(SO_SNDBUFFORCE, SO_SNDBUF, on: twin)
        _ = cl_tell_arrivals(twin)
        _ = cl_take_segments(twin)
        self.descriptor = twin
        self.remote = remote
        dropStrangers()
    }

    deinit { close(descriptor) }

    /// Between its binding and its connection datagrams of anybody may have come. They are dropped, as a network may drop them.
    private func dropStrangers() {
        var byte: UInt8 = 0
        for _ in 0..<1024 where recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0 { return }
    }

    @discardableResult
    private static func set(_ option: Int32, on descriptor: Int32, _ value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    /// Beyond the system's limit where we may, up to it otherwise.
    private static func enlarge(_ force: Int32, _ ask: Int32, on descriptor: Int32) {
        if !set(force, on: descriptor, bufferBytes) { set(ask, on: descriptor, bufferBytes) }
    }
}
