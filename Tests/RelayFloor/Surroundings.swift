import CLinux
import Glibc
import Synchronization
import Transport

/// Two UDP sockets on loopback, connected to each other.
struct SocketPair {
    let near: Int32
    let far: Int32

    struct Failure: Error { let reason: String }

    init() throws {
        near = try Self.bound()
        far = try Self.bound()
        try Self.join(near, far)
        try Self.join(far, near)
    }

    private static func bound() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, status == 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        // As the relay's own sockets have it.
        var bytes: Int32 = 1 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, socklen_t(MemoryLayout<Int32>.size))
        _ = cl_tell_arrivals(descriptor)
        _ = cl_take_segments(descriptor)
        return descriptor
    }

    private static func join(_ descriptor: Int32, _ other: Int32) throws {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(other, $0, &size) == 0 ? connect(descriptor, $0, size) : -1
            }
        }
        guard status == 0 else { throw Failure(reason: String(cString: strerror(errno))) }
    }
}

/// The ciphers of one peer's path, AEAD_AES_128_GCM, which the relay offers first.
struct StreamKeys {
    let nearCipher: any MediaCipher
    let farCipher: any MediaCipher

    init() throws {
        let profile = SRTPProfile.aes128GCM
        let (one, two) = (Self.random(), Self.random())
        nearCipher = try makeMediaCipher(SRTPKeys(profile: profile, outbound: one, inbound: two))
        farCipher = try makeMediaCipher(SRTPKeys(profile: profile, outbound: two, inbound: one))
    }

    /// A master key of 16 bytes and a salt of 12.
    private static func random() -> [UInt8] { (0..<28).map { _ in .random(in: 0...255) } }
}

/// Tells threads to end.
final class StopSign: Sendable {
    private let raised = Atomic(false)
    var isRaised: Bool { raised.load(ordering: .relaxed) }
    func raise() { raised.store(true, ordering: .relaxed) }
}

/// A thread with a name, by which it is found and pinned, that can be waited for.
final class Worker: @unchecked Sendable {
    private var handle = pthread_t()
    private let body: @Sendable () -> Void

    init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
        self.body = {
            name.withUTF8Buffer { $0.withMemoryRebound(to: CChar.self) { cl_name_thread($0.baseAddress) } }
            body()
        }
        pthread_create(
            &handle, nil,
            { me in
                guard let me else { return nil }
                Unmanaged<Worker>.fromOpaque(me).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
    }

    func join() { pthread_join(handle, nil) }

    /// The thread's processor time, in nanoseconds.
    var processorTime: Int64 {
        var clock = clockid_t()
        var time = timespec()
        guard pthread_getcpuclockid(handle, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
