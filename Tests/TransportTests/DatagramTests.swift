import Glibc
import Testing

@testable import Transport

/// Two UDP sockets on loopback, and what batches make of their datagrams.
@Suite("Batches of datagrams") struct DatagramTests {
    private struct NoSocket: Error {}

    /// Datagrams of these sizes, no two alike.
    private static func datagrams(_ sizes: [Int]) -> [[UInt8]] {
        sizes.enumerated().map { number, size in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) } }
    }

    /// Puts datagrams into a queue.
    ///
    /// - Returns: where they lie until they are sent.
    private static func keep(_ datagrams: [[UInt8]], in queue: inout SendQueue) -> UnsafeMutableRawPointer {
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: 2048 * datagrams.count, alignment: 8)
        for (index, datagram) in datagrams.enumerated() {
            (bytes + 2048 * index).copyMemory(from: datagram, byteCount: datagram.count)
            queue.append(bytes + 2048 * index, datagram.count)
        }
        return bytes
    }

    @Test(arguments: [
        [100], [1100, 1100, 1100, 400], [1100, 1100, 1101, 1101, 30], [30, 1200, 1200, 1199, 1200],
        Array(repeating: 1172, count: 32), Array((1...32).reversed()),
    ])
    func `leave in order, each as it was, whatever their sizes`(_ sizes: [Int]) throws {
        let (near, far) = (try LoopbackSocket(), try LoopbackSocket())
        guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
        let datagrams = Self.datagrams(sizes)
        var queue = SendQueue()
        let bytes = Self.keep(datagrams, in: &queue)
        defer { bytes.deallocate() }
        #expect(queue.isFull == (sizes.count == SendQueue.capacity))
        #expect(queue.flush(to: connected.descriptor) == 0)
        #expect(far.receiveAll() == datagrams)
        #expect(queue.flush(to: connected.descriptor) == 0)
        #expect(far.receiveAll().isEmpty)
    }

    @Test func `a peer that is gone costs the datagrams meant for it and no others`() throws {
        let near = try LoopbackSocket()
        var far: LoopbackSocket? = try LoopbackSocket()
        let address = try #require(far?.address)
        guard let connected = ConnectedSocket(beside: near.descriptor, to: address) else { throw NoSocket() }
        far = nil
        // The kernel tells the refusal of one datagram at the next.
        for _ in 0..<3 { _ = [1, 2, 3].withUnsafeBytes { SendQueue.send($0, to: connected.descriptor) } }
        let batch = ReceiveBatch()
        _ = batch.receive(from: connected.descriptor)
        #expect(batch.receive(from: connected.descriptor) == 0)
    }

    @Test(arguments: [[9], [500, 500, 500], [500, 400, 300]])
    func `that the socket does not take are told`(_ sizes: [Int]) throws {
        let (near, far) = (try LoopbackSocket(), try LoopbackSocket())
        guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
        try #require(shutdown(connected.descriptor, Int32(SHUT_WR)) == 0)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 8)
        defer { bytes.deallocate() }
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
        var queue = SendQueue()
        for size in sizes { queue.append(bytes, size) }
        #expect(queue.flush(to: connected.descriptor) == sizes.count)
        #expect(far.receiveAll().isEmpty)
    }

    @Test func `a connected socket gets its remote's datagrams, and the one beside it everybody else's`() throws {
        let (near, far, stranger) = (try LoopbackSocket(), try LoopbackSocket(), try LoopbackSocket())
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

    @Test(arguments: [
        [100], [1100, 1100, 1100, 400], [1100, 1100, 1101, 1101, 30], Array(repeating: 1172, count: 32),
        Array(repeating: 20, count: 32), [2048, 2048, 1],
    ])
    func `that the kernel hands over together are taken apart`(_ sizes: [Int]) throws {
        let (near, far) = (try LoopbackSocket(), try LoopbackSocket())
        guard let sender = ConnectedSocket(beside: near.descriptor, to: far.address),
            let receiver = ConnectedSocket(beside: far.descriptor, to: near.address)
        else { throw NoSocket() }
        let datagrams = Self.datagrams(sizes)
        var queue = SendQueue()
        let bytes = Self.keep(datagrams, in: &queue)
        defer { bytes.deallocate() }
        #expect(queue.flush(to: sender.descriptor) == 0)
        let batch = ReceiveBatch()
        let count = batch.receive(from: receiver.descriptor)
        let received = (0..<count).map { index in
            let (buffer, length) = batch[index]
            return [UInt8](buffer[..<length])
        }
        #expect(received == datagrams)
        #expect(batch.firstArrival != nil)
        #expect(batch.receive(from: receiver.descriptor) == 0)
    }

    @Test func `a datagram larger than any of ours is none`() throws {
        let (near, far) = (try LoopbackSocket(), try LoopbackSocket())
        guard let connected = ConnectedSocket(beside: near.descriptor, to: far.address) else { throw NoSocket() }
        far.send([UInt8](repeating: 9, count: ReceiveBatch.datagramLimit + 1), to: near.address)
        far.send([7], to: near.address)
        let batch = ReceiveBatch()
        try #require(batch.receive(from: connected.descriptor) == 2)
        #expect(batch[0].length == 0)
        #expect(batch[1].length == 1)
        // The same where they come as one message.
        guard let sender = ConnectedSocket(beside: far.descriptor, to: near.address) else { throw NoSocket() }
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: 6000, alignment: 8)
        defer { bytes.deallocate() }
        bytes.initializeMemory(as: UInt8.self, repeating: 7, count: 6000)
        var queue = SendQueue()
        queue.append(bytes, ReceiveBatch.datagramLimit + 1)
        queue.append(bytes, ReceiveBatch.datagramLimit + 1)
        queue.append(bytes, 9)
        #expect(queue.flush(to: sender.descriptor) == 0)
        try #require(batch.receive(from: connected.descriptor) == 3)
        #expect([batch[0].length, batch[1].length, batch[2].length] == [0, 0, 9])
    }
}
