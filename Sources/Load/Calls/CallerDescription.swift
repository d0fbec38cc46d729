import SDP
package import Transport

/// What a caller offers and takes: one m-line of Opus and, unless only voices are sent, one of VP8, both ways.
package enum CallerDescription {
    /// Payload type of Opus, as Chrome has it.
    package static let voicePayloadType: UInt8 = 111
    /// Payload type of VP8, as Chrome has it.
    package static let picturePayloadType: UInt8 = 96

    static func payloadType(of kind: ClipStream.Kind) -> UInt8 {
        switch kind {
        case .audio: voicePayloadType
        case .video: picturePayloadType
        }
    }

    /// What an offer says about a caller's side.
    package struct Local: Sendable {
        /// ICE user fragment.
        package var ufrag: String
        /// ICE password.
        package var password: String
        /// SHA-256 of the certificate.
        package var fingerprint: [UInt8]
        /// All candidates, `candidate:…`.
        package var candidates: [String]
        /// SSRC of the voice.
        package var voice: UInt32
        /// SSRC of the picture; nil: no picture.
        package var picture: UInt32?
        /// RFC 7022.
        package var cname: String

        /// A caller's side.
        package init(
            ufrag: String, password: String, fingerprint: [UInt8], candidates: [String], voice: UInt32,
            picture: UInt32?, cname: String
        ) {
            self.ufrag = ufrag
            self.password = password
            self.fingerprint = fingerprint
            self.candidates = candidates
            self.voice = voice
            self.picture = picture
            self.cname = cname
        }
    }

    /// An offer as a browser makes one (RFC 8829), with all candidates in it.
    package static func offer(_ local: Local) -> String {
        let fingerprint = Fingerprint(hash: "sha-256", bytes: local.fingerprint)
        let shared =
            [
                "c=IN IP4 0.0.0.0", "a=rtcp-mux", "a=sendrecv", "a=setup:actpass", "a=ice-ufrag:\(local.ufrag)",
                "a=ice-pwd:\(local.password)", "a=fingerprint:\(fingerprint)",
            ] + local.candidates.map { "a=\($0)" } + ["a=end-of-candidates"]
        var lines = [
            "v=0", "o=- \(UInt64(local.voice) + 1) 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
            local.picture == nil ? "a=group:BUNDLE 0" : "a=group:BUNDLE 0 1",
        ]
        lines += ["m=audio 9 UDP/TLS/RTP/SAVPF \(voicePayloadType)"] + shared
        lines += [
            "a=mid:0", "a=rtpmap:\(voicePayloadType) opus/48000/2",
            "a=fmtp:\(voicePayloadType) minptime=10;useinbandfec=1", "a=ssrc:\(local.voice) cname:\(local.cname)",
        ]
        if let picture = local.picture {
            lines += ["m=video 9 UDP/TLS/RTP/SAVPF \(picturePayloadType)"] + shared
            lines += [
                "a=mid:1", "a=rtpmap:\(picturePayloadType) VP8/90000", "a=rtcp-fb:\(picturePayloadType) nack",
                "a=rtcp-fb:\(picturePayloadType) nack pli", "a=rtcp-fb:\(picturePayloadType) ccm fir",
                "a=ssrc:\(picture) cname:\(local.cname)",
            ]
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// What an answer says.
    package struct Answer: Sendable, Equatable {
        /// The path's other end.
        package let peer: PeerParameters
        /// Its candidates, `candidate:…`.
        package let candidates: [String]
    }

    /// Reads an answer.
    ///
    /// - Throws: `LoadError` saying what is missing.
    package static func read(answer text: String, wantsPicture: Bool) throws(LoadError) -> Answer {
        let answer: SessionDescription
        do {
            answer = try SessionDescription(parsing: text)
        } catch {
            throw LoadError("the answer's SDP: \(error)")
        }
        guard let first = answer.media.first, first.port != 0 else { throw LoadError("the answer refuses the voice") }
        guard !wantsPicture || (answer.media.count > 1 && answer.media[1].port != 0) else {
            throw LoadError("the answer refuses the picture")
        }
        guard let ufrag = first.iceUsernameFragment ?? answer.iceUsernameFragment,
            let password = first.icePassword ?? answer.icePassword
        else { throw LoadError("the answer has no ICE credentials") }
        let fingerprints = (first.fingerprints + answer.fingerprints).compactMap { fingerprint in
            PeerFingerprint.Algorithm(rawValue: fingerprint.hash).map {
                PeerFingerprint(algorithm: $0, bytes: fingerprint.bytes)
            }
        }
        guard !fingerprints.isEmpty else { throw LoadError("the answer has no fingerprint") }
        let role: DTLSRole = (first.setup ?? answer.setup) == .active ? .server : .client
        return Answer(
            peer: PeerParameters(ufrag: ufrag, password: password, fingerprints: fingerprints, role: role),
            candidates: first.candidates.map(\.description))
    }
}
