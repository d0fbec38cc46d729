import CLinux
import Glibc

/// The datagrams of one read: what had arrived at a socket, each in a buffer with room for what a cipher appends. One for each worker.
///
/// The kernel may hand over datagrams of one size as one message (UDP_GRO): a picture that was sent in one call, or that a network
/// device received at once, then costs one packet's way through the kernel. They are taken apart here.
package final class ReceiveBatch {
    /// Messages of one read; also a key frame of a fast call, where each datagram is one.
    package static let capacity = 32
    /// Bytes of the largest datagram that is media of ours.
    static let datagramLimit = 2048

    private static let slot = 2304
    /// Bytes of a message: what an IP packet's length can say.
    private static let messageLimit = 65_535
    private static let messageSpace = 65_536 + slot
    /// Datagrams of one message, as many as the kernel takes together.
    private static let messageParts = 128
    private static let controlSpace = Int(cl_control_space)

    /// Where the messages lie, and where the parts of those that consist of several do. What is not used takes no memory.
    private let whole: UnsafeMutableRawPointer
    private let parts: UnsafeMutableRawPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let messages: UnsafeMutablePointer<mmsghdr>
    private let control: UnsafeMutableRawPointer
    private let datagrams: UnsafeMutablePointer<(start: UnsafeMutableRawPointer, length: Int)>
    private static let datagramCapacity = capacity * messageParts

    /// Room for one read.
    package init() {
        whole = .allocate(byteCount: Self.capacity * Self.messageSpace, alignment: 64)
        parts = .allocate(byteCount: Self.datagramCapacity * Self.slot, alignment: 64)
        vectors = .allocate(capacity: Self.capacity)
        messages = .allocate(capacity: Self.capacity)
        control = .allocate(byteCount: Self.capacity * Self.controlSpace, alignment: 8)
        datagrams = .allocate(capacity: Self.datagramCapacity)
        for index in 0..<Self.capacity {
            (vectors + index).initialize(
                to: iovec(iov_base: whole + index * Self.messageSpace, iov_len: Self.messageLimit))
            var message = mmsghdr()
            message.msg_hdr.msg_iov = vectors + index
            message.msg_hdr.msg_iovlen = 1
            message.msg_hdr.msg_control = control + index * Self.controlSpace
            message.msg_hdr.msg_controllen = Self.controlSpace
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        whole.deallocate()
        parts.deallocate()
        vectors.deallocate()
        messages.deallocate()
        control.deallocate()
        datagrams.deallocate()
    }

    /// Reads what has arrived, without waiting.
    ///
    /// - Returns: the number of datagrams; 0 where there was none, or the socket reported an error, which is thereby cleared.
    package func receive(from descriptor: Int32) -> Int {
        let read = Int(recvmmsg(descriptor, messages, UInt32(Self.capacity), Int32(MSG_DONTWAIT), nil))
        arrived = 0
        var count = 0
        for index in 0..<max(0, read) { takeApart(index, &count) }
        return count
    }

    /// When the first datagram of the last read arrived, by the wall clock in nanoseconds; nil where the kernel did not tell.
    @inline(__always)
    var firstArrival: Int64? { arrived > 0 ? arrived : nil }
    private var arrived: Int64 = 0

    /// A datagram of the last read and its length; 0 where it was larger than any of ours.
    @inline(__always)
    package subscript(index: Int) -> (buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let datagram = datagrams[index]
        return (UnsafeMutableRawBufferPointer(start: datagram.start, count: Self.slot), datagram.length)
    }

    @inline(__always)
    private func takeApart(_ index: Int, _ count: inout Int) {
        let start = whole + index &* Self.messageSpace
        let length = Int(messages[index].msg_len)
        // The oldest datagram of a read tells when it came: the longest that any of them waited.
        if index == 0 { arrived = cl_arrival(&messages[index].msg_hdr) }
        let segment = Int(cl_segment(&messages[index].msg_hdr))
        messages[index].msg_hdr.msg_controllen = Self.controlSpace
        // However many datagrams a kernel puts into a message: what has no place any more is lost, as on a full socket.
        guard count < Self.datagramCapacity else { return }
        guard segment > 0, segment < length else {
            datagrams[count] = (start, length <= Self.datagramLimit ? length : 0)
            count &+= 1
            return
        }
        var offset = 0
        while offset < length, count < Self.datagramCapacity {
            let size = min(segment, length &- offset)
            let place = parts + count &* Self.slot
            if size <= Self.datagramLimit { place.copyMemory(from: start + offset, byteCount: size) }
            datagrams[count] = (place, size <= Self.datagramLimit ? size : 0)
            count &+= 1
            offset &+= size
        }
    }
}
