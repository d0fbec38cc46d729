import COpenSSL

/// A certificate's hash as the peer's SDP announced it (RFC 8122 §5).
public struct PeerFingerprint: Sendable, Equatable {
    /// The hash functions that are accepted; weaker ones are refused in the SDP.
    public enum Algorithm: String, Sendable, Comparable {
        /// SHA-256.
        case sha256 = "sha-256"
        /// SHA-384.
        case sha384 = "sha-384"
        /// SHA-512.
        case sha512 = "sha-512"

        /// By strength.
        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The hash function.
    public let algorithm: Algorithm
    /// The hash of the certificate in DER form.
    public let bytes: [UInt8]

    /// A fingerprint.
    public init(algorithm: Algorithm, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }
}

/// Which side opens the DTLS handshake (RFC 4145 §4, RFC 8842 §5).
public enum DTLSRole: Sendable {
    /// `a=setup:passive`: the peer opens.
    case server
    /// `a=setup:active`: we open.
    case client
}

/// One DTLS association that yields SRTP keys (RFC 5764), over datagrams somebody else carries.
///
/// handshaking ─► established ─► closed; any ─► failed. Keys leave this type only after the peer's certificate matched
/// a fingerprint of its SDP.
///
/// Once established, only what the peer itself authenticated ends it. Anybody who can send from the peer's address can send
/// records that are no records; they are dropped (RFC 6347 §4.1.2.7), and an error of the library makes the association
/// deaf, not dead: its keys are as good as before.
final class DTLSEndpoint {
    enum State: Equatable {
        case handshaking
        case established
        case closed
        case failed(String)
    }

    private(set) var state = State.handshaking
    /// The keys, from the moment the peer is verified.
    private(set) var keys: SRTPKeys?

    private let context: DTLSContext
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let role: DTLSRole
    private let expected: [PeerFingerprint]
    /// The library has given up on what comes in.
    private var isDeaf = false
    /// Bytes that an encrypted record has at least; before a cipher is agreed upon, those of a Finished would be more.
    private var leastEncrypted = 24

    /// Bytes of a datagram without IP and UDP headers: what passes any path (RFC 8831 §5).
    static let datagramLimit = 1200
    /// DTLS record header (RFC 6347 §4.1).
    private static let recordHeader = 13

    init(certificate: Certificate, role: DTLSRole, expected: [PeerFingerprint]) throws(TransportError) {
        context = certificate.context
        self.role = role
        let strongest = expected.map(\.algorithm).max()
        self.expected = expected.filter { $0.algorithm == strongest }
        guard let ssl = SSL_new(context.pointer) else { throw openSSLError("SSL_new") }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw openSSLError("BIO_new")
        }
        co_bio_mem_eof_is_retry(incoming)
        co_bio_mem_eof_is_retry(outgoing)
        SSL_set_bio(ssl, incoming, outgoing)
        co_ssl_prepare_dtls(ssl, Self.datagramLimit)
        switch role {
        case .server: SSL_set_accept_state(ssl)
        case .client: SSL_set_connect_state(ssl)
        }
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
    }

    deinit { SSL_free(ssl) }

    /// Sends the first flight where we are the client.
    func start() {
        if role == .client { advance() }
    }

    /// Takes one datagram, as it came from the peer's address: whole records, and what is none is dropped.
    func receive(_ datagram: UnsafeRawBufferPointer) {
        var rest = datagram
        while rest.count >= Self.recordHeader, !isDeaf, state == .handshaking || state == .established {
            let size = Self.recordHeader + Int(rest[11]) << 8 + Int(rest[12])
            guard size <= rest.count else { return }
            if isRecord(rest), let base = rest.baseAddress, BIO_write(incoming, base, Int32(clamping: size)) > 0 {
                advance()
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[size...])
        }
    }

    /// Whether a record can be one at all: OpenSSL takes an encrypted record that is too short for its nonce and tag for an
    /// error of its own and ends the association.
    private func isRecord(_ record: UnsafeRawBufferPointer) -> Bool {
        let isOfFirstEpoch = record[3] == 0 && record[4] == 0
        return isOfFirstEpoch || Int(record[11]) << 8 + Int(record[12]) >= leastEncrypted
    }

    /// Repeats the last flight where its timer ran out (RFC 6347 §4.2.4).
    func tick() {
        guard state == .handshaking else { return }
        if co_ssl_dtls_handle_timeout(ssl) < 0 { fail(openSSLError("DTLS timeout").message) }
    }

