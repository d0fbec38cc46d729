/// Why a session description, or a candidate, was refused.
///
/// The description is made for the author of the client that sent it: it names the line and quotes what stands there,
/// as in `line 12: a=fingerprint: 'sha-256 AB' is not a hash of 32 bytes`.
public struct SDPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller may want to tell apart.
    public enum Code: String, Sendable, CaseIterable {
        /// Not the grammar of RFC 8866, or of the RFC that defines the attribute.
        case syntax = "syntax"
        /// Larger than what is read at all (`SDPLimits`).
        case limitExceeded = "limit_exceeded"
        /// An attribute that may stand once stands twice with different values.
        case duplicateAttribute = "duplicate_attribute"
        /// No m-line.
        case noMedia = "no_media"
        /// Nothing offered can be accepted.
        case noCommonCodec = "no_common_codec"
        /// No certificate fingerprint (RFC 8122).
        case missingFingerprint = "missing_fingerprint"
        /// Only fingerprints of hashes that no longer prove anything.
        case weakFingerprint = "weak_fingerprint"
        /// Fingerprints that differ within a BUNDLE group.
        case conflictingFingerprints = "conflicting_fingerprints"
        /// No ICE user fragment or password.
        case missingCredentials = "missing_credentials"
        /// An ICE user fragment or password outside of RFC 8839 §5.4.
        case invalidCredentials = "invalid_credentials"
        /// ICE credentials that differ within a BUNDLE group.
        case conflictingCredentials = "conflicting_credentials"
        /// A DTLS role that cannot be answered, or that differs within a BUNDLE group.
        case invalidSetup = "invalid_setup"
        /// A BUNDLE group that is inconsistent, or that leaves an m-line on a transport of its own.
        case invalidBundle = "invalid_bundle"
        /// Two m-lines with one `a=mid`.
        case duplicateMid = "duplicate_mid"
        /// An m-line without `a=mid` among several.
        case missingMid = "missing_mid"
        /// RTP and RTCP on separate ports.
        case missingRTCPMux = "missing_rtcp_mux"
        /// One payload type for two things.
        case duplicatePayloadType = "duplicate_payload_type"
        /// A header extension id out of range, or one id for two extensions.
        case invalidExtension = "invalid_extension"
    }

    /// The line the error is about, counted from 1; nil where it is about no line in particular.
    public var line: Int?
    /// Which kind it is.
    public var code: Code
    /// What is wrong, in words.
    public var reason: String

    /// An error of kind `code` on `line`, explained by `reason`.
    public init(_ code: Code, line: Int? = nil, _ reason: String) {
        self.line = line
        self.code = code
        self.reason = reason
    }

    /// The line and the reason.
    public var description: String {
        guard let line else { return reason }
        return "line \(line): \(reason)"
    }

    /// The same error, on `line` and about `subject`, as in `a=mid`.
    func located(line: Int, subject: String) -> SDPError {
        SDPError(code, line: self.line ?? line, "\(subject): \(reason)")
    }
}

/// How much of a description is read. Beyond these bounds it is refused, never cut.
public enum SDPLimits {
    /// Bytes in a description.
    public static let bytes = 65_536
    /// Lines in a description.
    public static let lines = 2_048
    /// Bytes in a line.
    public static let lineBytes = 4_096
    /// Media sections.
    public static let mediaSections = 32
    /// Formats in an m-line, and `a=rtpmap` lines beneath it.
    public static let codecs = 96
    /// Candidates in a section.
    public static let candidates = 64
    /// Fingerprints in a section.
    public static let fingerprints = 8
    /// Header extensions in a section.
    public static let headerExtensions = 64
    /// `a=ssrc` lines in a section.
    public static let sources = 128
    /// `a=ssrc-group` lines in a section.
    public static let sourceGroups = 32
    /// `a=rid` lines in a section.
    public static let restrictionIdentifiers = 16
    /// `a=rtcp-fb` lines in a section.
    public static let feedback = 512
    /// Groups in a description.
    public static let groups = 16
}
