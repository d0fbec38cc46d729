package import RTP

/// The last round trips measured on a path, for the pace of repeated packets: what counts is the least of them. A reading that waited in a
/// busy machine or a full queue would keep questions and answers back for a second and more; asking a little early costs a packet.
package struct RecentRoundTrips: Sendable, BitwiseCopyable {
    private static let limit = 4
    private var readings = InlineArray<4, NanosecondCount>(repeating: .max)
    private var next = 0

    /// Nothing measured.
    package init() {}

    /// Takes a reading; it drives out the oldest.
    package mutating func add(_ roundTrip: NanosecondCount) {
        readings[next] = roundTrip
        next = (next &+ 1) % Self.limit
    }

    /// The least of the last four; nil before the first.
    package var least: NanosecondCount? {
        var least = NanosecondCount.max
        for index in readings.indices { least = min(least, readings[index]) }
        return least == .max ? nil : least
    }
}
