import CLinux
import COpenSSL

/// An EVP cipher with its key schedule prepared; only the nonce changes from packet to packet.
struct CipherContext: ~Copyable {
    private let context: OpaquePointer

    /// Bytes of AES-GCM's tag (RFC 7714 §5.2).
    static var tagLength: Int { 16 }

    /// - Parameter encrypts: also true for both directions of counter mode.
    /// - Throws: `TransportError` where OpenSSL refuses.
    init(_ cipher: OpaquePointer?, key: [UInt8], encrypts: Bool) throws(TransportError) {
        guard let context = EVP_CIPHER_CTX_new() else { throw TransportError("EVP_CIPHER_CTX_new failed") }
        guard EVP_CipherInit_ex(context, cipher, nil, key, nil, encrypts ? 1 : 0) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw TransportError("EVP_CipherInit_ex refuses the key")
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Adds where OpenSSL keeps the key schedule and what goes with it.
    ///
    /// Where a provider's part lies is not told; in the memory of its context its address stands before the one of the cipher.
    func addPlaces(to memory: inout PacketMemory) {
        let words = UnsafeBufferPointer(
            start: UnsafePointer<UInt>(context), count: malloc_usable_size(UnsafeMutableRawPointer(context)) / 8)
        let cipher = UInt(bitPattern: EVP_CIPHER_CTX_get0_cipher(context))
        memory.add(UnsafeRawPointer(context), bytes: words.count * 8)
        guard let place = words.lastIndex(of: cipher), place > 1,
            let part = UnsafeRawPointer(bitPattern: words[place - 1])
        else { return }
        for bytes in Self.providerParts { memory.add(part + bytes.lowerBound, bytes: bytes.count) }
    }

    /// What is used of a provider's part of AES-GCM: its beginning, and behind a long place for nonces the tables and the keys.
    private static let providerParts = [0..<112, 232..<944]

    /// Begins a message.
    @inline(__always)
    func start(nonce: UnsafeRawBufferPointer) -> Bool {
        EVP_CipherInit_ex(context, nil, nil, nil, nonce.baseAddress?.assumingMemoryBound(to: UInt8.self), -1) == 1
    }

    /// Authenticates bytes that stay readable.
    @inline(__always)
    func authenticate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var written: Int32 = 0
        return EVP_CipherUpdate(
            context, nil, &written, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count)) == 1
    }

    /// Encrypts or decrypts in place.
    @inline(__always)
    func update(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), !bytes.isEmpty else { return true }
        var written: Int32 = 0
        return EVP_CipherUpdate(context, base, &written, base, Int32(bytes.count)) == 1
    }

    /// Ends an encrypted message and writes its tag.
    @inline(__always)
    func finish(writingTag tag: UnsafeMutableRawBufferPointer) -> Bool {
        var written: Int32 = 0
        return EVP_CipherFinal_ex(context, tag.baseAddress?.assumingMemoryBound(to: UInt8.self), &written) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), tag.baseAddress) == 1
    }

    /// Ends a decrypted message.
    ///
    /// - Returns: whether its tag is the right one; where it is not, what was decrypted means nothing.
    @inline(__always)
    func finish(checkingTag tag: UnsafeMutableRawBufferPointer) -> Bool {
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), tag.baseAddress) == 1 else {
            return false
        }
        var nothing: (UInt64, UInt64) = (0, 0)
        return withUnsafeMutableBytes(of: &nothing) { space in
            var written: Int32 = 0
            return EVP_CipherFinal_ex(
                context, space.baseAddress?.assumingMemoryBound(to: UInt8.self), &written) == 1
        }
    }
}
