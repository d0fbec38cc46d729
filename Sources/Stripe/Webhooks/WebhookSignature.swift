internal import Crypto
internal import Foundation

/// Why a webhook is not believed.
public enum WebhookError: Error, Sendable, Equatable {
    /// There is no header, or it has no time or no signature in it.
    case unsigned
    /// No signature fits any of our secrets.
    case forged
    /// It was signed too long ago, or in the future.
    case stale
    /// It is signed, and is no event.
    case malformed
}

/// The signature of a webhook: `Stripe-Signature: t=…,v1=…`, where each `v1` is the HMAC-SHA256 of the time, a dot and
/// the raw body.
public enum WebhookSignature {
    /// How many seconds the time in a signature may differ from ours.
    public static let tolerance: Int64 = 300

    /// Checks a body as it came, before anything reads it.
    ///
    /// - Parameters:
    ///   - header: the value of `Stripe-Signature`.
    ///   - secrets: ours; two while one replaces the other.
    ///   - now: seconds since 1970.
    public static func verify(
        _ body: [UInt8], header: String?, secrets: [String], now: Int64, tolerance: Int64 = tolerance
    ) throws(WebhookError) {
        guard let header, let stated = Stated(header) else { throw .unsigned }
        var fits = false
        for secret in secrets where !secret.isEmpty {
            let message = signed(body, at: stated.timeText)
            let key = SymmetricKey(data: Data(secret.utf8))
            for signature in stated.signatures
            where HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key) {
                fits = true
            }
        }
        guard fits else { throw .forged }
        let (age, overflows) = now.subtractingReportingOverflow(stated.time)
        guard !overflows, (-tolerance...tolerance).contains(age) else { throw .stale }
    }

    /// The header that Stripe would send: what the stand-in and the tests sign with.
    public static func header(_ body: [UInt8], secret: String, at time: Int64) -> String {
        let key = SymmetricKey(data: Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: signed(body, at: String(time)), using: key)
        return "t=\(time),v1=\(code.map(hex).joined())"
    }

    private static func signed(_ body: [UInt8], at time: String) -> Data {
        var message = Data(capacity: body.count + 24)
        message.append(contentsOf: time.utf8)
        message.append(UInt8(ascii: "."))
        message.append(contentsOf: body)
        return message
    }

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}

/// What a header states.
private struct Stated {
    let time: Int64
    /// The time as it was written, which is what was signed.
    let timeText: String
    let signatures: [[UInt8]]

    /// More than one secret in rotation needs; a header is not read beyond.
    static let partLimit = 16

    init?(_ header: String) {
        var timeText: String?
        var signatures: [[UInt8]] = []
        for part in header.split(separator: ",").prefix(Self.partLimit) {
            let halves = part.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            switch halves[0] {
            case "t" where timeText == nil: timeText = String(halves[1])
            case "v1": if let code = bytes(halves[1]) { signatures.append(code) }
            default: continue
            }
        }
        guard let timeText, let time = Int64(timeText), !signatures.isEmpty else { return nil }
        self.time = time
        self.timeText = timeText
        self.signatures = signatures
    }
}

/// The bytes of lowercase hexadecimal text of a SHA-256's length.
private func bytes(_ text: Substring) -> [UInt8]? {
    guard text.utf8.count == 64 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        let digit: UInt8
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
        default: return nil
        }
        if let upper = high {
            bytes.append(upper << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return bytes
}
