package import RTP

/// The last packets of one outgoing stream, to be sent again when the receiver asks.
///
/// The bytes lie one behind the other in a ring, and a slot per sequence number modulo `slots` knows where. The ring begins small and
/// doubles when it comes round in less than a second, up to its limit: a slow stream holds little memory, a fast one a second's worth.
/// Nothing is allocated before the first packet, nor for one packet after the other. A packet is answered for at most a second, at
/// most ten times, as often as browsers ask, and not again before the minimum interval: what a receiver can make us send is bounded by
/// what it was sent anyway.
/// Older packets give way to newer ones, never the other way round.
package struct PacketHistory: ~Copyable, Sendable {
    /// How old a packet may be to be sent again, in nanoseconds: 1 s.
    package static let maximumAge: NanosecondCount = .seconds(1)
    /// The least time between two answers with the same packet, in nanoseconds: 20 ms.
    package static let minimumInterval: NanosecondCount = .milliseconds(20)
    /// How often one packet is sent again at most.
    package static let maximumAnswers: UInt8 = 10
    /// Bytes a ring begins with.
    private static let firstBytes = 16_384

    private struct Slot: BitwiseCopyable {
        var sequence: UInt16 = 0
        var length: UInt16 = 0
        var answers: UInt8 = 0
        var offset: UInt32 = 0
        /// Bytes that had been written in all when this packet was.
        var position: UInt64 = 0
        var stored = MonotonicInstant(nanoseconds: 0)
        var answered = MonotonicInstant(nanoseconds: 0)
    }

    private let slotCount: Int
    private let packetBytes: Int
    private let ringLimit: Int
    private var slots: [Slot] = []
    private var ring: [UInt8] = []
    private var head = 0
    private var written: UInt64 = 0
    /// What was written before is gone, however large the ring has become since.
    private var floor: UInt64 = 0
    private var cameRound = MonotonicInstant(nanoseconds: 0)

    /// An empty history.
    ///
    /// - Parameters:
    ///   - slots: packets kept, rounded up to a power of two from 1 to 32768: 512 suit video, 64 audio.
    ///   - packetBytes: the longest packet kept, in bytes, at most 65535.
    package init(slots: Int, packetBytes: Int = 1500) {
        var count = 1
        while count < min(slots, 32768) { count &*= 2 }
        slotCount = count
        self.packetBytes = min(max(packetBytes, 0), 65535)
        ringLimit = slotCount &* self.packetBytes
    }

    /// Bytes the packets lie in.
    package var ringBytes: Int { ring.count }

    /// Keeps a copy of a packet as it was sent, before SRTP. An empty one, and one longer than `packetBytes`, is not kept.
    package mutating func store(sequence: UInt16, bytes: RawSpan, at now: MonotonicInstant) {
        let length = bytes.byteCount
        guard length > 0, length <= packetBytes else { return }
        if slots.isEmpty {
            slots = Array(repeating: Slot(), count: slotCount)
            ring = Array(repeating: 0, count: min(max(Self.firstBytes, packetBytes), ringLimit))
            cameRound = now
        }
        let index = Int(sequence) & (slotCount &- 1)
        let present = slots[index]
        // Something newer is there already, and young enough not to be of the round before.
        if present.length > 0, SequenceNumber.isNewer(present.sequence, than: sequence),
            now.since(present.stored) <= Self.maximumAge
        {
            return
        }
        if head &+ length > ring.count { comeRound(for: length, at: now) }
        let place = head
        slots[index] = Slot(
            sequence: sequence, length: UInt16(length), answers: 0, offset: UInt32(place), position: written,
            stored: now, answered: now)
        var span = ring.mutableSpan
        var target = span.mutableBytes
        target.copy(bytes, to: place)
        head &+= length
        written &+= UInt64(length)
    }

    /// The ring has no room left at its end: it goes on at its beginning, or grows where that would be too soon.
    private mutating func comeRound(for length: Int, at now: MonotonicInstant) {
        if ring.count < ringLimit, now.since(cameRound) < Self.maximumAge {
            floor = written &- min(written, UInt64(ring.count))
            let more = min(ring.count, ringLimit &- ring.count)
            ring.append(contentsOf: repeatElement(0, count: more))
            if head &+ length <= ring.count { return }
        }
        written &+= UInt64(ring.count &- head)
        head = 0
        cameRound = now
    }

    /// Whether a slot's packet is still there: nothing was written over it.
    private func isWhole(_ slot: Slot) -> Bool {
        slot.length > 0 && slot.position >= floor && written &- slot.position <= UInt64(ring.count)
    }

    /// Whether a packet is kept, be it too old to be sent again or not.
    package func contains(_ sequence: UInt16) -> Bool {
        guard !slots.isEmpty else { return false }
        let slot = slots[Int(sequence) & (slotCount &- 1)]
        return isWhole(slot) && slot.sequence == sequence
    }

    /// Copies a packet that shall be sent again to the start of `buffer`.
    ///
    /// - Parameter minimumInterval: the least time between two answers, best the round trip; 20 ms where it is less.
    /// - Returns: the packet's bytes; nil where it is not kept, too old, was answered just now or often enough, or
    ///   does not fit.
    package mutating func retrieve(
        sequence: UInt16, now: MonotonicInstant, minimumInterval: NanosecondCount = PacketHistory.minimumInterval,
        into buffer: inout MutableRawSpan
    ) -> Int? {
        guard !slots.isEmpty else { return nil }
        let index = Int(sequence) & (slotCount &- 1)
        let slot = slots[index]
        let interval = max(minimumInterval, Self.minimumInterval)
        guard isWhole(slot), slot.sequence == sequence,
            now.since(slot.stored) <= Self.maximumAge,
            slot.answers < Self.maximumAnswers,
            slot.answers == 0 || now.since(slot.answered) >= interval
        else { return nil }
        let start = Int(slot.offset)
        let length = Int(slot.length)
        guard buffer.copy(ring.span.bytes.extracting(start..<(start &+ length)), to: 0) else { return nil }
        slots[index].answers = slot.answers &+ 1
        slots[index].answered = now
        return length
    }
}
