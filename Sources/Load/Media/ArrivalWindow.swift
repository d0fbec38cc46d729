/// Tells for each counter of a stream whether it is new, late or a repetition: a bitmap behind the newest.
package struct ArrivalWindow: Sendable {
    /// What an arrival is.
    package enum Arrival: Sendable, Equatable {
        /// The newest so far.
        case inOrder
        /// For the first time, after a newer one.
        case late
        /// It came before.
        case duplicate
        /// So far behind the newest that nobody remembers.
        case tooOld
    }

    /// Counters remembered behind the newest.
    package static let length: UInt32 = 1024

    private var highest: UInt32?
    private var seen = InlineArray<16, UInt64>(repeating: 0)

    /// Nothing has come.
    package init() {}

    /// Takes note of an arrival.
    @inline(__always)
    package mutating func note(_ counter: UInt32) -> Arrival {
        guard let highest else {
            self.highest = counter
            set(counter)
            return .inOrder
        }
        let ahead = Int32(bitPattern: counter &- highest)
        if ahead > 0 {
            clear(after: highest, through: counter)
            self.highest = counter
            set(counter)
            return .inOrder
        }
        guard ahead.magnitude < Self.length else { return .tooOld }
        if isSet(counter) { return .duplicate }
        set(counter)
        return .late
    }

    private mutating func clear(after first: UInt32, through last: UInt32) {
        guard last &- first < Self.length else {
            seen = InlineArray(repeating: 0)
            return
        }
        var counter = first
        while counter != last {
            counter &+= 1
            seen[Self.word(counter)] &= ~Self.bit(counter)
        }
    }

    private mutating func set(_ counter: UInt32) { seen[Self.word(counter)] |= Self.bit(counter) }
    private func isSet(_ counter: UInt32) -> Bool { seen[Self.word(counter)] & Self.bit(counter) != 0 }
    private static func word(_ counter: UInt32) -> Int { Int(counter >> 6 & 15) }
    private static func bit(_ counter: UInt32) -> UInt64 { 1 << UInt64(counter & 63) }
}
