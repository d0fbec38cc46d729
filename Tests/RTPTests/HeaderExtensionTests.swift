import RTP
import Testing

@Suite struct HeaderExtensionTests {
    /// A packet whose extension block has this profile and content.
    private func packet(profile: UInt16, _ content: [UInt8]) -> [UInt8] {
        [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, UInt8(profile >> 8), UInt8(profile & 0xFF)]
            + [0, UInt8(content.count / 4)] + content + [0x77, 0x78]
    }

    private func elements(_ bytes: [UInt8]) -> [UInt8: [UInt8]] {
        guard let header = parsedHeader(bytes) else { return [:] }
        var elements: [UInt8: [UInt8]] = [:]
        header.forEachExtension(in: bytes.span.bytes) { elements[$0.id] = [UInt8](bytes[$0.dataRange]) }
        return elements
    }

    private func apply(_ ids: [UInt8: UInt8], to bytes: [UInt8]) -> [UInt8] {
        var map = HeaderExtensionMap()
        for (id, target) in ids { map[id] = target }
        var result = bytes
        if let header = parsedHeader(bytes) { result.edit { map.apply(to: &$0, header: header) } }
        return result
    }

    /// RFC 8285 §4.2's figure with ids 1, 2 and 3.
    private var oneByte: [UInt8] {
        packet(profile: 0xBEDE, [0x10, 0xAA, 0x21, 0xBB, 0xBC, 0, 0, 0x33, 0xCC, 0xCD, 0xCE, 0xCF])
    }

    /// RFC 8285 §4.3's figure with ids 1, 2 and 200.
    private var twoByte: [UInt8] {
        packet(profile: 0x1000, [1, 0, 2, 1, 0xBB, 0, 200, 4, 0xCC, 0xCD, 0xCE, 0xCF])
    }

    @Test func `the one-byte form is read past its padding`() {
        #expect(elements(oneByte) == [1: [0xAA], 2: [0xBB, 0xBC], 3: [0xCC, 0xCD, 0xCE, 0xCF]])
    }

    @Test func `the two-byte form is read, with empty elements and high ids`() {
        #expect(elements(twoByte) == [1: [], 2: [0xBB], 200: [0xCC, 0xCD, 0xCE, 0xCF]])
        #expect(elements(packet(profile: 0x100F, [5, 2, 1, 2])) == [5: [1, 2]])
    }

    @Test func `one element is found by its id`() throws {
        let bytes = oneByte
        let header = try #require(parsedHeader(bytes))
        let found = header.value(of: 2, in: bytes.span.bytes)
        #expect(found.map { [UInt8](bytes[$0]) } == [0xBB, 0xBC])
        #expect(header.value(of: 4, in: bytes.span.bytes) == nil)
    }

    @Test func `a packet without extensions has none`() throws {
        let bytes: [UInt8] = [0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9]
        #expect(elements(bytes).isEmpty)
        #expect(apply([1: 2], to: bytes) == bytes)
    }

    @Test func `ids are rewritten where they stand`() {
        var expected = oneByte
        expected[16] = 0x50
        expected[18] = 0xE1
        expected[23] = 0x13
        #expect(apply([1: 5, 2: 14, 3: 1], to: oneByte) == expected)

        expected = twoByte
        expected[16] = 255
        expected[18] = 15
        expected[22] = 1
        #expect(apply([1: 255, 2: 15, 200: 1], to: twoByte) == expected)
    }

    @Test func `a dropped element becomes padding, and the others stay`() {
        let mapped = apply([1: 1, 3: 7], to: oneByte)
        #expect(elements(mapped) == [1: [0xAA], 7: [0xCC, 0xCD, 0xCE, 0xCF]])
        #expect(mapped[18..<23].allSatisfy { $0 == 0 })
        #expect(elements(apply([2: 9], to: twoByte)) == [9: [0xBB]])
        #expect(apply([2: 9], to: twoByte)[22..<28].allSatisfy { $0 == 0 })
    }

    @Test func `a target above 14 drops an element of the one-byte form`() {
        #expect(elements(apply([1: 15, 2: 200, 3: 14], to: oneByte)) == [14: [0xCC, 0xCD, 0xCE, 0xCF]])
    }

    @Test func `an empty map leaves only zeros`() {
        for bytes in [oneByte, twoByte] {
            let blanked = apply([:], to: bytes)
            #expect(blanked[16..<28].allSatisfy { $0 == 0 })
            #expect(blanked[..<16] == bytes[..<16])
            #expect(blanked[28...] == bytes[28...])
        }
    }

    @Test(
        arguments: [
            [0x10, 0xAA, 0xF0, 0xBB, 0x20, 0xCC, 0, 0],  // id 15 ends the elements
            [0x10, 0xAA, 0x03, 0xBB, 0x20, 0xCC, 0, 0],  // id 0 with a length does too
            [0x10, 0xAA, 0, 0, 0, 0x2F, 1, 2],  // longer than the block
            [0x10, 0xAA, 0, 0, 0, 0, 0, 0x20],  // no room for its data
        ] as [[UInt8]])
    func `what follows a malformed element does not pass`(content: [UInt8]) {
        let bytes = packet(profile: 0xBEDE, content)
        #expect(elements(bytes) == [1: [0xAA]])
        let mapped = apply([1: 1, 2: 2, 15: 3], to: bytes)
        #expect(elements(mapped) == [1: [0xAA]])
        #expect(mapped[18..<24].allSatisfy { $0 == 0 })
        #expect(mapped.suffix(2) == [0x77, 0x78])
    }

    @Test func `a two-byte element that does not fit does not pass`() {
        let bytes = packet(profile: 0x1000, [1, 1, 9, 0, 2, 7, 1, 2, 0, 0, 0, 3])
        #expect(elements(bytes) == [1: [9]])
        #expect(apply([1: 4, 2: 2, 3: 3], to: bytes)[16..<28].elementsEqual([4, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    }

    @Test func `a block of an unknown profile is blanked`() {
        let bytes = packet(profile: 0x0001, [1, 2, 3, 4])
        #expect(elements(bytes).isEmpty)
        #expect(apply([1: 1], to: bytes)[16..<20].allSatisfy { $0 == 0 })
    }

    @Test func `id 0 is padding and cannot be mapped`() {
        var map = HeaderExtensionMap()
        map[0] = 5
        #expect(map[0] == 0)
    }

    @Test func `a header that belongs to another packet touches nothing`() throws {
        let foreign = try #require(parsedHeader(oneByte))
        var short: [UInt8] = [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0, 1, 0x10, 1, 2, 3]
        let before = short
        short.edit { HeaderExtensionMap().apply(to: &$0, header: foreign) }
        #expect(short == before)
        #expect(foreign.value(of: 1, in: short.span.bytes) == nil)
    }
}
