import COpenSSL

/// What one direction of SRTP or SRTCP encrypts and authenticates with (RFC 3711 §4.3, RFC 7714 §11).
struct SessionKeys: Equatable {
    /// The cipher's key.
    var encryption: [UInt8]
    /// The salt of its nonces: 14 bytes for AES-CM, 12 for AES-GCM.
    var salt: [UInt8]
    /// The key of HMAC-SHA1; empty where the cipher authenticates by itself.
    var authentication: [UInt8]

    /// Bytes of an HMAC-SHA1 key (RFC 3711 §5.2).
    private static let authenticationLength = 20

    /// The labels of RFC 3711 §4.3.1 and §4.3.2.
    enum Purpose: UInt8 {
        case rtp = 0
        case rtcp = 3
    }

    /// Derives the keys of one direction from its master key and salt, with a key derivation rate of zero.
    ///
    /// - Parameter master: master key and master salt, one after the other, as DTLS exports them (RFC 5764 §4.2).
    /// - Throws: `TransportError` where the material's length does not fit the profile, or OpenSSL refuses.
    init(master: [UInt8], profile: SRTPProfile, for purpose: Purpose) throws(TransportError) {
        guard master.count == profile.keyLength + profile.saltLength else {
            throw TransportError("SRTP keys of \(master.count) bytes do not fit \(profile.rawValue)")
        }
        let key = Array(master[..<profile.keyLength])
        // A salt of 96 bits is extended by zeros (RFC 7714 §11).
        let salt = Array(master[profile.keyLength...] + [0, 0]).prefix(14)
        let label = purpose.rawValue
        encryption = try Self.derive(key, Array(salt), label: label, count: profile.keyLength)
        authentication =
            profile == .aes128CM
            ? try Self.derive(key, Array(salt), label: label + 1, count: Self.authenticationLength) : []
        self.salt = try Self.derive(key, Array(salt), label: label + 2, count: profile.saltLength)
    }

    /// AES in counter mode over zeros (RFC 3711 §4.3.3, RFC 6188 §2 for 256 bits).
    private static func derive(_ key: [UInt8], _ salt: [UInt8], label: UInt8, count: Int) throws(TransportError)
        -> [UInt8]
    {
        var counter = salt + [0, 0]
        counter[7] ^= label
        let context = try CipherContext(
            key.count == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), key: key, encrypts: true)
        var output = [UInt8](repeating: 0, count: count)
        let done = output.withUnsafeMutableBytes { bytes in
            counter.withUnsafeBytes { context.start(nonce: $0) } && context.update(bytes)
        }
        guard done else { throw TransportError("OpenSSL does not derive SRTP keys") }
        return output
    }
}
