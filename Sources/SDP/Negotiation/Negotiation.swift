/// What an offer and a policy have in common (RFC 3264 §6, RFC 8829 §5.3, RFC 9143 §7.3).
///
/// The call's places are taken in the order of m-lines: the first audio is `mic`, the first video `camera`, the second
/// video `screen`. An m-line that the offer stopped still keeps its place, so that no other moves into it.
///
/// - Throws: an error that names the line; `noCommonCodec` where not one m-line can be accepted.
public func negotiate(
    _ offer: SessionDescription, policy: NegotiationPolicy = NegotiationPolicy()
) throws(SDPError) -> NegotiatedSession {
    guard !offer.media.isEmpty else { throw SDPError(.noMedia, "the offer has no m-line") }
    let bundles = try BundleGroups(offer)
    var media: [NegotiatedMedia] = []
    var audio = [MediaSlot.mic][...]
    var video = [MediaSlot.camera, .screen][...]
    for (index, section) in offer.media.enumerated() {
        let slot: MediaSlot? =
            switch section.media {
            case "audio": audio.popFirst()
            case "video": video.popFirst()
            default: nil
            }
        media.append(
            try MediaNegotiation(section: section, session: offer, policy: policy)
                .negotiate(index: index, slot: slot, stopped: bundles.isStopped(section)))
    }
    let accepted = media.filter { $0.slot != nil }.map(\.index)
    guard !accepted.isEmpty else {
        // Redundancy alone is no codec.
        let names = policy.audioCodecs.filter { $0 != "red" } + policy.videoCodecs
        throw SDPError(
            .noCommonCodec, line: offer.media.first?.line,
            "no audio or video m-line can be accepted; accepted are \(names.joined(separator: ", "))")
    }
    let members = try bundles.members(accepted: accepted)
    try checkTogether(accepted.map { (offer.media[$0], media[$0]) })
    let transport = try TransportNegotiation(session: offer, members: members, accepted: accepted)
    return NegotiatedSession(
        remoteUfrag: transport.usernameFragment, remotePassword: transport.password,
        remoteTrickle: transport.trickle, remoteICELite: offer.has(.iceLite),
        remoteFingerprints: transport.fingerprints, ourSetup: transport.ourSetup,
        remoteCandidates: transport.candidates, endOfCandidates: transport.endOfCandidates, media: media,
        bundled: bundles.hasGroup)
}

/// RFC 9143 §9.1, §12: in one RTP session a payload type is one codec, and a header extension id one extension.
private func checkTogether(_ accepted: [(section: MediaSection, media: NegotiatedMedia)]) throws(SDPError) {
    var codecs: [UInt8: CodecKey] = [:]
    var extensions: [UInt8: String] = [:]
    for (section, media) in accepted {
        for payload in media.payloads {
            if let other = codecs[payload.payloadType], other != payload.codec {
                throw SDPError(
                    .duplicatePayloadType, line: section.line,
                    "m=: payload type \(payload.payloadType) is \(payload.codec) here and \(other) in an m-line before")
            }
            codecs[payload.payloadType] = payload.codec
        }
        for item in media.extensions {
            if let other = extensions[item.id], other != item.uri {
                throw SDPError(
                    .invalidExtension, line: section.line,
                    "m=: header extension \(item.id) is '\(item.uri)' here and '\(other)' in an m-line before")
            }
            extensions[item.id] = item.uri
        }
    }
}

/// What a description that is passed on unread must have: the grammar, and with it our limits, a strong fingerprint and
/// ICE credentials. For peers that talk to each other without the relay.
///
/// - Throws: an error that names the line.
public func validateForForwarding(_ text: String) throws(SDPError) {
    let description = try SessionDescription(parsing: text)
    guard let first = description.media.first else { throw SDPError(.noMedia, "the description has no m-line") }
    let fingerprints = description.fingerprints + description.media.flatMap(\.fingerprints)
    guard !fingerprints.isEmpty else {
        throw SDPError(.missingFingerprint, line: first.line, "a=fingerprint is missing")
    }
    guard fingerprints.contains(where: \.isStrong) else {
        throw SDPError(.weakFingerprint, "a=fingerprint: none of sha-256, sha-384, sha-512")
    }
    let sections: [any AttributeSection] = [description] + description.media
    guard sections.contains(where: { $0.iceUsernameFragment != nil }) else {
        throw SDPError(.missingCredentials, line: first.line, "a=ice-ufrag is missing")
    }
    guard sections.contains(where: { $0.icePassword != nil }) else {
        throw SDPError(.missingCredentials, line: first.line, "a=ice-pwd is missing")
    }
}
