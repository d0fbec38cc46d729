package import RTP

/// The last packets of one outgoing stream, to be sent again when the receiver asks.
///
/// Fixed memory, allocated with the first packet: a slot per sequence number modulo `slots`. A packet is answered for
/// at most a second, at most five times, and not again before the minimum interval: what a receiver can make us send
/// is bounded by what it was sent anyway. Older packets give way to newer ones, never the other way round.
package struct PacketHistory: ~Copyable, Sendable {
    /// How old a packet may be to be sent again, in nanoseconds: 1 s.
    package static let maximumAge: NanosecondCount = .seconds(1)
    /// The least time between two answers with the same packet, in nanoseconds: 20 ms.
    package static let minimumInterval: NanosecondCount = .milliseconds(20)
    /// How often one packet is sent again at most.
    package static let maximumAnswers: UInt8 = 5

    private struct Slot: BitwiseCopyable {
        var sequence: UInt16 = 0
        var length: UInt16 = 0
        var answers: UInt8 = 0
        var stored = MonotonicInstant(nanoseconds: 0)
        var answered = MonotonicInstant(nanoseconds: 0)
    }

    private let slotCount: Int
    private let slotBytes: Int
    private var slots: [Slot] = []
    private var storage: [UInt8] = []

    /// An empty history.
    ///
    /// - Parameters:
    ///   - slots: packets kept, rounded up to a power of two from 1 to 32768: 512 suit video, 64 audio.
    ///   - slotBytes: the longest packet kept, in bytes, at most 65535.
    package init(slots: Int, slotBytes: Int = 1500) {
        var count = 1
        while count < min(slots, 32768) { count &*= 2 }
        slotCount = count
        self.slotBytes = min(max(slotBytes, 0), 65535)
    }

    /// Keeps a copy of a packet as it was sent, before SRTP. An empty one, and one longer than a slot, is not kept.
    package mutating func store(sequence: UInt16, bytes: RawSpan, at now: MonotonicInstant) {
        let length = bytes.byteCount
        guard length > 0, length <= slotBytes else { return }
        if slots.isEmpty {
            slots = Array(repeating: Slot(), count: slotCount)
            storage = Array(repeating: 0, count: slotCount &* slotBytes)
        }
        let index = Int(sequence) & (slotCount &- 1)
        let present = slots[index]
        // Something newer is there already, and young enough not to be of the round before.
        if present.length > 0, SequenceNumber.isNewer(present.sequence, than: sequence),
            now.since(present.stored) <= Self.maximumAge
        {
            return
        }
        slots[index] = Slot(sequence: sequence, length: UInt16(length), answers: 0, stored: now, answered: now)
        let start = index &* slotBytes
        var span = storage.mutableSpan
        var target = span.mutableBytes
        target.copy(bytes, to: start)
    }

    /// Whether a packet is kept, be it too old to be sent again or not.
    package func contains(_ sequence: UInt16) -> Bool {
        guard !slots.isEmpty else { return false }
        let slot = slots[Int(sequence) & (slotCount &- 1)]
        return slot.length > 0 && slot.sequence == sequence
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
        guard slot.length > 0, slot.sequence == sequence,
            now.since(slot.stored) <= Self.maximumAge,
            slot.answers < Self.maximumAnswers,
            slot.answers == 0 || now.since(slot.answered) >= interval
        else { return nil }
        let start = index &* slotBytes
        let length = Int(slot.length)
        guard buffer.copy(storage.span.bytes.extracting(start..<(start &+ length)), to: 0) else { return nil }
        slots[index].answers = slot.answers &+ 1
        slots[index].answered = now
        return length
    }
}
