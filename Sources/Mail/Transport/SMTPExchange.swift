internal import CCurl

/// One mail on its way to a server, or the question whether it would take one: what libcurl's callbacks read and note, and
/// what its end means.
///
/// It stays on the thread that made it.
final class SMTPExchange {
    private let message: [UInt8]
    private var offset = 0
    /// The last line with which the server refused something.
    private var refusal: [UInt8] = []

    init(_ message: [UInt8]) { self.message = message }

    /// Whether libcurl is there, and speaks SMTP. Initialises it once.
    static let isPossible: Bool = {
        guard cc_start() == CURLE_OK, let version = cc_version()?.pointee else { return false }
        var protocols = version.protocols
        while let name = protocols?.pointee {
            if String(cString: name) == "smtp" { return true }
            protocols = protocols?.advanced(by: 1)
        }
        return false
    }()

    /// Connects, greets, signs in, and gives the mail.
    ///
    /// - Parameter envelope: sender and recipient; nil: no mail is given, the server only has to answer.
    func run(
        with server: SMTPServer, envelope: (sender: String, recipient: String)?, within patience: Duration
    ) throws(MailError) {
        guard let curl = curl_easy_init() else { throw MailError(.unavailable, "no memory for libcurl") }
        let recipients = envelope.flatMap { curl_slist_append(nil, $0.recipient) }
        defer {
            curl_easy_cleanup(curl)
            curl_slist_free_all(recipients)
        }
        let milliseconds = Int(patience.components.seconds * 1000)
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, server.address), (CURLOPT_USERNAME, server.user), (CURLOPT_PASSWORD, server.password),
            (CURLOPT_CAINFO, server.authorities), (CURLOPT_MAIL_FROM, envelope?.sender),
            (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_PROXY, ""),
            (CURLOPT_CUSTOMREQUEST, envelope == nil ? "NOOP" : nil),
        ]
        let verifies = server.security == .required
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_UPLOAD, envelope == nil ? 0 : 1),
            (CURLOPT_NOBODY, envelope == nil ? 1 : 0), (CURLOPT_INFILESIZE, message.count),
            (CURLOPT_CONNECTTIMEOUT_MS, milliseconds / 4), (CURLOPT_TIMEOUT_MS, milliseconds),
            (CURLOPT_USE_SSL, server.security.libraryValue), (CURLOPT_SSLVERSION, Int(cc_tls_1_2)),
            (CURLOPT_SSL_VERIFYPEER, verifies ? 1 : 0), (CURLOPT_SSL_VERIFYHOST, verifies ? 2 : 0),
        ]
        let context = Unmanaged.passUnretained(self).toOpaque()
        var codes = texts.compactMap { option, text in text.map { cc_set_text(curl, option, $0) } }
        codes += numbers.map { cc_set_number(curl, $0, $1) }
        codes += [
            cc_set_list(curl, CURLOPT_MAIL_RCPT, recipients), cc_set_callback(curl, CURLOPT_READFUNCTION, readMessage),
            cc_set_context(curl, CURLOPT_READDATA, context), cc_set_callback(curl, CURLOPT_HEADERFUNCTION, noteReply),
            cc_set_context(curl, CURLOPT_HEADERDATA, context),
        ]
        // Every one of them is for the mail's safety: without it nothing is sent.
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            throw MailError(.configuration, "libcurl is too old, or the mail server's address is malformed")
        }
        let outcome = withExtendedLifetime(self) { curl_easy_perform(curl) }
        if outcome == CURLE_OK { return }
        var status = 0
        cc_get_number(curl, CURLINFO_RESPONSE_CODE, &status)
        throw error(outcome, status: status)
    }

    /// A reply of 5xx to the sender, the recipient or the mail itself is for good (RFC 5321, section 4.2.1). One to the
    /// greeting or to our password is about us and not about the mail.
    private func error(_ outcome: CURLcode, status: Int) -> MailError {
        let words = String(cString: curl_easy_strerror(outcome)).lowercased()
        guard (400...599).contains(status) else { return MailError(.unavailable, words) }
        let isAboutMail = outcome == CURLE_SEND_ERROR || (outcome == CURLE_WEIRD_SERVER_REPLY && offset > 0)
        let isAboutUs = [530, 534, 535, 538].contains(status)
        let code = ([String(status)] + [enhancedStatus].compactMap { $0 }).joined(separator: " ")
        return isAboutMail && !isAboutUs && status >= 500
            ? MailError(.refused, "the mail server refuses it: \(code)")
            : MailError(.unavailable, "the mail server answers \(code): \(words)")
    }

    /// The `5.1.1` of `550 5.1.1 …` (RFC 3463). The words behind it may quote an address.
    private var enhancedStatus: String? {
        let parts = refusal.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard parts.count > 1, (5...9).contains(parts[1].count) else { return nil }
        let numbers = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard numbers.count == 3, numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) }) else {
            return nil
        }
        return String(decoding: parts[1], as: UTF8.self)
    }

    // MARK: Callbacks

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, message.count - offset)
        message.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
        }
        offset += count
        return count
    }

    /// What follows a refusal is the server's farewell.
    fileprivate func note(_ line: UnsafeRawBufferPointer) {
        guard line.first == UInt8(ascii: "4") || line.first == UInt8(ascii: "5") else { return }
        refusal = line.prefix(100).filter { $0 != 13 && $0 != 10 }
    }
}

extension SMTPServer.Security {
    fileprivate var libraryValue: Int {
        switch self {
        case .required: Int(cc_use_tls_always)
        case .opportunistic: Int(cc_use_tls_if_offered)
        case .none: Int(cc_use_tls_never)
        }
    }
}

private func readMessage(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context, let bytes else { return 0 }
    return Unmanaged<SMTPExchange>.fromOpaque(context).takeUnretainedValue()
        .read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private func noteReply(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context, let bytes else { return size * count }
    Unmanaged<SMTPExchange>.fromOpaque(context).takeUnretainedValue()
        .note(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}
