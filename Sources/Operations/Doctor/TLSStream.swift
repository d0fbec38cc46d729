import COpenSSL
import Foundation

/// A TLS connection over a connected socket, which holds the server to its name as a browser does.
final class TLSStream {
    private let context: OpaquePointer
    private let session: OpaquePointer

    /// Why there is no connection, in OpenSSL's words.
    struct Failure: Error {
        let message: String
    }

    /// Shakes hands. The socket's own time limits hold.
    ///
    /// - Throws: `Failure`, also where the certificate is not for `host`, has expired, or is signed by nobody this machine trusts.
    init(_ socket: borrowing Socket, host: String) throws(Failure) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Failure(message: "OpenSSL has no TLS") }
        guard let session = SSL_new(context) else {
            SSL_CTX_free(context)
            throw Failure(message: "OpenSSL has no memory")
        }
        self.context = context
        self.session = session
        SSL_CTX_set_default_verify_paths(context)
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        if isAddress(host) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host)
        } else {
            SSL_set1_host(session, host)
            // SNI (RFC 6066 §3), by the function beneath OpenSSL's macro.
            var name = Array(host.utf8CString)
            SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), &name)
        }
        SSL_set_fd(session, socket.descriptor)
        guard SSL_connect(session) == 1 else {
            let verdict = SSL_get_verify_result(session)
            if verdict != X509_V_OK {
                throw Failure(message: String(cString: X509_verify_cert_error_string(verdict)))
            }
            let code = ERR_get_error()
            let reason = code == 0 ? nil : ERR_reason_error_string(code)
            throw Failure(message: reason.map { String(cString: $0) } ?? "no TLS handshake")
        }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// Sends all of it, or says false.
    func send(_ bytes: [UInt8]) -> Bool { SSL_write(session, bytes, Int32(bytes.count)) == Int32(bytes.count) }

    /// Up to so many bytes; empty at the end and at the time limit.
    func receive(_ count: Int) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = SSL_read(session, &buffer, Int32(count))
        return got > 0 ? Array(buffer.prefix(Int(got))) : []
    }
}
