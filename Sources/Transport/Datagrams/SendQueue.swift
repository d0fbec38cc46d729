import CLinux
import Glibc

/// Datagrams for one connected socket that leave together: those of equal size in one call (UDP_SEGMENT), which costs a quarter of a
/// call for each. The bytes stay where they are until then.
package struct SendQueue: ~Copyable {
    /// Datagrams kept at once.
    package static var capacity: Int { ReceiveBatch.capacity }
    /// Bytes the kernel takes in one call: an IP packet's length is 16 bits.
    private static var callLimit: Int { 64_000 }

    let parts = UnsafeMutablePointer<iovec>.allocate(capacity: SendQueue.capacity)
    private var count = 0
    /// Whether this path takes segments; not every network device does.
    private var segments = true

    /// A queue that holds nothing.
    package init() {}

    deinit { parts.deallocate() }

    /// Whether it has to be flushed before the next datagram.
    package var isFull: Bool { count == Self.capacity }

    /// Keeps a datagram for the next flush; `bytes` must stay as they are until then.
    @inline(__always)
    package mutating func append(_ bytes: UnsafeMutableRawPointer, _ length: Int) {
        guard count < Self.capacity else { return }
        parts[count] = iovec(iov_base: bytes, iov_len: length)
        count &+= 1
    }

    /// Sends what is kept.
    ///
    /// - Returns: how many datagrams the socket did not take.
    package mutating func flush(to descriptor: Int32) -> Int {
        var unsent = 0
        var first = 0
        while first < count {
            let run = segments ? self.run(from: first) : 1
            if run > 1,
                cl_send_segments(descriptor, parts + first, run, UInt16(truncatingIfNeeded: parts[first].iov_len)) < 0
            {
                switch errno {
                case EINVAL, EIO, EOPNOTSUPP, EMSGSIZE:
                    segments = false
                    continue
                case ECONNREFUSED:
                    // Told once, about an earlier datagram; these were not tried.
                    if cl_send_segments(
                        descriptor, parts + first, run, UInt16(truncatingIfNeeded: parts[first].iov_len)) < 0
                    {
                        unsent &+= run
                    }
                default: unsent &+= run
                }
            } else if run == 1,
                !Self.send(
                    UnsafeRawBufferPointer(start: parts[first].iov_base, count: parts[first].iov_len), to: descriptor)
            {
                unsent &+= 1
            }
            first &+= run
        }
        count = 0
        return unsent
    }

    /// How many datagrams from `first` on may leave in one call: all of one size, the last one perhaps shorter.
    @inline(__always)
    private func run(from first: Int) -> Int {
        let size = parts[first].iov_len
        var end = first &+ 1
        var bytes = size
        while end < count, parts[end].iov_len <= size, bytes &+ size <= Self.callLimit {
            bytes &+= size
            end &+= 1
            if parts[end &- 1].iov_len < size { break }
        }
        return end &- first
    }

    /// Sends one datagram now.
    @inline(__always)
    static func send(_ datagram: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        if Glibc.send(descriptor, datagram.baseAddress, datagram.count, flags) == datagram.count { return true }
        // ECONNREFUSED is told once, about an earlier datagram; this one was not tried.
        return errno == ECONNREFUSED
            && Glibc.send(descriptor, datagram.baseAddress, datagram.count, flags) == datagram.count
    }
}