    /// Tells the peer that the association ends.
    func close() {
        if state == .established, SSL_alloc_buffers(ssl) == 1 { SSL_shutdown(ssl) }
        if state == .established || state == .handshaking { state = .closed }
    }

    /// Hands the datagrams that wait to be sent to `send`, whole records in each.
    func drain(_ send: (UnsafeRawBufferPointer) -> Void) {
        let pending = co_bio_pending(outgoing)
        guard pending > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: pending, alignment: 1) { buffer in
            guard let base = buffer.baseAddress else { return }
            let count = Int(BIO_read(outgoing, base, Int32(clamping: pending)))
            guard count > 0 else { return }
            var start = 0
            var end = 0
            while end + Self.recordHeader <= count {
                let record = Self.recordHeader + Int(buffer[end + 11]) << 8 + Int(buffer[end + 12])
                if end > start, end + record - start > Self.datagramLimit {
                    send(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                    start = end
                }
                end = min(count, end + record)
            }
            if end > start { send(UnsafeRawBufferPointer(rebasing: buffer[start..<end])) }
        }
    }

    private func advance() {
        ERR_clear_error()
        if state == .handshaking {
            let result = SSL_do_handshake(ssl)
            guard result == 1 else { return check(result) }
            verify()
        }
        guard state == .established, SSL_alloc_buffers(ssl) == 1 else { return }
        // Nothing more comes but alerts and repeated flights: the buffers of 16 KiB each are there only while one is read.
        defer { SSL_free_buffers(ssl) }
        // Application data has no meaning here (no data channels); reading it processes alerts and retransmissions.
        var discard = [UInt8](repeating: 0, count: 2048)
        while state == .established {
            let result = SSL_read(ssl, &discard, Int32(discard.count))
            if result > 0 { continue }
            return check(result)
        }
    }

    private func check(_ result: Int32) {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
        case SSL_ERROR_ZERO_RETURN: state = .closed
        default:
            guard state == .established else { return fail(openSSLError("DTLS").message) }
            ERR_clear_error()
            isDeaf = true
            if SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 { state = .closed }
        }
    }

    private func verify() {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return fail("the peer sent no certificate") }
        defer { X509_free(certificate) }
        let matches = expected.contains { fingerprint in
            let algorithm =
                switch fingerprint.algorithm {
                case .sha256: EVP_sha256()
                case .sha384: EVP_sha384()
                case .sha512: EVP_sha512()
                }
            return Certificate.digest(of: certificate, algorithm) == fingerprint.bytes
        }
        guard matches else { return fail("the peer's certificate does not match the fingerprint of its SDP") }
        guard let selected = SSL_get_selected_srtp_profile(ssl),
            let profile = SRTPProfile(rawValue: String(cString: selected.pointee.name))
        else { return fail("no SRTP profile in common (RFC 5764 §4.1)") }
        guard let keys = exportKeys(profile) else { return fail(openSSLError("SSL_export_keying_material").message) }
        self.keys = keys
        leastEncrypted = Self.leastRecord(of: SSL_get_current_cipher(ssl))
        state = .established
    }

    /// An explicit nonce of 8 bytes and a tag of 16 (RFC 5288 §3), or the tag alone (RFC 7905 §2).
    private static func leastRecord(of cipher: OpaquePointer?) -> Int {
        guard let cipher, SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 else { return 24 }
        return 16
    }

    /// RFC 5764 §4.2: client key, server key, client salt, server salt.
    private func exportKeys(_ profile: SRTPProfile) -> SRTPKeys? {
        let (key, salt) = (profile.keyLength, profile.saltLength)
        var material = [UInt8](repeating: 0, count: 2 * (key + salt))
        let label = "EXTRACTOR-dtls_srtp"
        guard SSL_export_keying_material(ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1 else {
            return nil
        }
        let client = Array(material[0..<key] + material[(2 * key)..<(2 * key + salt)])
        let server = Array(material[key..<(2 * key)] + material[(2 * key + salt)...])
        return switch role {
        case .server: SRTPKeys(profile: profile, outbound: server, inbound: client)
        case .client: SRTPKeys(profile: profile, outbound: client, inbound: server)
        }
    }

    private func fail(_ reason: String) {
        keys = nil
        state = .failed(reason)
    }
}
