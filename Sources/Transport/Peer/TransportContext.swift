import RTP

/// What all transports of one thread share: the buffers datagrams are read into, and which socket belongs to whom.
public final class TransportContext {
    let batch = ReceiveBatch()
    let checks = ConnectivityChecks()
    /// Where a datagram that came over libnice's sockets lies, with room for what a cipher appends.
    let single = UnsafeMutableRawBufferPointer.allocate(
        byteCount: ReceiveBatch.datagramLimit + mediaCipherRoom, alignment: 16)

    private var loop: EventLoop?
    private var readers: [Reader] = []
    private var vacant: [Int] = []

    private struct Reader {
        /// Gives its place back before it goes (``PeerTransport``'s end), so no count is kept for each look at it.
        unowned(unsafe) var transport: PeerTransport?
        /// Whether it is about libnice's sockets, and not about one of our own.
        var isLibrary: Bool
        /// Told apart from whoever had the same place before.
        var generation: UInt64
        /// Where its packets look; nothing where nobody said so.
        var places = UnsafeBufferPointer<UInt>(start: nil, count: 0)
    }

    private static let generations: UInt64 = 1 << 31

    /// A context no thread owns yet.
    public init() {}

    deinit { single.deallocate() }

    /// Makes the calling thread the context's owner.
    ///
    /// - Parameter loop: the thread's own loop; its tokens are the context's.
    public func enter(on loop: EventLoop) { self.loop = loop }

    /// Reads what has arrived.
    ///
    /// - Parameter ready: the tokens of one wait of the loop.
    public func read(_ ready: [UInt64]) {
        for token in ready {
            let place = Int(token & 0xFFFF_FFFF)
            guard place < readers.count, readers[place].generation == token >> 32 else { continue }
            PacketMemory.fetch(readers[place].places)
            if readers[place].isLibrary {
                readers[place].transport?.readLibrary()
            } else {
                readers[place].transport?.readDirectPath(into: batch)
            }
        }
    }

    /// Has a socket of our own watched for a transport.
    ///
    /// - Returns: its place, to be given back when the socket is closed; nil where the kernel does not watch it.
    func watch(_ descriptor: Int32, for transport: PeerTransport) -> Int? {
        guard let loop else { return nil }
        let place = take(transport, isLibrary: false)
        guard loop.watch(descriptor, token: token(of: place), whileReadable: true) else {
            forget(place)
            return nil
        }
        return place
    }

    /// Has libnice's sockets watched for a transport.
    ///
    /// - Parameter place: where they were watched before; nil at first.
    /// - Returns: their place, to be given back when they are closed; nil before a thread owns the context.
    func watch(_ descriptors: [Int32], of transport: PeerTransport, at place: Int?) -> Int? {
        guard let loop else { return nil }
        let place = place ?? take(transport, isLibrary: true)
        for descriptor in descriptors { loop.watch(descriptor, token: token(of: place)) }
        return place
    }

    /// Notes where the packets of the socket at this place look; valid until it is forgotten, or noted again.
    func note(_ places: UnsafeBufferPointer<UInt>, at place: Int) { readers[place].places = places }

    /// What was watched at this place is closed.
    func forget(_ place: Int) {
        readers[place].transport = nil
        readers[place].places = UnsafeBufferPointer(start: nil, count: 0)
        readers[place].generation = (readers[place].generation &+ 1) % Self.generations
        vacant.append(place)
    }

    private func take(_ transport: PeerTransport, isLibrary: Bool) -> Int {
        let place = vacant.popLast() ?? readers.count
        if place == readers.count { readers.append(Reader(transport: nil, isLibrary: false, generation: 0)) }
        readers[place].transport = transport
        readers[place].isLibrary = isLibrary
        readers[place].generation = (readers[place].generation &+ 1) % Self.generations
        return place
    }

    private func token(of place: Int) -> UInt64 {
        readers[place].generation << 32 | UInt64(truncatingIfNeeded: place)
    }
}
