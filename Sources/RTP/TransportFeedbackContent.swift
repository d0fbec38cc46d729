/// Writes the content of one transport feedback message, for `RTCPWriter.transportFeedback`
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
public struct TransportFeedbackContent: Sendable {
    /// Nanoseconds two arrivals of one message may lie apart: what 16 bits of 250 µs hold.
    public static let largestDelta = Int64(Int16.max) &* TransportFeedbackReader.deltaUnit

    private let baseSequence: UInt16
    private let feedbackCount: UInt8
    private var symbols: [UInt8] = []
    private var deltas: [UInt8] = []
    /// The reference time in its unit, and the last arrival in units of a delta; nil before the first arrival.
    private var reference: Int64?
    private var last: Int64 = 0

    /// An empty message.
    ///
    /// - Parameters:
    ///   - baseSequence: the number of the first packet that will be added.
    ///   - feedbackCount: counts the messages sent, modulo 256.
    public init(baseSequence: UInt16, feedbackCount: UInt8) {
        self.baseSequence = baseSequence
        self.feedbackCount = feedbackCount
    }

    /// Whether no packet of the message came.
    public var isEmpty: Bool { reference == nil }
    /// Packets the message speaks of so far.
    public var packetCount: Int { symbols.count }

    /// Adds the next packet.
    ///
    /// - Parameter arrival: when it came, in nanoseconds of our own clock; nil where it has not.
    /// - Returns: false, with nothing added, where the packet needs a message of its own: its arrival lies too far from
    ///   the one before.
    public mutating func add(arrival: Int64?) -> Bool {
        guard let arrival else {
            symbols.append(0)
            return true
        }
        let ticks = arrival / TransportFeedbackReader.deltaUnit
        if reference == nil {
            let unit = TransportFeedbackReader.referenceUnit / TransportFeedbackReader.deltaUnit
            reference = ticks / unit
            last = ticks / unit &* unit
        }
        let delta = ticks &- last
        guard let wide = Int16(exactly: delta) else { return false }
        last = ticks
        if let narrow = UInt8(exactly: delta) {
            symbols.append(1)
            deltas.append(narrow)
        } else {
            symbols.append(2)
            deltas.append(UInt8(truncatingIfNeeded: wide >> 8))
            deltas.append(UInt8(truncatingIfNeeded: wide))
        }
        return true
    }

    /// The message's bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + symbols.count / 3 + deltas.count + 4)
        func append(_ value: UInt16) {
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
            bytes.append(UInt8(truncatingIfNeeded: value))
        }
        append(baseSequence)
        append(UInt16(clamping: symbols.count))
        let time = UInt32(truncatingIfNeeded: reference ?? 0)
        for shift in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: time >> shift)) }
        bytes.append(feedbackCount)
        var index = 0
        while index < symbols.count {
            var run = index &+ 1
            while run < symbols.count, symbols[run] == symbols[index], run &- index < 0x1FFF { run &+= 1 }
            if run &- index >= 7 || run == symbols.count {
                append(UInt16(symbols[index]) << 13 | UInt16(run &- index))
                index = run
                continue
            }
            // A vector of seven symbols; those after the last packet mean nothing.
            var word: UInt16 = 0xC000
            for place in 0..<7 where index &+ place < symbols.count {
                word |= UInt16(symbols[index &+ place]) << UInt16(12 &- 2 &* place)
            }
            append(word)
            index &+= 7
        }
        return bytes + deltas
    }
}
