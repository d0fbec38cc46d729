import COpenSSL

/// HMAC-SHA1 (RFC 2104) whose two keyed states are computed once: a packet then costs no more than its own bytes and one block.
struct MessageAuthentication {
    private var inner = SHA_CTX()
    private var outer = SHA_CTX()

    /// Bytes of the shortened tag (RFC 3711 §4.2: n_tag = 80 bits).
    static var tagLength: Int { 10 }
    private static var blockLength: Int { 64 }
    private static var digestLength: Int { 20 }

    /// - Parameter key: at most 64 bytes.
    init(key: [UInt8]) {
        var padded = key + [UInt8](repeating: 0, count: max(0, Self.blockLength - key.count))
        for index in padded.indices { padded[index] ^= 0x36 }
        SHA1_Init(&inner)
        SHA1_Update(&inner, padded, Self.blockLength)
        for index in padded.indices { padded[index] ^= 0x36 ^ 0x5C }
        SHA1_Init(&outer)
        SHA1_Update(&outer, padded, Self.blockLength)
    }

    /// Writes the tag over `message` and, after it, `suffix` in network byte order.
    @inline(__always)
    func write(to tag: UnsafeMutableRawPointer, over message: UnsafeRawBufferPointer, suffix: UInt32?) {
        withDigest(of: message, suffix) { tag.copyMemory(from: $0, byteCount: Self.tagLength) }
    }

    /// Whether `tag` is the one over `message` and `suffix`, told in a time that does not depend on where they differ.
    @inline(__always)
    func verifies(_ tag: UnsafeRawPointer, over message: UnsafeRawBufferPointer, suffix: UInt32?) -> Bool {
        withDigest(of: message, suffix) { CRYPTO_memcmp($0, tag, Self.tagLength) == 0 }
    }

    @inline(__always)
    private func withDigest<Result>(
        of message: UnsafeRawBufferPointer, _ suffix: UInt32?, _ body: (UnsafeRawPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: Self.digestLength, alignment: 8) { digest in
            // SHA1_Final writes 20 bytes, which is what was allocated.
            let bytes = digest.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            var state = inner
            SHA1_Update(&state, message.baseAddress, message.count)
            if var suffix = suffix?.bigEndian { SHA1_Update(&state, &suffix, 4) }
            SHA1_Final(bytes, &state)
            state = outer
            SHA1_Update(&state, bytes, Self.digestLength)
            SHA1_Final(bytes, &state)
            return body(bytes)
        }
    }
}
