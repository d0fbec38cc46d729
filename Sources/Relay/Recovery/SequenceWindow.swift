/// Which of the last 1024 sequence numbers came already.
struct SequenceWindow: Sendable {
    private static var size: Int64 { 1024 }
    private var highest: Int64?
    private var bits = InlineArray<16, UInt64>(repeating: 0)

    /// Remembers a number; false where it came already, or is too old to tell.
    mutating func insert(_ number: Int64) -> Bool {
        guard let highest else {
            self.highest = number
            set(number, true)
            return true
        }
        if number > highest {
            if number &- highest >= Self.size {
                bits = InlineArray(repeating: 0)
            } else {
                var passed = highest &+ 1
                while passed < number {
                    set(passed, false)
                    passed &+= 1
                }
            }
            self.highest = number
            set(number, true)
            return true
        }
        guard highest &- number < Self.size else { return false }
        let (word, mask) = Self.place(number)
        guard bits[word] & mask == 0 else { return false }
        bits[word] |= mask
        return true
    }

    private mutating func set(_ number: Int64, _ came: Bool) {
        let (word, mask) = Self.place(number)
        if came { bits[word] |= mask } else { bits[word] &= ~mask }
    }

    private static func place(_ number: Int64) -> (word: Int, mask: UInt64) {
        let index = Int(truncatingIfNeeded: number & (size &- 1))
        return (index >> 6, 1 << UInt64(index & 63))
    }
}
