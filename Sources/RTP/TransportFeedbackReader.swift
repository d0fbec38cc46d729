/// What transport feedback says of one packet.
public struct TransportFeedbackStatus: Sendable, Equatable, BitwiseCopyable {
    /// The packet's transport-wide sequence number.
    public var sequence: UInt16
    /// When it came, in nanoseconds on the receiver's clock from an arbitrary start; nil where it did not come.
    public var arrival: Int64?

    /// The status of a packet.
    public init(sequence: UInt16, arrival: Int64?) {
        self.sequence = sequence
        self.arrival = arrival
    }
}

/// Walks the packets of one transport feedback message (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1)
/// without keeping the datagram.
///
///     var reader = TransportFeedbackReader(content, in: datagram)
///     while let status = reader?.next(in: datagram) { … }
public struct TransportFeedbackReader: Sendable, BitwiseCopyable {
    /// Packets one message may speak of; more are not believed.
    public static let packetLimit = 4096
    /// The unit of arrival deltas, in nanoseconds: 250 µs.
    public static let deltaUnit: Int64 = 250_000
    /// The unit of the reference time, in nanoseconds: 64 ms.
    public static let referenceUnit: Int64 = 64_000_000

    /// The number of the first packet the message speaks of.
    public let baseSequence: UInt16
    /// Packets it speaks of.
    public let packetCount: Int
    /// Counts the messages, modulo 256.
    public let feedbackCount: UInt8

    private var read = 0
    private var chunk: Int
    private var symbols: UInt16 = 0
    private var symbolBits: UInt16 = 0
    private var inChunk = 0
    private var delta: Int
    private let end: Int
    private var time: Int64

    /// Checks a message's lengths.
    ///
    /// - Parameter content: as `RTCPPacket.transportFeedback` tells it.
    /// - Returns: nil where a length points outside the content, or the message speaks of too many packets.
    public init?(_ content: Range<Int>, in datagram: RawSpan) {
        guard content.lowerBound >= 0, content.upperBound <= datagram.byteCount, content.count >= 8 else { return nil }
        let start = content.lowerBound
        baseSequence = datagram.uint16(at: start)
        packetCount = Int(datagram.uint16(at: start &+ 2))
        guard packetCount <= Self.packetLimit else { return nil }
        // 24 bits with their sign.
        time = Int64(Int32(bitPattern: datagram.uint24(at: start &+ 4) << 8) >> 8) &* Self.referenceUnit
        feedbackCount = datagram.byte(at: start &+ 7)
        chunk = start &+ 8
        end = content.upperBound
        delta = start &+ 8
        var covered = 0
        var deltas = 0
        while covered < packetCount {
            guard delta &+ 2 <= end else { return nil }
            let word = datagram.uint16(at: delta)
            delta &+= 2
            var (symbols, bits, count) = Self.unpack(word)
            count = min(count, packetCount &- covered)
            covered &+= count
            if bits == 0 {
                deltas &+= count &* Self.deltaLength(symbols)
                continue
            }
            for _ in 0..<count {
                deltas &+= Self.deltaLength(symbols >> (16 &- bits))
                symbols <<= bits
            }
        }
        guard delta &+ deltas <= end else { return nil }
    }

    /// The next packet, in order of its number; nil at the end.
    public mutating func next(in datagram: RawSpan) -> TransportFeedbackStatus? {
        guard read < packetCount, end <= datagram.byteCount else { return nil }
        if inChunk == 0 {
            guard chunk &+ 2 <= end else { return nil }
            (symbols, symbolBits, inChunk) = Self.unpack(datagram.uint16(at: chunk))
            guard inChunk > 0 else { return nil }
            chunk &+= 2
        }
        let symbol: UInt16
        if symbolBits == 0 {
            symbol = symbols
        } else {
            symbol = symbols >> (16 &- symbolBits)
            symbols <<= symbolBits
        }
        inChunk &-= 1
        let sequence = baseSequence &+ UInt16(truncatingIfNeeded: read)
        read &+= 1
        switch symbol {
        case 1:
            guard delta < end else { return nil }
            time &+= Int64(datagram.byte(at: delta)) &* Self.deltaUnit
            delta &+= 1
        case 2:
            guard delta &+ 2 <= end else { return nil }
            time &+= Int64(Int16(bitPattern: datagram.uint16(at: delta))) &* Self.deltaUnit
            delta &+= 2
        default: return TransportFeedbackStatus(sequence: sequence, arrival: nil)
        }
        return TransportFeedbackStatus(sequence: sequence, arrival: time)
    }

    /// A chunk's symbols: one for a whole run (0 bits each), or a vector whose next symbol is in the upper bits.
    private static func unpack(_ word: UInt16) -> (symbols: UInt16, bits: UInt16, count: Int) {
        if word & 0x8000 == 0 { return (word >> 13 & 3, 0, Int(word & 0x1FFF)) }
        if word & 0x4000 == 0 { return (word << 2, 1, 14) }
        return (word << 2, 2, 7)
    }

    private static func deltaLength(_ symbol: UInt16) -> Int { symbol == 1 ? 1 : symbol == 2 ? 2 : 0 }
}
