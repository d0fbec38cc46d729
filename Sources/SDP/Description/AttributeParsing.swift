extension Attribute {
    /// Reads what follows `a=`.
    ///
    /// - Parameter rtp: whether it stands beneath an m-line of RTP, whose formats are payload types.
    init(parsing text: Substring, rtp: Bool) throws(SDPError) {
        let (name, value) = text.cut(at: .colon)
        guard name.isToken else { throw SDPError(.syntax, "\(text.quoted) does not begin with an attribute's name") }
        if let flag = Self.flag(String(name)) {
            guard value == nil else { throw SDPError(.syntax, "takes no value, but has \((value ?? "").quoted)") }
            self = flag
        } else if let known = try Self.known(name, value: value ?? "", rtp: rtp) {
            self = known
        } else {
            self = .other(name: String(name), value: value.map(String.init))
        }
    }

    private static func flag(_ name: String) -> Attribute? {
        switch name {
        case "end-of-candidates": .endOfCandidates
        case "ice-lite": .iceLite
        case "extmap-allow-mixed": .mixedHeaderExtensions
        case "rtcp-mux": .rtcpMux
        case "rtcp-rsize": .rtcpReducedSize
        case "bundle-only": .bundleOnly
        default: MediaDirection(rawValue: name).map { .direction($0) }
        }
    }

    private static func known(_ name: Substring, value: Substring, rtp: Bool) throws(SDPError) -> Attribute? {
        switch name {
        case "mid":
            guard value.isToken else { throw SDPError(.syntax, "\(value.quoted) is not a token") }
            return .mid(String(value))
        case "group": return .group(try MediaGroup(parsing: value))
        case "candidate": return .candidate(try ICECandidate(value: value))
        case "ice-ufrag":
            try checkCredential(value, lengths: 4...256)
            return .iceUsernameFragment(String(value))
        case "ice-pwd":
            try checkCredential(value, lengths: 22...256)
            return .icePassword(String(value))
        case "ice-options": return .iceOptions(value.words.map(String.init))
        case "fingerprint": return .fingerprint(try Fingerprint(parsing: value))
        case "setup":
            guard let role = SetupRole(rawValue: value.lowercased()) else {
                throw SDPError(.syntax, "\(value.quoted) is not one of actpass, active, passive, holdconn")
            }
            return .setup(role)
        case "msid": return .msid(try MediaStreamIdentifier(parsing: value))
        case "ssrc": return .source(try SourceAttribute(parsing: value))
        case "ssrc-group": return .sourceGroup(try SourceGroup(parsing: value))
        case "extmap": return .headerExtension(try HeaderExtension(parsing: value))
        case "rid": return .rid(try RestrictionIdentifier(parsing: value))
        case "simulcast": return .simulcast(try Simulcast(parsing: value))
        case "rtpmap" where rtp: return .rtpmap(try RTPMap(parsing: value))
        case "fmtp" where rtp: return .fmtp(try FormatParameters(parsing: value))
        case "rtcp-fb" where rtp: return .rtcpFeedback(try RTCPFeedback(parsing: value))
        default: return nil
        }
    }

    /// RFC 8839 §5.4. The value stays out of the error, because errors are logged and a password is not.
    private static func checkCredential(_ text: Substring, lengths: ClosedRange<Int>) throws(SDPError) {
        guard lengths.contains(text.utf8.count) else {
            throw SDPError(
                .invalidCredentials,
                "\(text.utf8.count) characters, where \(lengths.lowerBound) to \(lengths.upperBound) are allowed")
        }
        guard text.isICE(lengths) else {
            throw SDPError(.invalidCredentials, "holds other characters than letters, digits, '+' and '/'")
        }
    }
}

extension Attribute {
    /// Whether it may stand only once in a section.
    var isSingular: Bool {
        switch self {
        case .mid, .direction, .iceUsernameFragment, .icePassword, .setup, .simulcast: true
        case .group, .candidate, .endOfCandidates, .iceOptions, .iceLite, .fingerprint, .rtpmap, .fmtp, .rtcpFeedback,
            .headerExtension, .mixedHeaderExtensions, .msid, .source, .sourceGroup, .rid, .rtcpMux, .rtcpReducedSize,
            .bundleOnly, .other:
            false
        }
    }

    /// How many of its kind a section may hold; nil where only the number of lines bounds it.
    var limit: Int? {
        switch self {
        case .group: SDPLimits.groups
        case .candidate: SDPLimits.candidates
        case .fingerprint: SDPLimits.fingerprints
        case .rtpmap, .fmtp: SDPLimits.codecs
        case .rtcpFeedback: SDPLimits.feedback
        case .headerExtension: SDPLimits.headerExtensions
        case .source: SDPLimits.sources
        case .sourceGroup: SDPLimits.sourceGroups
        case .rid: SDPLimits.restrictionIdentifiers
        case .mid, .direction, .endOfCandidates, .iceUsernameFragment, .icePassword, .iceOptions, .iceLite, .setup,
            .mixedHeaderExtensions, .msid, .simulcast, .rtcpMux, .rtcpReducedSize, .bundleOnly, .other:
            nil
        }
    }
}
