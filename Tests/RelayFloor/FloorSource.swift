import CLinux
import Glibc
import Load
import RTP
import Transport

/// The peers: each sends its voice and its picture as a caller of `consult load` does, and reads and decrypts what it is sent.
/// Confined to the thread that runs it.
final class FloorSource: @unchecked Sendable {
    private final class Peer {
        let socket: Int32
        let cipher: any MediaCipher
        var queue = SendQueue()
        var senders: [ClipSender]

        init(socket: Int32, cipher: any MediaCipher, senders: [ClipSender]) {
            self.socket = socket
            self.cipher = cipher
            self.senders = senders
        }
    }

    private let peers: [Peer]
    private let received = ReceiveBatch()
    private static let slot = MediaClip.packetLimit + mediaCipherRoom
    private let buffers = UnsafeMutableRawPointer.allocate(byteCount: SendQueue.capacity * slot, alignment: 16)

    init(sockets: [Int32], keys: [StreamKeys], clip: MediaClip) {
        var random = SystemRandomNumberGenerator()
        var peers: [Peer] = []
        for (index, socket) in sockets.enumerated() {
            let streams = [clip.audio, clip.video].compactMap { $0 }
            let senders = streams.map {
                ClipSender(
                    $0, stream: UInt32(index) << 1 | $0.kind.rawValue, payloadType: UInt8(96 + $0.kind.rawValue),
                    using: &random)
            }
            peers.append(Peer(socket: socket, cipher: keys[index].farCipher, senders: senders))
        }
        self.peers = peers
    }

    deinit { buffers.deallocate() }

    func run(until stop: StopSign) {
        let set = epoll_create1(Int32(EPOLL_CLOEXEC))
        defer { close(set) }
        for (index, peer) in peers.enumerated() {
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(index)))
            epoll_ctl(set, EPOLL_CTL_ADD, peer.socket, &event)
            for place in peer.senders.indices {
                let phase = NanosecondCount.random(in: 0..<peer.senders[place].clip.interval)
                peer.senders[place].begin(at: MonotonicInstant.now().advanced(by: phase))
            }
        }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        defer { events.deallocate() }
        while !stop.isRaised {
            let now = MonotonicInstant.now()
            var next = now.advanced(by: .milliseconds(10))
            for peer in peers { send(peer, now, &next) }
            let wait = Int32(clamping: (max(0, next.since(.now())) + 999_999) / 1_000_000)
            let ready = epoll_wait(set, events, 256, wait)
            for index in 0..<max(0, Int(ready)) { read(peers[Int(events[index].data.u64)]) }
        }
    }

    /// Decrypts what came, as callers do: the loop is measured with packets that come as theirs.
    private func read(_ peer: Peer) {
        for place in 0..<received.receive(from: peer.socket) {
            let (buffer, length) = received[place]
            _ = peer.cipher.unprotectRTP(buffer, length: length)
        }
    }

    private func send(_ peer: Peer, _ now: MonotonicInstant, _ next: inout MonotonicInstant) {
        for place in peer.senders.indices {
            var waiting = 0
            while let frame = peer.senders[place].next(now) {
                for packet in frame.packets {
                    let buffer = UnsafeMutableRawBufferPointer(start: buffers + waiting * Self.slot, count: Self.slot)
                    let length = peer.senders[place].write(packet, of: frame, into: buffer, at: now)
                    guard case .done(let size) = peer.cipher.protectRTP(buffer, length: length) else { continue }
                    peer.queue.append(buffer.baseAddress.unsafelyUnwrapped, size)
                    waiting += 1
                    if peer.queue.isFull {
                        _ = peer.queue.flush(to: peer.socket)
                        waiting = 0
                    }
                }
            }
            _ = peer.queue.flush(to: peer.socket)
            if let due = peer.senders[place].due, due < next { next = due }
        }
    }
}
