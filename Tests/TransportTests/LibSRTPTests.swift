import Testing

@testable import Transport

@Suite struct LibSRTPTests {
    /// What the peer has, and what we have.
    private static func pair() throws -> (peer: LibSRTP, ours: LibSRTP) {
        let keys = (0..<2).map { side in (0..<28).map { UInt8($0 * 3 + side) } }
        return (
            try LibSRTP(SRTPKeys(profile: .aes128GCM, outbound: keys[0], inbound: keys[1])),
            try LibSRTP(SRTPKeys(profile: .aes128GCM, outbound: keys[1], inbound: keys[0]))
        )
    }

    private static func packet(_ source: UInt32, _ sequence: UInt16) -> [UInt8] {
        [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 0xFF), 0, 0, 0, 1]
            + (0..<4).map { UInt8(truncatingIfNeeded: source >> (24 - 8 * $0)) } + [1, 2, 3, 4]
    }

    /// What becomes of a packet that the peer encrypts and we decrypt.
    private static func carry(_ packet: [UInt8], _ pair: (peer: LibSRTP, ours: LibSRTP)) -> CipherResult {
        var buffer = packet + [UInt8](repeating: 0, count: mediaCipherRoom)
        return buffer.withUnsafeMutableBytes { bytes in
            guard case .done(let length) = pair.peer.protectRTP(bytes, length: packet.count) else { return .malformed }
            return pair.ours.unprotectRTP(bytes, length: length)
        }
    }

    @Test func `a stream that is in use survives any number of others, also after its sequence numbers have wrapped`()
        throws
    {
        let pair = try Self.pair()
        var sequence: UInt16 = 65_500
        func speak() -> CipherResult {
            sequence &+= 1
            return Self.carry(Self.packet(7, sequence), pair)
        }
        for _ in 0..<100 { #expect(speak() == .done(16)) }
        #expect(sequence < 65_500)
        for stranger: UInt32 in 1000..<1300 {
            #expect(Self.carry(Self.packet(stranger, 1), pair) == .done(16))
            try #require(speak() == .done(16), "after \(stranger - 999) others")
        }
    }
}
