internal import Crypto
internal import Glibc
internal import JWTKit

internal import FoundationEssentials

/// The Ed25519 private key that signs tokens. Its text never appears in a description or an error.
public struct SigningKey: Sendable, CustomStringConvertible {
    let key: Curve25519.Signing.PrivateKey

    /// A new key from the system's random source.
    public static func generate() -> SigningKey { SigningKey(key: Curve25519.Signing.PrivateKey()) }

    private init(key: Curve25519.Signing.PrivateKey) { self.key = key }

    /// Reads a key: its 32-byte seed in base64 or base64url, or PEM (PKCS#8). White space around it is ignored.
    ///
    /// - Throws: ``SigningKeyError`` of code `malformed`.
    public init(_ text: String) throws(SigningKeyError) {
        let trimmed = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        if trimmed.hasPrefix("-----BEGIN") {
            guard let pem = try? EdDSA.PrivateKey(pem: trimmed),
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: pem.rawRepresentation)
            else {
                throw SigningKeyError(.malformed, "not an Ed25519 private key in PEM (PKCS#8)")
            }
            self.key = key
            return
        }
        var urlSafe = trimmed.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        while urlSafe.last == UInt8(ascii: "=") { urlSafe.removeLast() }
        guard let seed = Base64URL.decode(urlSafe), seed.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else {
            throw SigningKeyError(.malformed, "neither 32 bytes in base64 or base64url nor PEM")
        }
        self.key = key
    }

    /// Reads a key from a file that holds what ``init(_:)`` takes.
    ///
    /// - Throws: ``SigningKeyError`` of code `unreadable` or `malformed`.
    public init(contentsOfFile path: String) throws(SigningKeyError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SigningKeyError(.unreadable, "\(path): \(reason(errno))") }
        defer { close(descriptor) }
        // A PEM key has 119 bytes; a file that goes on beyond this is something else.
        var buffer = [UInt8](repeating: 0, count: 4096)
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SigningKeyError(.unreadable, "\(path): \(reason(errno))") }
            if count == 0 { break }
            filled += count
        }
        do {
            try self.init(String(decoding: buffer[..<filled], as: UTF8.self))
        } catch {
            throw SigningKeyError(error.code, "\(path): \(error.message)")
        }
    }

    /// Reads the key at `path`, or creates it there with mode 0600.
    ///
    /// Safe against another process doing the same: the file appears complete and exactly once, and everybody
    /// reads the one that won.
    ///
    /// - Throws: ``SigningKeyError``
    public static func loadOrCreate(atPath path: String) throws(SigningKeyError) -> SigningKey {
        if access(path, F_OK) != 0, errno == ENOENT {
            try generate().create(atPath: path)
        }
        return try SigningKey(contentsOfFile: path)
    }

    /// Writes the key to a new file of mode 0600; leaves an existing file as it is.
    ///
    /// - Returns: whether this call created the file.
    /// - Throws: ``SigningKeyError`` of code `unwritable`.
    @discardableResult
    public func create(atPath path: String) throws(SigningKeyError) -> Bool {
        // Written aside and linked into place, so that nobody ever reads half a key.
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SigningKeyError(.unwritable, "\(path): \(reason(errno))") }
        defer { unlink(draft) }
        let text = Array((seedText + "\n").utf8)
        let written = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let saved = written == text.count && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard saved else { throw SigningKeyError(.unwritable, "\(path): \(reason(failure))") }
        if link(draft, path) == 0 { return true }
        guard errno == EEXIST else { throw SigningKeyError(.unwritable, "\(path): \(reason(errno))") }
        return false
    }

    /// The 32-byte seed in base64url: what ``init(_:)`` reads. A secret.
    public var seedText: String { Base64URL.encode(key.rawRepresentation) }

    /// A secret of 32 bytes for another purpose, derived from this one (HKDF, RFC 5869): the same in every process that
    /// has the key.
    public func derivedSecret(for purpose: String) -> [UInt8] {
        let secret = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.rawRepresentation), info: Array("consult \(purpose)".utf8),
            outputByteCount: 32)
        return secret.withUnsafeBytes { Array($0) }
    }

    /// The key that checks this one's signatures.
    public var publicKey: VerificationKey { VerificationKey(key: key.publicKey) }

    /// Names the public key; never the secret.
    public var description: String { "SigningKey(\(publicKey.id))" }
}

private func reason(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "errno \(code)" }
