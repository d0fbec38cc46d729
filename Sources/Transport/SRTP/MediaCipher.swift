/// An SRTP protection profile (RFC 5764 §4.1.2, RFC 7714 §14.2).
public enum SRTPProfile: String, Sendable, CaseIterable {
    /// AEAD_AES_128_GCM; offered first: it costs half of what AES-CM with SHA-1 does.
    case aes128GCM = "SRTP_AEAD_AES_128_GCM"
    /// AEAD_AES_256_GCM.
    case aes256GCM = "SRTP_AEAD_AES_256_GCM"
    /// AES_CM_128_HMAC_SHA1_80.
    case aes128CM = "SRTP_AES128_CM_SHA1_80"

    /// Bytes of the master key.
    var keyLength: Int {
        switch self {
        case .aes128GCM, .aes128CM: 16
        case .aes256GCM: 32
        }
    }

    /// Bytes of the master salt.
    var saltLength: Int {
        switch self {
        case .aes128GCM, .aes256GCM: 12
        case .aes128CM: 14
        }
    }
}

/// The master keys of both directions as DTLS exports them (RFC 5764 §4.2).
public struct SRTPKeys: Sendable {
    /// The profile both sides agreed on.
    public let profile: SRTPProfile
    /// Master key and salt of what we send.
    public let outbound: [UInt8]
    /// Master key and salt of what we receive.
    public let inbound: [UInt8]

    /// Keys from elsewhere than a handshake.
    package init(profile: SRTPProfile, outbound: [UInt8], inbound: [UInt8]) {
        self.profile = profile
        self.outbound = outbound
        self.inbound = inbound
    }
}

/// What a cipher did with a packet.
public enum CipherResult: Equatable, Sendable {
    /// The packet now has this length.
    case done(Int)
    /// Authentication failed.
    case forged
    /// The packet was seen before, or lies before the replay window (RFC 3711 §3.3.2).
    case replayed
    /// It is no packet, or the buffer has no room for the tag.
    case malformed
}

/// SRTP in one direction and SRTCP beside it, in place. The relay's only view of SRTP, so that the implementation
/// can change and be compared with another.
public protocol MediaCipher: AnyObject {
    /// Encrypts an RTP packet of `length` bytes at the start of `buffer`, which has `mediaCipherRoom` bytes to spare.
    func protectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult
    /// Encrypts a compound RTCP packet likewise.
    func protectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult
    /// Authenticates and decrypts an SRTP packet in place.
    func unprotectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult
    /// Authenticates and decrypts an SRTCP packet in place.
    func unprotectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult
    /// Adds where RTP packets of one direction look.
    func addPlaces(of direction: CipherDirection, to memory: inout PacketMemory)
}

/// What a cipher does.
public enum CipherDirection: Sendable {
    /// Encrypts what is sent.
    case sealing
    /// Decrypts what was received.
    case opening
}

/// Bytes a cipher may append to a packet: the largest tag and the SRTCP index, and what libsrtp, the judge of ours, reserves.
public let mediaCipherRoom = 148

/// The cipher of a profile.
///
/// - Throws: `TransportError` where the keys do not fit the profile, or OpenSSL refuses.
package func makeMediaCipher(_ keys: SRTPKeys) throws(TransportError) -> any MediaCipher {
    switch keys.profile {
    case .aes128GCM, .aes256GCM: try AEADCipher(keys)
    case .aes128CM: try CounterCipher(keys)
    }
}
