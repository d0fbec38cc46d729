import RTP
import Relay
import Testing

@Suite struct PacketHistoryTests {
    /// What a history answers with: the packet's bytes, or nil.
    private func answer(
        _ history: inout PacketHistory, _ sequence: UInt16, _ seconds: Double, interval: Double = 0, room: Int = 2000
    ) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0xEE, count: room)
        var elements = buffer.mutableSpan
        var raw = elements.mutableBytes
        let length = history.retrieve(
            sequence: sequence, now: at(seconds), minimumInterval: Int64(interval * 1e9), into: &raw)
        return length.map { [UInt8](buffer.prefix($0)) }
    }

    private func store(_ history: inout PacketHistory, _ sequence: UInt16, _ bytes: [UInt8], _ seconds: Double) {
        history.store(sequence: sequence, bytes: bytes.span.bytes, at: at(seconds))
    }

    @Test func `a packet comes back as it was stored`() {
        var history = PacketHistory(slots: 8)
        let nothing = answer(&history, 1, 0)
        #expect(nothing == nil)
        for sequence in UInt16(65533)...65535 { store(&history, sequence, [1, UInt8(sequence & 0xFF)], 1) }
        store(&history, 0, [9, 9, 9], 1)
        let answers = [65533, 65535, 0, 1].map { answer(&history, $0, 1.1) }
        #expect(answers == [[1, 0xFD], [1, 0xFF], [9, 9, 9], nil])
    }

    @Test func `a newer packet takes the slot, an older one does not`() {
        var history = PacketHistory(slots: 8)
        store(&history, 10, [10], 1)
        store(&history, 18, [18], 1)
        store(&history, 10, [10], 1)
        let answers = [10, 18].map { answer(&history, $0, 1) }
        #expect(answers == [nil, [18]])
        store(&history, 9 &- 8, [1], 1)
        store(&history, 18 &- 0x4000, [2], 3)
        let old = answer(&history, 18 &- 0x4000, 3)
        #expect(old == [2])
    }

    @Test func `a packet is answered for a second`() {
        var history = PacketHistory(slots: 8)
        store(&history, 1, [1], 10)
        store(&history, 2, [2], 10)
        let answers = [answer(&history, 1, 11), answer(&history, 2, 11.001)]
        #expect(answers == [[1], nil])
    }

    @Test func `answers keep apart and end after ten`() {
        var history = PacketHistory(slots: 8)
        store(&history, 1, [1], 10)
        let times = [10.0, 10.01, 10.02, 10.03, 10.04] + (3...9).map { 10 + Double($0) / 50 } + [10.5]
        let answered = times.map { answer(&history, 1, $0) != nil }
        #expect(answered == [true, false, true, false] + Array(repeating: true, count: 8) + [false])
    }

    @Test func `a longer round trip keeps answers further apart`() {
        var history = PacketHistory(slots: 8)
        store(&history, 1, [1], 10)
        let answered = [10.0, 10.05, 10.1, 10.15].map { answer(&history, 1, $0, interval: 0.1) != nil }
        #expect(answered == [true, false, true, false])
    }

    @Test func `a packet longer than a slot or the buffer is not answered`() {
        var history = PacketHistory(slots: 2, packetBytes: 4)
        store(&history, 1, [1, 2, 3, 4, 5], 0)
        store(&history, 2, [1, 2, 3, 4], 0)
        store(&history, 3, [], 0)
        let answers = [
            answer(&history, 1, 0), answer(&history, 2, 0, room: 3), answer(&history, 2, 0), answer(&history, 3, 0),
        ]
        #expect(answers == [nil, nil, [1, 2, 3, 4], nil])
    }

    @Test func `odd sizes are made to fit`() {
        for slots in [-3, 0, 1, 3, 5] {
            var history = PacketHistory(slots: slots, packetBytes: 100)
            for sequence in UInt16(0)..<300 { store(&history, sequence, [UInt8(sequence & 0xFF)], 0) }
            let last = answer(&history, 299, 0)
            #expect(last == [UInt8(299 & 0xFF)])
        }
        var none = PacketHistory(slots: 4, packetBytes: -1)
        store(&none, 1, [1], 0)
        let nothing = answer(&none, 1, 0)
        #expect(nothing == nil)
    }

    @Test func `the ring grows until it holds a second, and a slow stream stays small`() {
        var slow = PacketHistory(slots: 512)
        for index in 0..<500 {
            store(&slow, UInt16(index), [UInt8](repeating: UInt8(index & 0xFF), count: 100), Double(index) * 0.02)
        }
        #expect(slow.ringBytes == 16_384)
        var fast = PacketHistory(slots: 512)
        for index in 0..<3_000 {
            let now = Double(index) * 0.003
            store(&fast, UInt16(index), [UInt8](repeating: UInt8(index & 0xFF), count: 1_000 + index % 200), now)
            // What came within the last second is there and whole, once the ring has its size; what is older may be gone, but is never another.
            for back in [1, 50, 200, 330, 450] where index >= back {
                let sequence = index - back
                let found = answer(&fast, UInt16(sequence), now)
                let whole = [UInt8](repeating: UInt8(sequence & 0xFF), count: 1_000 + sequence % 200)
                if let found { #expect(found == whole) } else { #expect(index < 1_500 || back > 330) }
            }
        }
        #expect(fast.ringBytes <= 768_000)
    }
}
