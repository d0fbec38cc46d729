/// The streams a peer sends, each with its rollover counter and replay window, whoever sent last found first.
///
/// With a stream its rollover counter goes (RFC 3711 §3.2.1), so one that is in use must not make room for others: the one that
/// was silent longest does. Only authentic packets come in here, so that nobody but the peer can make a stream go.
struct ReceivedSources {
    private struct Source {
        let ssrc: UInt32
        var window: ReplayWindow
        var used: UInt64
    }

    /// Streams a peer may have at once.
    static var limit: Int { 64 }

    private var sources: [Source] = []
    private var latest = 0
    private var clock: UInt64 = 0

    /// The index of a packet by its sequence number; nil where it is too old to have one, or was seen.
    @inline(__always)
    mutating func admit(_ ssrc: UInt32, sequence: UInt16) -> UInt64? {
        guard let place = find(ssrc) else { return UInt64(sequence) }
        guard let index = PacketIndex.estimate(sequence, highest: sources[place].window.highest),
            sources[place].window.admits(index)
        else { return nil }
        return index
    }

    /// Whether a packet that carries its whole index is new.
    mutating func admits(_ ssrc: UInt32, index: UInt64) -> Bool {
        guard let place = find(ssrc) else { return true }
        return sources[place].window.admits(index)
    }

    /// Remembers an authentic packet.
    @inline(__always)
    mutating func accept(_ ssrc: UInt32, index: UInt64) {
        clock &+= 1
        if let place = find(ssrc) {
            sources[place].window.accept(index)
            sources[place].used = clock
            return
        }
        let source = Source(ssrc: ssrc, window: ReplayWindow(first: index), used: clock)
        if sources.count < Self.limit {
            sources.append(source)
        } else if let silent = sources.indices.min(by: { sources[$0].used < sources[$1].used }) {
            sources[silent] = source
        }
    }

    /// Adds where the first streams are remembered.
    func addPlaces(to memory: inout PacketMemory) { memory.add(elementsOf: sources, limit: 4) }

    @inline(__always)
    private mutating func find(_ ssrc: UInt32) -> Int? {
        if latest < sources.count, sources[latest].ssrc == ssrc { return latest }
        for place in sources.indices where sources[place].ssrc == ssrc {
            latest = place
            return place
        }
        return nil
    }
}
