import COpenSSL

/// A self-signed ECDSA P-256 certificate, made afresh at each start (RFC 8827 §6.5), and the DTLS settings that go with it.
///
/// The peer's certificate is accepted in the handshake whatever it is and compared with the fingerprint of its SDP
/// before any key is exported (`DTLSEndpoint`).
public final class Certificate: Sendable {
    /// SHA-256 of the certificate in DER form, as `a=fingerprint` carries it (RFC 8122 §5).
    public let sha256: [UInt8]
    let context: DTLSContext

    /// Days a certificate is valid; a server restarts more often.
    private static let validSeconds = 60 * 60 * 24 * 30

    /// - Parameter profiles: SRTP profiles in our order of preference.
    /// - Throws: `TransportError` with OpenSSL's words.
    public init(profiles: [SRTPProfile] = [.aes128GCM, .aes256GCM, .aes128CM]) throws(TransportError) {
        guard let key = co_ec_p256() else { throw openSSLError("EVP_EC_gen") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw openSSLError("X509_new") }
        defer { X509_free(certificate) }
        var serial: UInt64 = 0
        withUnsafeMutableBytes(of: &serial) { bytes in _ = RAND_bytes(bytes.baseAddress, 7) }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial)
        let name = X509_get_subject_name(certificate)
        guard co_x509_set_not_before(certificate, -60 * 60 * 24) == 1,
            co_x509_set_not_after(certificate, Self.validSeconds) == 1,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "consult", -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1, X509_set_pubkey(certificate, key) == 1,
            X509_sign(certificate, key, EVP_sha256()) > 0
        else { throw openSSLError("X509_sign") }
        guard let digest = Certificate.digest(of: certificate, EVP_sha256()) else { throw openSSLError("X509_digest") }
        sha256 = digest
        context = try DTLSContext(certificate: certificate, key: key, profiles: profiles)
    }

    /// A certificate's hash, or nil where OpenSSL cannot compute it.
    static func digest(of certificate: OpaquePointer, _ algorithm: OpaquePointer?) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard let algorithm, X509_digest(certificate, algorithm, &bytes, &count) == 1 else { return nil }
        return Array(bytes.prefix(Int(count)))
    }
}

/// An `SSL_CTX` for DTLS-SRTP. Sendable: after `init` it is only read, and OpenSSL counts references atomically.
final class DTLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    fileprivate init(
        certificate: OpaquePointer, key: OpaquePointer, profiles: [SRTPProfile]
    ) throws(TransportError) {
        guard let pointer = SSL_CTX_new(DTLS_method()) else { throw openSSLError("SSL_CTX_new") }
        self.pointer = pointer
        let names = profiles.map(\.rawValue).joined(separator: ":")
        guard SSL_CTX_use_certificate(pointer, certificate) == 1, SSL_CTX_use_PrivateKey(pointer, key) == 1,
            SSL_CTX_set_tlsext_use_srtp(pointer, names) == 0,
            SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        else { throw openSSLError("SSL_CTX") }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) { _, _ in 1 }
        co_ssl_ctx_read_ahead(pointer)
    }

    deinit { SSL_CTX_free(pointer) }
}

/// The last error OpenSSL queued on this thread, and empties the queue.
func openSSLError(_ call: String) -> TransportError {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return TransportError("\(call) failed") }
    var text = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &text, text.count)
    return TransportError(
        "\(call): \(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))")
}
