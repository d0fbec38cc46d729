import COpenSSL

/// SRTP and SRTCP with AES in counter mode and HMAC-SHA1 (RFC 3711) on OpenSSL.
final class CounterCipher: MediaCipher {
    private let sealing: Direction
    private let opening: Direction
    private var sent = SentSources()
    private var received = ReceivedSources()
    private var receivedControl = ReceivedSources()
    /// Counts all that is sent as SRTCP, whatever the SSRC.
    private var controlIndex: UInt32 = 0

    private static var tag: Int { MessageAuthentication.tagLength }

    /// - Throws: `TransportError` where the keys do not fit the profile.
    init(_ keys: SRTPKeys) throws(TransportError) {
        sealing = try Direction(keys.outbound)
        opening = try Direction(keys.inbound)
    }

    /// What both kinds of packet of one direction are encrypted with. Counter mode knows no direction of its own.
    private struct Direction: ~Copyable {
        let media: CipherContext
        let control: CipherContext
        let mediaSalt: Counter
        let controlSalt: Counter
        let mediaAuthentication: MessageAuthentication
        let controlAuthentication: MessageAuthentication

        init(_ master: [UInt8]) throws(TransportError) {
            let media = try SessionKeys(master: master, profile: .aes128CM, for: .rtp)
            let control = try SessionKeys(master: master, profile: .aes128CM, for: .rtcp)
            let context = try CipherContext(EVP_aes_128_ctr(), key: media.encryption, encrypts: true)
            self.control = try CipherContext(EVP_aes_128_ctr(), key: control.encryption, encrypts: true)
            self.media = context
            mediaSalt = Counter(salt: media.salt)
            controlSalt = Counter(salt: control.salt)
            mediaAuthentication = MessageAuthentication(key: media.authentication)
            controlAuthentication = MessageAuthentication(key: control.authentication)
        }
    }

    /// Sixteen bytes: four of zeros, the SSRC, the index, and two that count blocks; masked by the salt (RFC 3711 §4.1.1).
    private struct Counter: BitwiseCopyable {
        private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)

        init(salt: [UInt8]) {
            withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: salt.prefix(14)) }
        }

        @inline(__always)
        func masking(_ ssrc: UInt32, _ index: UInt64) -> Counter {
            var counter = self
            counter.words.1 ^= ssrc.bigEndian
            counter.words.2 ^= UInt32(truncatingIfNeeded: index >> 16).bigEndian
            counter.words.3 ^= UInt32(truncatingIfNeeded: index << 16).bigEndian
            return counter
        }

        @inline(__always)
        func starts(_ context: borrowing CipherContext) -> Bool {
            withUnsafeBytes(of: words) { context.start(nonce: $0) }
        }
    }

    func addPlaces(of direction: CipherDirection, to memory: inout PacketMemory) {
        memory.add(self, bytes: 640)
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
        guard let index = sent.index(ssrc, sequence: buffer.word16(2)),
            sealing.mediaSalt.masking(ssrc, index).starts(sealing.media),
            sealing.media.update(buffer.part(header..<length)),
            let tag = buffer.part(length..<(length &+ Self.tag)).baseAddress
        else { return .malformed }
        sealing.mediaAuthentication.write(
            to: tag, over: UnsafeRawBufferPointer(buffer.part(0..<length)), suffix: PacketIndex.rollover(index))
        return .done(length &+ Self.tag)
    }

    func unprotectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let end = length &- Self.tag
        guard length <= buffer.count, let header = PacketLayout.headerLength(buffer, end),
            let tag = buffer.part(end..<length).baseAddress
        else { return .malformed }
        let ssrc = buffer.word32(8)
        guard let index = received.admit(ssrc, sequence: buffer.word16(2)) else { return .replayed }
        guard
            opening.mediaAuthentication.verifies(
                tag, over: UnsafeRawBufferPointer(buffer.part(0..<end)), suffix: PacketIndex.rollover(index)),
            opening.mediaSalt.masking(ssrc, index).starts(opening.media),
            opening.media.update(buffer.part(header..<end))
        else { return .forged }
        received.accept(ssrc, index: index)
        return .done(end)
    }

    func protectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let header = PacketLayout.controlHeaderLength
        let end = length &+ PacketLayout.controlIndexLength
        guard length >= header, end &+ Self.tag <= buffer.count, controlIndex < PacketLayout.encryptedFlag,
            let tag = buffer.part(end..<(end &+ Self.tag)).baseAddress
        else { return .malformed }
        let ssrc = buffer.word32(4)
        buffer.setWord32(PacketLayout.encryptedFlag | controlIndex, length)
        guard sealing.controlSalt.masking(ssrc, UInt64(controlIndex)).starts(sealing.control),
            sealing.control.update(buffer.part(header..<length))
        else { return .malformed }
        sealing.controlAuthentication.write(
            to: tag, over: UnsafeRawBufferPointer(buffer.part(0..<end)), suffix: nil)
        controlIndex &+= 1
        return .done(end &+ Self.tag)
    }

    func unprotectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        let header = PacketLayout.controlHeaderLength
        let end = length &- Self.tag
        let word = end &- PacketLayout.controlIndexLength
        guard length <= buffer.count, word >= header, let tag = buffer.part(end..<length).baseAddress else {
            return .malformed
        }
        let ssrc = buffer.word32(4)
        let trailer = buffer.word32(word)
        // DTLS-SRTP encrypts SRTCP always (RFC 5764 §4.1.2).
        guard trailer & PacketLayout.encryptedFlag != 0 else { return .malformed }
        let index = UInt64(trailer & ~PacketLayout.encryptedFlag)
        guard receivedControl.admits(ssrc, index: index) else { return .replayed }
        guard
            opening.controlAuthentication.verifies(
                tag, over: UnsafeRawBufferPointer(buffer.part(0..<end)), suffix: nil),
            opening.controlSalt.masking(ssrc, index).starts(opening.control),
            opening.control.update(buffer.part(header..<word))
        else { return .forged }
        receivedControl.accept(ssrc, index: index)
        return .done(word)
    }
}
