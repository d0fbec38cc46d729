/// A cumulative histogram in the shape Prometheus exposes.
public struct Histogram: Sendable, Equatable {
    /// Upper bounds of the buckets, ascending; an implicit +Inf follows.
    public let bounds: [Double]
    /// Observations per bucket (not cumulative), one more than `bounds`.
    public private(set) var counts: [UInt64]
    /// Sum of all observations.
    public private(set) var sum: Double = 0

    /// An empty histogram with these ascending upper bounds.
    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Counts observations of one value.
    public mutating func observe(_ value: Double, count: UInt64 = 1) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket] &+= count
        sum += value * Double(count)
    }

    /// Adds another histogram's counts; ignored where the bounds differ.
    public mutating func add(_ other: Histogram) {
        guard other.bounds == bounds else { return }
        for index in counts.indices { counts[index] &+= other.counts[index] }
        sum += other.sum
    }
}

/// What the relay has done since its start, and what it is doing.
public struct RelayMetrics: Sendable {
    /// Calls open now.
    public var callsActive = 0
    /// Peers with an established path now.
    public var participants = 0
    /// RTP packets sent to the other side: those that the socket took.
    public var packetsForwarded: UInt64 = 0
    /// Bytes of those packets, headers included, without SRTP's tag. Of a batch that the socket took in part, the packets' mean.
    public var bytesForwarded: UInt64 = 0
    /// Uplink packets that never arrived (RFC 3550 §6.4.1, cumulative).
    public var packetsLost: UInt64 = 0
    /// Packets that the socket towards their receiver did not take.
    public var packetsUnsent: UInt64 = 0
    /// What became of the sound's packets on their way to the relay.
    public var audio = PacketFates()
    /// What became of the pictures' packets on their way to the relay.
    public var video = PacketFates()
    /// Video packets held back because the way to their receiver was full.
    public var packetsShed: UInt64 = 0
    /// Padding packets sent to find out what a path carries.
    public var packetsProbing: UInt64 = 0
    /// Packets not forwarded because the gate was closed.
    public var packetsGated: UInt64 = 0
    /// Packets that failed SRTP authentication or were malformed.
    public var packetsRejected: UInt64 = 0
    /// Retransmissions sent in answer to NACKs.
    public var packetsRetransmitted: UInt64 = 0
    /// From the datagram's arrival in the kernel to its send, in seconds; of packets that come over sockets of our own.
    public var forwardLatency = Histogram(bounds: [0.00005, 0.0001, 0.0002, 0.0004, 0.001, 0.002, 0.005, 0.01, 0.05])
    /// From a participant's offer to its first media, in seconds.
    public var callSetup = Histogram(bounds: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10])

    /// All zero.
    public init() {}

    /// Adds another worker's figures.
    public mutating func add(_ other: RelayMetrics) {
        callsActive += other.callsActive
        participants += other.participants
        packetsForwarded &+= other.packetsForwarded
        bytesForwarded &+= other.bytesForwarded
        packetsLost &+= other.packetsLost
        packetsUnsent &+= other.packetsUnsent
        audio.add(other.audio)
        video.add(other.video)
        packetsShed &+= other.packetsShed
        packetsProbing &+= other.packetsProbing
        packetsGated &+= other.packetsGated
        packetsRejected &+= other.packetsRejected
        packetsRetransmitted &+= other.packetsRetransmitted
        forwardLatency.add(other.forwardLatency)
        callSetup.add(other.callSetup)
    }
}
