import CLinux
import Glibc

/// The datagrams of one read: what had arrived at a socket, each in a buffer with room for what a cipher appends. One for each worker.
final class ReceiveBatch {
    /// Datagrams of one read: a key frame of a fast call.
    static let capacity = 32
    /// Bytes of the largest datagram that is media of ours.
    static let datagramLimit = 2048

    private static let slot = 2304
    private let storage: UnsafeMutableRawPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let messages: UnsafeMutablePointer<mmsghdr>
    private let control: UnsafeMutableRawPointer
    private static let controlSpace = Int(cl_arrival_space)

    init() {
        storage = .allocate(byteCount: Self.capacity * Self.slot, alignment: 64)
        vectors = .allocate(capacity: Self.capacity)
        messages = .allocate(capacity: Self.capacity)
        control = .allocate(byteCount: Self.controlSpace, alignment: 8)
        for index in 0..<Self.capacity {
            (vectors + index).initialize(
                to: iovec(iov_base: storage + index * Self.slot, iov_len: Self.datagramLimit))
            var message = mmsghdr()
            message.msg_hdr.msg_iov = vectors + index
            message.msg_hdr.msg_iovlen = 1
            (messages + index).initialize(to: message)
        }
        // The oldest datagram of a read alone tells when it came: the longest that any of them waited.
        messages[0].msg_hdr.msg_control = control
    }

    deinit {
        storage.deallocate()
        vectors.deallocate()
        messages.deallocate()
        control.deallocate()
    }

    /// Reads what has arrived, without waiting.
    ///
    /// - Returns: the number of datagrams; 0 where there was none, or the socket reported an error, which is thereby cleared.
    @inline(__always)
    func receive(from descriptor: Int32) -> Int {
        messages[0].msg_hdr.msg_controllen = Self.controlSpace
        return max(0, Int(recvmmsg(descriptor, messages, UInt32(Self.capacity), Int32(MSG_DONTWAIT), nil)))
    }

    /// When the first datagram of the last read arrived, by the wall clock in nanoseconds; nil where the kernel did not tell.
    @inline(__always)
    var firstArrival: Int64? {
        let arrival = cl_arrival(&messages[0].msg_hdr)
        return arrival > 0 ? arrival : nil
    }

    /// A datagram of the last read and its length; 0 where it was larger than any of ours.
    @inline(__always)
    subscript(index: Int) -> (buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let length =
            messages[index].msg_hdr.msg_flags & Int32(MSG_TRUNC) == 0 ? Int(messages[index].msg_len) : 0
        return (UnsafeMutableRawBufferPointer(start: storage + index * Self.slot, count: Self.slot), length)
    }
}
