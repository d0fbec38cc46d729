package import RTP

/// A packet that was sent with a transport-wide sequence number.
package struct SentPacket: Sendable, Equatable, BitwiseCopyable {
    /// When it was sent.
    package var sent: MonotonicInstant
    /// Bytes on the wire.
    package var size: Int
    /// The probe it belongs to; 0 is none.
    package var probe: UInt8
    /// It had been reported lost before it was reported to have come.
    package var wasLost: Bool
}

/// The last 1024 packets sent on one path, by their transport-wide sequence number, until the receiver has told what
/// became of them. At 5 Mbit/s that is two seconds.
///
/// Fixed memory (16 KiB), allocated with the first packet.
package struct SentPackets: Sendable {
    private static let size = 1024

    private enum Fate: UInt8 {
        case unknown, flying, lost, arrived
    }

    private struct Slot: BitwiseCopyable {
        var sent: Int64 = 0
        var sequence: UInt16 = 0
        var size: UInt16 = 0
        var probe: UInt8 = 0
        var fate = Fate.unknown.rawValue
    }

    private var slots: [Slot] = []
    private var next: UInt16 = 0

    /// Nothing sent.
    package init() {}

    /// Whether anything was sent.
    package var isEmpty: Bool { slots.isEmpty }

    /// Remembers a packet.
    ///
    /// - Returns: its transport-wide sequence number.
    package mutating func add(size: Int, probe: UInt8, at now: MonotonicInstant) -> UInt16 {
        if slots.isEmpty { slots = Array(repeating: Slot(), count: Self.size) }
        let sequence = next
        next &+= 1
        slots[Int(sequence) & (Self.size &- 1)] = Slot(
            sent: now.nanoseconds, sequence: sequence, size: UInt16(clamping: size), probe: probe,
            fate: Fate.flying.rawValue)
        return sequence
    }

    /// The receiver tells that a packet came, or that it has not.
    ///
    /// - Returns: the packet, the first time its fate becomes known, and again where one that was lost came after all;
    ///   nil otherwise, and where it is not remembered.
    package mutating func settle(_ sequence: UInt16, arrived: Bool) -> SentPacket? {
        guard !slots.isEmpty else { return nil }
        let index = Int(sequence) & (Self.size &- 1)
        let slot = slots[index]
        guard slot.sequence == sequence else { return nil }
        let wasLost = slot.fate == Fate.lost.rawValue
        guard slot.fate == Fate.flying.rawValue || (wasLost && arrived) else { return nil }
        slots[index].fate = (arrived ? Fate.arrived : .lost).rawValue
        return SentPacket(
            sent: MonotonicInstant(nanoseconds: slot.sent), size: Int(slot.size), probe: slot.probe, wasLost: wasLost)
    }
}
