extension NegotiatedSession {
    /// The answer to the offer (RFC 3264 §6, RFC 8829 §5.3).
    ///
    /// Accepted m-lines share one transport; its candidates stand in the first of them, its other attributes in each
    /// m-line. Rejected m-lines keep their place with port 0, and have these attributes too, because aiortc and
    /// webrtcbin refuse an answer in which they are missing anywhere.
    public func answer(local: LocalParameters) -> SessionDescription {
        let accepted = media.filter { $0.slot != nil }
        var answer = SessionDescription(
            origin: SessionDescription.Origin(sessionID: local.sessionID, sessionVersion: local.sessionVersion))
        if bundled {
            answer.append(.group(MediaGroup(semantics: "BUNDLE", mids: accepted.map(\.mid))))
        }
        answer.append(.iceOptions(["trickle"]))
        for item in media {
            if let slot = item.slot {
                answer.media.append(section(of: item, in: slot, local: local))
            } else {
                answer.media.append(rejectedSection(of: item, local: local))
            }
        }
        return answer
    }

    private func section(of item: NegotiatedMedia, in slot: MediaSlot, local: LocalParameters) -> MediaSection {
        // RFC 8840 §4.1.1: port 9 and 0.0.0.0 until candidates say better.
        var section = MediaSection(
            media: item.media, port: 9, transport: item.transport, formats: item.formatsAccepted,
            lines: [DescriptionLine(type: "c", value: "IN IP4 0.0.0.0")])
        appendTransport(of: item, local: local, to: &section)
        for candidate in local.candidates { section.append(.candidate(candidate)) }
        if local.endOfCandidates { section.append(.endOfCandidates) }
        section.append(.direction(item.answerDirection))
        section.append(.rtcpMux)
        if item.rtcpReducedSize { section.append(.rtcpReducedSize) }
        if item.mixedHeaderExtensions { section.append(.mixedHeaderExtensions) }
        for one in item.extensions {
            let way = one.direction == .sendrecv ? nil : one.direction
            section.append(.headerExtension(HeaderExtension(id: UInt16(one.id), direction: way, uri: one.uri)))
        }
        for payload in item.payloads { section.append(payload) }
        if let layers = item.layerAttributes { for attribute in layers { section.append(attribute) } }
        if item.answerDirection.sends {
            section.append(.msid(MediaStreamIdentifier(stream: local.streamID, track: slot.rawValue)))
            if let ssrc = local.sources[slot] {
                let repair =
                    item.payloads.contains { $0.retransmission != nil } ? local.retransmissionSources[slot] : nil
                if let repair { section.append(.sourceGroup(SourceGroup(semantics: "FID", ssrcs: [ssrc, repair]))) }
                for source in [ssrc, repair].compactMap({ $0 }) {
                    section.append(.source(SourceAttribute(ssrc: source, name: "cname", value: local.cname)))
                }
            }
        }
        return section
    }

    /// RFC 3264 §6: port 0, with a format because the grammar wants one.
    private func rejectedSection(of item: NegotiatedMedia, local: LocalParameters) -> MediaSection {
        var section = MediaSection(
            media: item.media, port: 0, transport: item.transport, formats: item.formats,
            lines: [DescriptionLine(type: "c", value: "IN IP4 0.0.0.0")])
        appendTransport(of: item, local: local, to: &section)
        section.append(.direction(.inactive))
        if section.isRTP { section.append(.rtcpMux) }
        return section
    }

    private func appendTransport(of item: NegotiatedMedia, local: LocalParameters, to section: inout MediaSection) {
        if !item.mid.isEmpty { section.append(.mid(item.mid)) }
        section.append(.iceUsernameFragment(local.ufrag))
        section.append(.icePassword(local.password))
        section.append(.fingerprint(local.fingerprint))
        section.append(.setup(ourSetup == .passive ? .passive : .active))
    }
}

extension NegotiatedMedia {
    /// The payload types of the answer, each with the one that repeats it.
    fileprivate var formatsAccepted: [String] {
        payloads.flatMap { [$0.payloadType, $0.retransmission].compactMap { $0 } }.map { "\($0)" }
    }

    /// RFC 8853 §5.3.2: the streams that we take, by the offer's names.
    fileprivate var layerAttributes: [Attribute]? {
        guard !layers.isEmpty else { return nil }
        return layers.map { .rid(RestrictionIdentifier(id: $0, direction: .receive)) }
            + [.simulcast(Simulcast(receive: layers.map { [Simulcast.Alternative(rid: $0)] }))]
    }
}

extension MediaSection {
    fileprivate mutating func append(_ payload: NegotiatedPayload) {
        append(
            .rtpmap(
                RTPMap(
                    payloadType: payload.payloadType, encoding: payload.codec.name, clockRate: payload.clockRate,
                    channels: payload.channels == 1 ? nil : payload.channels)))
        if let parameters = payload.answeredParameters {
            append(.fmtp(FormatParameters(format: "\(payload.payloadType)", parameters: parameters)))
        }
        for value in payload.rtcpFeedback {
            append(.rtcpFeedback(RTCPFeedback(payloadType: payload.payloadType, value: value)))
        }
        if let repair = payload.retransmission {
            append(.rtpmap(RTPMap(payloadType: repair, encoding: "rtx", clockRate: payload.clockRate)))
            append(.fmtp(FormatParameters(format: "\(repair)", parameters: "apt=\(payload.payloadType)")))
        }
    }
}
