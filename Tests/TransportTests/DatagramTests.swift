import Glibc
import Testing

@testable import Transport

/// Two UDP sockets on loopback, and what batches make of their datagrams.
@Suite("Batches of datagrams") struct DatagramTests {
    private struct NoSocket: Error {}

    private final class Socket {
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

    /// Datagrams of these sizes, no two alike.
    private static func datagrams(_ sizes: [Int]) -> [[UInt8]] {
        sizes.enumerated().map { number, size in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) } }
    }

    @Test(arguments: [
        [100], [1100, 1100, 1100, 400], [1100, 1100, 1101, 1101, 30], [30, 1200, 1200, 1199, 1200],
        Array(repeating: 1172, count: 32), Array((1...32).reversed()),
    ])
    func `leave in order, each as it was, whatever their sizes`(_ sizes: [Int]) throws {
        let (near, far) = (try Socket(), try Socket())
        guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
        let datagrams = Self.datagrams(sizes)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: 2048 * sizes.count, alignment: 8)
        defer { bytes.deallocate() }
        var queue = SendQueue()
        for (index, datagram) in datagrams.enumerated() {
            (bytes + 2048 * index).copyMemory(from: datagram, byteCount: datagram.count)
            queue.append(bytes + 2048 * index, datagram.count)
        }
        #expect(queue.isFull == (sizes.count == SendQueue.capacity))
        #expect(queue.flush(to: connected.descriptor) == 0)
        #expect(far.receiveAll() == datagrams)
        #expect(queue.flush(to: connected.descriptor) == 0)
        #expect(far.receiveAll().isEmpty)
    }

    @Test func `a peer that is gone costs the datagrams meant for it and no others`() throws {
        let near = try Socket()
        var far: Socket? = try Socket()
        let address = try #require(far?.address)
        guard let connected = ConnectedSocket(beside: near.descriptor, to: address) else { throw NoSocket() }
        far = nil
        // The kernel tells the refusal of one datagram at the next.
        for _ in 0..<3 { _ = [1, 2, 3].withUnsafeBytes { SendQueue.send($0, to: connected.descriptor) } }
        let batch = ReceiveBatch()
        _ = batch.receive(from: connected.descriptor)
        #expect(batch.receive(from: connected.descriptor) == 0)
    }

    @Test func `a connected socket gets its remote's datagrams, and the one beside it everybody else's`() throws {
        let (near, far, stranger) = (try Socket(), try Socket(), try Socket())
        let batch = ReceiveBatch()
        do {
            guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
            far.send([1], to: near.address)
            stranger.send([2], to: near.address)
            far.send([3, 4], to: near.address)
            try #require(batch.receive(from: connected.descriptor) == 2)
            #expect(batch[0].length == 1 && batch[0].buffer[0] == 1)
            #expect(batch[1].length == 2 && batch[1].buffer[1] == 4)
            #expect(batch.firstArrival != nil)
            #expect(near.receiveAll() == [[2]])
        }
        far.send([5], to: near.address)
        #expect(near.receiveAll() == [[5]])
    }

    @Test func `a datagram larger than any of ours is none`() throws {
        let (near, far) = (try Socket(), try Socket())
        guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
        far.send([UInt8](repeating: 9, count: ReceiveBatch.datagramLimit + 1), to: near.address)
        far.send([7], to: near.address)
        let batch = ReceiveBatch()
        try #require(batch.receive(from: connected.descriptor) == 2)
        #expect(batch[0].length == 0)
        #expect(batch[1].length == 1)
    }
}
