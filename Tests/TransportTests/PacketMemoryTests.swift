import Testing

@testable import Transport

@Suite("Where packets look")
struct PacketMemoryTests {
    private final class Thing {
        var first: UInt64 = 1
        var second = InlineArray<32, UInt64>(repeating: 0)
        var third: UInt64 = 3
    }

    /// The lines that would be fetched, by their numbers.
    private func lines(_ memory: borrowing PacketMemory) -> [UInt] {
        memory.places.flatMap { run in (0..<run % 64).map { run / 64 + $0 } }
    }

    @Test(
        "bytes are fetched as the lines they lie in",
        arguments: [(0, 1, 1), (0, 64, 1), (63, 2, 2), (8, 64, 2), (32, 200, 4)])
    func bytes(offset: Int, count: Int, expected: Int) {
        let block = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 64)
        defer { block.deallocate() }
        var memory = PacketMemory()
        memory.add(block + offset, bytes: count)
        let first = UInt(bitPattern: block) / 64 + UInt(offset / 64)
        #expect(lines(memory) == (0..<UInt(expected)).map { first + $0 })
    }

    @Test("an object is fetched from its beginning to the end of a field")
    func fields() {
        let thing = Thing()
        let start = UInt(bitPattern: Unmanaged.passUnretained(thing).toOpaque())
        var whole = PacketMemory()
        whole.add(thing, through: &thing.third)
        // Two words of the object itself come first.
        let last = start + 16 + 8 + 256 + 8 - 1
        #expect(lines(whole) == Array(start / 64...last / 64))
        var part = PacketMemory()
        part.add(field: &thing.third)
        #expect(lines(part) == [(start + 16 + 8 + 256) / 64])
        var beginning = PacketMemory()
        beginning.add(field: &thing.second, limit: 8)
        #expect(lines(beginning) == [(start + 24) / 64])
    }

    @Test("of an array the first elements are fetched, and nothing of an empty one")
    func arrays() {
        var memory = PacketMemory()
        memory.add(elementsOf: [UInt64]())
        #expect(memory.places.isEmpty)
        let list = [UInt64](repeating: 7, count: 1000)
        memory.add(elementsOf: list, limit: 4)
        let base = list.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(lines(memory) == Array((base - 32) / 64...(base + 31) / 64))
    }

    @Test("what does not fit is left out, and a place that is none does no harm")
    func limits() {
        var memory = PacketMemory()
        for place in 1...1000 {
            if let address = UnsafeRawPointer(bitPattern: place << 12) { memory.add(address, bytes: 1 << 20) }
        }
        #expect(memory.places.count == 64)
        #expect(memory.places.allSatisfy { $0 % 64 == 63 })
        PacketMemory.fetch(memory.places)
        memory.removeAll()
        #expect(memory.places.isEmpty)
        PacketMemory.fetch(memory.places)
    }
}
