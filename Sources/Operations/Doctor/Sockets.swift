import Foundation

/// An IP address as the sockets API has it.
struct SocketAddress {
    var storage = sockaddr_storage()
    var length: socklen_t = 0

    /// The first address that `host` and `port` resolve to.
    init?(host: String, port: UInt16, type: Int32, numeric: Bool = false) {
        var hints = addrinfo()
        hints.ai_socktype = type
        hints.ai_flags = AI_ADDRCONFIG | (numeric ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let found = list else { return nil }
        defer { freeaddrinfo(list) }
        length = found.pointee.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: found.pointee.ai_addr, count: Int(length)))
        }
    }

    var family: Int32 { Int32(storage.ss_family) }

    func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

/// A socket that closes itself.
struct Socket: ~Copyable {
    let descriptor: Int32

    /// - Returns: nil where the system has none left.
    init?(family: Int32, type: __socket_type) {
        descriptor = socket(family, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Waits until it can be read or written.
    func wait(for events: Int16, milliseconds: Int32) -> Bool {
        var poller = pollfd(fd: descriptor, events: events, revents: 0)
        return poll(&poller, 1, milliseconds) == 1
    }
}

/// Connects without waiting longer than told.
func connectWithin(_ socket: borrowing Socket, _ address: SocketAddress, _ milliseconds: Int32) -> Bool {
    let descriptor = socket.descriptor
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    defer { _ = fcntl(descriptor, F_SETFL, flags) }
    if address.with({ connect(descriptor, $0, $1) }) == 0 { return true }
    guard errno == EINPROGRESS, socket.wait(for: Int16(POLLOUT), milliseconds: milliseconds) else { return false }
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 && code == 0
}

/// Tries to bind a port, and gives it back at once.
///
/// - Returns: 0, or the system's error number.
func tryBinding(_ host: String, port: UInt16, type: __socket_type) -> Int32 {
    guard let address = SocketAddress(host: host, port: port, type: Int32(type.rawValue), numeric: true) else {
        return EADDRNOTAVAIL
    }
    guard let socket = Socket(family: address.family, type: type) else { return errno }
    if type == SOCK_STREAM {
        // As servers do it: a port whose last connections are still closing counts as free.
        var on: Int32 = 1
        setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    let bound = address.with { bind(socket.descriptor, $0, $1) } == 0
    if bound, type == SOCK_STREAM, listen(socket.descriptor, 1) != 0 { return errno }
    return bound ? 0 : errno
}
