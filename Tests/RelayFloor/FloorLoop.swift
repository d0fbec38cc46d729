import CLinux
import Glibc
import Synchronization
import Transport

/// The loop: what is ready is read in batches, and leaves in batches. Confined to the thread that runs it, but for ``packets``.
final class FloorLoop: @unchecked Sendable {
    private final class Peer {
        let socket: Int32
        let cipher: any MediaCipher
        var queue = SendQueue()

        init(socket: Int32, cipher: any MediaCipher) {
            self.socket = socket
            self.cipher = cipher
        }
    }

    private let peers: [Peer]
    private let work: FloorWork
    private let batch = ReceiveBatch()
    private let carried = Atomic<Int64>(0)

    init(sockets: [Int32], keys: [StreamKeys], work: FloorWork) {
        peers = zip(sockets, keys).map { Peer(socket: $0, cipher: $1.nearCipher) }
        self.work = work
    }

    /// Packets carried so far.
    var packets: Int64 { carried.load(ordering: .relaxed) }

    func run(until stop: StopSign) {
        let set = epoll_create1(Int32(EPOLL_CLOEXEC))
        defer { close(set) }
        for (index, peer) in peers.enumerated() {
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(index)))
            epoll_ctl(set, EPOLL_CTL_ADD, peer.socket, &event)
        }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        defer { events.deallocate() }
        var packets: Int64 = 0
        while !stop.isRaised {
            let ready = epoll_wait(set, events, 256, 10)
            for index in 0..<max(0, Int(ready)) { packets &+= carry(Int(events[index].data.u64)) }
            carried.store(packets, ordering: .relaxed)
        }
    }

    private func carry(_ index: Int) -> Int64 {
        let count = batch.receive(from: peers[index].socket)
        guard work != .receive else { return Int64(count) }
        let from = peers[index]
        let to = peers[index ^ 1]
        for place in 0..<count {
            var (buffer, length) = batch[place]
            if work == .crypto {
                guard case .done(let plain) = from.cipher.unprotectRTP(buffer, length: length),
                    case .done(let size) = to.cipher.protectRTP(buffer, length: plain)
                else { continue }
                length = size
            }
            to.queue.append(buffer.baseAddress.unsafelyUnwrapped, length)
        }
        _ = to.queue.flush(to: to.socket)
        return Int64(count)
    }
}
