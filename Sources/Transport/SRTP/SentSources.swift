/// The streams we send, each with the newest index sent.
struct SentSources {
    private var sources: [(ssrc: UInt32, highest: UInt64)] = []
    private var latest = 0

    /// Streams one path may send: far more than slots, retransmissions and a reload or two need. None is ever forgotten: a nonce must not be used for
    /// a second packet (RFC 7714 §8.1).
    static var limit: Int { 1024 }

    /// The index a packet is sent with. A number that was sent before keeps its index: a retransmission in answer to a NACK repeats the packet
    /// as it was (RFC 4585 §6.2.1).
    ///
    /// - Returns: nil where no further stream can be had, or the number lies before the stream's beginning.
    @inline(__always)
    mutating func index(_ ssrc: UInt32, sequence: UInt16) -> UInt64? {
        guard let place = find(ssrc) else {
            guard sources.count < Self.limit else { return nil }
            sources.append((ssrc, UInt64(sequence)))
            return UInt64(sequence)
        }
        guard let index = PacketIndex.estimate(sequence, highest: sources[place].highest) else { return nil }
        if index > sources[place].highest { sources[place].highest = index }
        return index
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
