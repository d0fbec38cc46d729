import Testing

@testable import Transport

/// The published vectors of SRTP's keys and packets.
@Suite struct KeyDerivationTests {
    @Test func `session keys of AES-CM are those of RFC 3711 B.3`() throws {
        let master = bytes("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6")
        let keys = try SessionKeys(master: master, profile: .aes128CM, for: .rtp)
        #expect(keys.encryption == bytes("C61E7A93744F39EE10734AFE3FF7A087"))
        #expect(keys.salt == bytes("30CBBC08863D8C85D49DB34A9AE1"))
        #expect(keys.authentication == bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
    }

    @Test func `keys of another length than the profile's are refused`() {
        #expect(throws: TransportError.self) {
            try SessionKeys(master: [1, 2, 3], profile: .aes128GCM, for: .rtp)
        }
    }

    @Test func `AES-GCM seals the packet of RFC 7714 16.1 as it says`() throws {
        let context = try CipherContextBox(key: bytes("000102030405060708090a0b0c0d0e0f"))
        let header = bytes("8040f17b 8041f8d3 5501a0b2")
        let text = bytes("47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573")
        // The salt, exclusive-or'ed with the SSRC and the index (§16.1.1).
        let nonce = bytes("51753c65 80c2726f 20718414")
        #expect(
            context.seal(text, header: header, nonce: nonce)
                == bytes(
                    """
                    f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
                    899d7f27 beb16a91 52cf765e e4390cce
                    """))
    }
}

/// One cipher context on the heap, for a test to keep.
private final class CipherContextBox {
    let context: CipherContext

    init(key: [UInt8]) throws { context = try CipherContext(gcm128(), key: key, encrypts: true) }

    func seal(_ text: [UInt8], header: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        var sealed = text + [UInt8](repeating: 0, count: CipherContext.tagLength)
        let done = sealed.withUnsafeMutableBytes { buffer in
            nonce.withUnsafeBytes { context.start(nonce: $0) } && header.withUnsafeBytes { context.authenticate($0) }
                && context.update(buffer.part(0..<text.count))
                && context.finish(writingTag: buffer.part(text.count..<buffer.count))
        }
        return done ? sealed : nil
    }
}

/// The bytes that hexadecimal digits spell; white space means nothing.
private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}
