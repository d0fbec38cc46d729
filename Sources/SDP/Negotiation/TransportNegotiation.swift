/// The one transport of a bundle, from the m-lines that share it.
///
/// Each of them may repeat the transport's attributes or leave them out (RFC 9143 §7.1.3); where they are repeated they
/// must agree. What stands at session level holds for all that do not say otherwise.
struct TransportNegotiation {
    var usernameFragment = ""
    var password = ""
    var trickle = false
    var fingerprints: [Fingerprint] = []
    var ourSetup = NegotiatedSession.Setup.passive
    var candidates: [ICECandidate] = []
    var endOfCandidates = false

    private let session: SessionDescription
    private let sections: [MediaSection]

    /// - Parameters:
    ///   - members: the m-lines that share the transport, in the group's order.
    ///   - accepted: those of them that the answer accepts, in the offer's order.
    init(session: SessionDescription, members: [Int], accepted: [Int]) throws(SDPError) {
        self.session = session
        sections = members.map { session.media[$0] }
        let options = session.iceOptions + sections.flatMap(\.iceOptions)
        trickle = options.contains("trickle")
        try readCredentials()
        try readFingerprints()
        try readSetup()
        readCandidates(tagged: session.media[accepted.first ?? 0])
    }

    private var firstLine: Int? { sections.first?.line }

    private mutating func readCredentials() throws(SDPError) {
        var found: (fragment: String, password: String)?
        for section in sections {
            let fragment = section.iceUsernameFragment ?? session.iceUsernameFragment
            let password = section.icePassword ?? session.icePassword
            guard fragment != nil || password != nil else { continue }
            guard let fragment else {
                throw SDPError(.missingCredentials, line: section.line, "m=: a=ice-ufrag is missing")
            }
            guard let password else {
                throw SDPError(.missingCredentials, line: section.line, "m=: a=ice-pwd is missing")
            }
            if let found, found != (fragment, password) {
                let name = found.fragment == fragment ? "ice-pwd" : "ice-ufrag"
                throw SDPError(
                    .conflictingCredentials, line: section.line(of: name) ?? section.line,
                    "a=\(name): differs from that of an m-line in the same BUNDLE")
            }
            found = (fragment, password)
        }
        guard let found else {
            throw SDPError(.missingCredentials, line: firstLine, "m=: a=ice-ufrag and a=ice-pwd are missing")
        }
        (usernameFragment, password) = found
    }

    private mutating func readFingerprints() throws(SDPError) {
        var found: [Fingerprint] = []
        var line: Int?
        for section in sections {
            let own = section.fingerprints
            let these = own.isEmpty ? session.fingerprints : own
            guard !these.isEmpty else { continue }
            let at = own.isEmpty ? session.line(of: "fingerprint") : section.line(of: "fingerprint")
            guard found.isEmpty || Set(found) == Set(these) else {
                throw SDPError(
                    .conflictingFingerprints, line: at,
                    "a=fingerprint: differs from that of an m-line in the same BUNDLE")
            }
            if found.isEmpty { (found, line) = (these, at) }
        }
        guard !found.isEmpty else {
            throw SDPError(.missingFingerprint, line: firstLine, "m=: a=fingerprint is missing")
        }
        for fingerprint in found where fingerprint.isStrong && !fingerprints.contains(fingerprint) {
            fingerprints.append(fingerprint)
        }
        guard !fingerprints.isEmpty else {
            throw SDPError(
                .weakFingerprint, line: line, "a=fingerprint: none of sha-256, sha-384, sha-512, only \(found[0].hash)")
        }
    }

    /// RFC 8842 §5.3; without `a=setup` the offerer is active (RFC 4145 §4).
    private mutating func readSetup() throws(SDPError) {
        var found: SetupRole?
        for section in sections {
            guard let role = section.setup ?? session.setup else { continue }
            let line = section.line(of: "setup") ?? session.line(of: "setup")
            guard role != .holdconn else {
                throw SDPError(.invalidSetup, line: line, "a=setup: 'holdconn' leaves nothing to connect")
            }
            if let found, found != role {
                throw SDPError(
                    .invalidSetup, line: line,
                    "a=setup: '\(role.rawValue)' differs from '\(found.rawValue)' of an m-line in the same BUNDLE")
            }
            found = role
        }
        ourSetup = found == .passive ? .active : .passive
    }

    /// RFC 9143 §7.3.1: the transport is that of the m-line which the answer's BUNDLE names first. Where it has no
    /// candidates of its own, being offered as part of the bundle only, they stand in another m-line of the group.
    private mutating func readCandidates(tagged: MediaSection) {
        let sources = tagged.candidates.isEmpty ? sections : [tagged]
        for candidate in session.candidates + sources.flatMap(\.candidates) {
            guard candidate.component == 1, !candidates.contains(candidate) else { continue }
            candidates.append(candidate)
        }
        endOfCandidates = session.endOfCandidates || sources.contains { $0.endOfCandidates }
    }
}
