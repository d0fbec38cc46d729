import CNice

/// What all transports of one thread share: the GLib main context that libnice's timers and sockets live in, the buffers datagrams are
/// read into, and which of our own sockets belongs to whom.
///
/// An iteration of the main context looks at every socket of every agent (38 µs with 200 agents), so the loop iterates when one of
/// libnice's sockets is readable or a tick is due, never once per packet.
public final class TransportContext {
    let pointer: OpaquePointer
    let batch = ReceiveBatch()
    let checks = ConnectivityChecks()

    private var entered = false
    private var loop: EventLoop?
    private var readers: [Reader] = []
    private var vacant: [Int] = []

    private struct Reader {
        weak var transport: PeerTransport?
        /// Told apart from whoever had the same place before.
        var generation: UInt64
    }

    /// Marks the tokens of our own sockets; the other tokens of a loop are descriptors of libnice's.
    private static let ours: UInt64 = 1 << 63
    private static let generations: UInt64 = 1 << 30

    /// A context no thread owns yet.
    public init() { pointer = g_main_context_new() }

    deinit {
        if entered {
            g_main_context_pop_thread_default(pointer)
            g_main_context_release(pointer)
        }
        g_main_context_unref(pointer)
    }

    /// Makes the calling thread the context's owner, until the context is freed on that thread.
    ///
    /// - Parameter loop: the thread's own loop.
    public func enter(on loop: EventLoop) {
        guard !entered, g_main_context_acquire(pointer) != 0 else { return }
        g_main_context_push_thread_default(pointer)
        entered = true
        self.loop = loop
    }

    /// Runs what is due and reads what has arrived at libnice's sockets, without waiting.
    public func iterate() {
        g_main_context_iteration(pointer, 0)
    }

    /// Reads what has arrived at our own sockets.
    ///
    /// - Parameter ready: the tokens of one wait of the loop.
    /// - Returns: whether libnice has something to read, too.
    public func read(_ ready: [UInt64]) -> Bool {
        var others = false
        for token in ready {
            guard token & Self.ours != 0 else {
                others = true
                continue
            }
            let place = Int(token & 0xFFFF_FFFF)
            guard place < readers.count, readers[place].generation == (token & ~Self.ours) >> 32 else { continue }
            readers[place].transport?.readDirectPath(into: batch)
        }
        return others
    }

    /// Has a socket of our own watched for a transport.
    ///
    /// - Returns: its place, to be given back when the socket is closed; nil where the kernel does not watch it.
    func watch(_ descriptor: Int32, for transport: PeerTransport) -> Int? {
        guard let loop else { return nil }
        let place = vacant.popLast() ?? readers.count
        if place == readers.count { readers.append(Reader(transport: nil, generation: 0)) }
        readers[place].transport = transport
        readers[place].generation = (readers[place].generation &+ 1) % Self.generations
        let token = Self.ours | readers[place].generation << 32 | UInt64(truncatingIfNeeded: place)
        guard loop.watch(descriptor, token: token, whileReadable: true) else {
            forget(place)
            return nil
        }
        return place
    }

    /// The socket of this place is closed.
    func forget(_ place: Int) {
        readers[place].transport = nil
        readers[place].generation = (readers[place].generation &+ 1) % Self.generations
        vacant.append(place)
    }
}
