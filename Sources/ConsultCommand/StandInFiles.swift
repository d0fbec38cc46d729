import Foundation
import Synchronization

/// A free port of the loopback address, kept from others until whoever listens on it is there.
///
/// Bound and not listening: with SO_REUSEADDR on both, Linux lets the listener bind it, too, and gives it to nobody else.
final class ReservedPort: Sendable {
    /// The port.
    let number: UInt16
    private let descriptor: Mutex<Int32>

    init() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EMFILE) }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else {
            let code = errno
            close(socket)
            throw POSIXError(.init(rawValue: code) ?? .EADDRINUSE)
        }
        number = UInt16(bigEndian: address.sin_port)
        descriptor = Mutex(socket)
    }

    /// Lets go of it; the listener stays.
    func giveBack() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit { giveBack() }
}

/// A file that one process holds at a time; the system lets go of it when the process ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Throws: where another process holds it, or it cannot be made.
    init(_ path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EACCES) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw Held(path: path)
        }
        descriptor = Mutex(file)
    }

    /// Lets go of it.
    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit { release() }

    /// Another process holds it.
    struct Held: Error, CustomStringConvertible {
        let path: String
        var description: String { "another process uses the stand-in for Stripe of this data folder (\(path))" }
    }
}
