import COpenSSL

/// SRTP and SRTCP with AES-GCM (RFC 7714) on OpenSSL's EVP.
final class AEADCipher: MediaCipher {
    private let sealing: Direction
    private let opening: Direction
    private var sent = SentSources()
    private var received = ReceivedSources()
    private var receivedControl = ReceivedSources()
    /// Counts all that is sent as SRTCP, whatever the SSRC: so no nonce is used twice.
    private var controlIndex: UInt32 = 0

    private static var tag: Int { CipherContext.tagLength }

    /// - Throws: `TransportError` where the keys do not fit the profile.
    init(_ keys: SRTPKeys) throws(TransportError) {
        sealing = try Direction(keys.outbound, keys.profile, encrypts: true)
        opening = try Direction(keys.inbound, keys.profile, encrypts: false)
    }

    /// What both kinds of packet of one direction are encrypted with.
    private struct Direction: ~Copyable {
        let media: CipherContext
        let control: CipherContext
        let mediaSalt: Nonce
        let controlSalt: Nonce

        init(_ master: [UInt8], _ profile: SRTPProfile, encrypts: Bool) throws(TransportError) {
            let cipher = profile == .aes256GCM ? EVP_aes_256_gcm() : EVP_aes_128_gcm()
            let media = try SessionKeys(master: master, profile: profile, for: .rtp)
            let control = try SessionKeys(master: master, profile: profile, for: .rtcp)
            let context = try CipherContext(cipher, key: media.encryption, encrypts: encrypts)
            self.control = try CipherContext(cipher, key: control.encryption, encrypts: encrypts)
            self.media = context
            mediaSalt = Nonce(salt: media.salt)
            controlSalt = Nonce(salt: control.salt)
        }
    }

    /// Twelve bytes: two of zeros, the SSRC, and 48 bits that no two packets share; masked by the salt (RFC 7714 §8.1, §9.1).
    private struct Nonce: BitwiseCopyable {
        private var words: (UInt32, UInt32, UInt32) = (0, 0, 0)

        init(salt: [UInt8]) {
            withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: salt.prefix(12)) }
        }

        @inline(__always)
        func masking(_ ssrc: UInt32, _ index: UInt64) -> Nonce {
            var nonce = self
            nonce.words.0 ^= (ssrc >> 16).bigEndian
            nonce.words.1 ^= (ssrc << 16 | UInt32(truncatingIfNeeded: index >> 32)).bigEndian
            nonce.words.2 ^= UInt32(truncatingIfNeeded: index).bigEndian
            return nonce
        }

        @inline(__always)
        func starts(_ context: borrowing CipherContext) -> Bool {
            withUnsafeBytes(of: words) { context.start(nonce: $0) }
        }
    }

    func addPlaces(of direction: CipherDirection, to memory: inout PacketMemory) {
        memory.add(self, bytes: 168)
        switch direction {
        case .sealing:
            sealing.media.addPlaces(to: &memory)
            sent.addPlaces(to: &memory)
        case .opening:
            opening.media.addPlaces(to: &memory)
            received.addPlaces(to: &memory)
        }
    }

    func protectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        guard length &+ Self.tag <= buffer.count, let header = PacketLayout.headerLength(buffer, length) else {
            return .malformed
        }
        let ssrc = buffer.word32(8)
        guard let index = sent.index(ssrc, sequence: buffer.word16(2)) else { return .malformed }
        guard sealing.mediaSalt.masking(ssrc, index).starts(sealing.media),
            sealing.media.authenticate(UnsafeRawBufferPointer(buffer.part(0..<header))),
            sealing.media.update(buffer.part(header..<length)),
            sealing.media.finish(writingTag: buffer.part(length..<(length &+ Self.tag)))
        else { return .malformed }
        return .done(length &+ Self.tag)
    }

    func unprotectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let end = length &- Self.tag
        guard length <= buffer.count, let header = PacketLayout.headerLength(buffer, end) else { return .malformed }
        let ssrc = buffer.word32(8)
        guard let index = received.admit(ssrc, sequence: buffer.word16(2)) else { return .replayed }
        guard opening.mediaSalt.masking(ssrc, index).starts(opening.media),
            opening.media.authenticate(UnsafeRawBufferPointer(buffer.part(0..<header))),
            opening.media.update(buffer.part(header..<end)),
            opening.media.finish(checkingTag: buffer.part(end..<length))
        else { return .forged }
        received.accept(ssrc, index: index)
        return .done(end)
    }

    func protectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let header = PacketLayout.controlHeaderLength
        let end = length &+ Self.tag
        guard length >= header, end &+ PacketLayout.controlIndexLength <= buffer.count,
            controlIndex < PacketLayout.encryptedFlag
        else { return .malformed }
        let ssrc = buffer.word32(4)
        // RFC 7714 §9.2: the word after the tag is authenticated with the header.
        buffer.setWord32(PacketLayout.encryptedFlag | controlIndex, end)
        guard sealing.controlSalt.masking(ssrc, UInt64(controlIndex)).starts(sealing.control),
            sealing.control.authenticate(UnsafeRawBufferPointer(buffer.part(0..<header))),
            sealing.control.authenticate(UnsafeRawBufferPointer(buffer.part(end..<(end &+ 4)))),
            sealing.control.update(buffer.part(header..<length)),
            sealing.control.finish(writingTag: buffer.part(length..<end))
        else { return .malformed }
        controlIndex &+= 1
        return .done(end &+ PacketLayout.controlIndexLength)
    }

    func unprotectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let header = PacketLayout.controlHeaderLength
        let word = length &- PacketLayout.controlIndexLength
        let end = word &- Self.tag
        guard length <= buffer.count, end >= header else { return .malformed }
        let ssrc = buffer.word32(4)
        let trailer = buffer.word32(word)
        // DTLS-SRTP encrypts SRTCP always (RFC 5764 §4.1.2).
        guard trailer & PacketLayout.encryptedFlag != 0 else { return .malformed }
        let index = UInt64(trailer & ~PacketLayout.encryptedFlag)
        guard receivedControl.admits(ssrc, index: index) else { return .replayed }
        guard opening.controlSalt.masking(ssrc, index).starts(opening.control),
            opening.control.authenticate(UnsafeRawBufferPointer(buffer.part(0..<header))),
            opening.control.authenticate(UnsafeRawBufferPointer(buffer.part(word..<length))),
            opening.control.update(buffer.part(header..<end)),
            opening.control.finish(checkingTag: buffer.part(end..<word))
        else { return .forged }
        receivedControl.accept(ssrc, index: index)
        return .done(end)
    }
}
