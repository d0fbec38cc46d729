/// One m-line of an offer against the policy.
struct MediaNegotiation {
    let section: MediaSection
    let session: SessionDescription
    let policy: NegotiationPolicy

    /// - Parameters:
    ///   - slot: the place that is kept for it.
    ///   - stopped: whether the offer stopped it.
    func negotiate(index: Int, slot: MediaSlot?, stopped: Bool) throws(SDPError) -> NegotiatedMedia {
        var media = NegotiatedMedia(
            index: index, mid: section.mid ?? "", kind: MediaKind(rawValue: section.media) ?? .other,
            direction: section.direction ?? session.direction ?? .sendrecv, media: section.media,
            transport: section.transport, formats: section.formats)
        guard !stopped else {
            media.rejection = .stopped
            return media
        }
        guard let slot else {
            media.rejection = .noSlot
            return media
        }
        guard Self.transports.contains(section.transport.uppercased()) else {
            media.rejection = .transport
            return media
        }
        try checkPayloadTypes()
        media.payloads = payloads(names: slot == .mic ? policy.audioCodecs : policy.videoCodecs)
        guard !media.payloads.isEmpty else {
            media.rejection = .noCommonCodec
            return media
        }
        guard section.has(.rtcpMux) else {
            throw SDPError(
                .missingRTCPMux, line: section.line, "m=: a=rtcp-mux is missing; RTCP has no port of its own")
        }
        media.slot = slot
        media.extensions = try extensions()
        media.mixedHeaderExtensions = section.has(.mixedHeaderExtensions) || session.has(.mixedHeaderExtensions)
        media.remoteSources = sources()
        media.rids = section.rids
        media.simulcast = section.simulcast
        media.rtcpReducedSize = section.has(.rtcpReducedSize)
        return media
    }

    /// Ways to write RTP over DTLS-SRTP (RFC 8829 §5.1.2).
    private static let transports: Set<String> = [
        "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP",
    ]

    private func checkPayloadTypes() throws(SDPError) {
        var formats: Set<String> = []
        for format in section.formats {
            guard formats.insert(format).inserted else {
                throw SDPError(
                    .duplicatePayloadType, line: section.line, "m=: payload type \(format) stands twice")
            }
        }
        var maps: [UInt8: RTPMap] = [:]
        for line in section.attributes {
            guard case .rtpmap(let map) = line.attribute else { continue }
            if let other = maps.updateValue(map, forKey: map.payloadType), other != map {
                throw SDPError(
                    .duplicatePayloadType, line: line.line,
                    "a=rtpmap: payload type \(map.payloadType) is \(other.encoding) already")
            }
        }
    }

    /// The codecs in common: preferred ones first, then in the policy's order, then in the offer's.
    private func payloads(names: [String]) -> [NegotiatedPayload] {
        let maps = Dictionary(
            section.rtpmaps.map { ("\($0.payloadType)", $0) }, uniquingKeysWith: { first, _ in first })
        let ranks = Dictionary(
            names.enumerated().map { ($0.element.lowercased(), $0.offset) }, uniquingKeysWith: { first, _ in first })
        let preferred = Dictionary(
            policy.preferred.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let retransmissions = retransmissions()
        var found: [(rank: (Int, Int, Int), payload: NegotiatedPayload)] = []
        for (position, format) in section.formats.enumerated() {
            let parameters = section.parameters(of: format)
            guard let map = maps[format], let rank = ranks[map.encoding.lowercased()],
                let codec = CodecKey(map, parameters: parameters)
            else { continue }
            let payload = NegotiatedPayload(
                payloadType: map.payloadType, codec: codec, clockRate: codec.clockRate, channels: codec.channels,
                fmtp: parameters, rtcpFeedback: feedback(for: map.payloadType),
                retransmission: retransmissions[map.payloadType])
            found.append(((preferred[codec] ?? .max, rank, position), payload))
        }
        return found.sorted { $0.rank < $1.rank }.map(\.payload)
    }

    private func feedback(for payloadType: UInt8) -> [String] {
        var values: [String] = []
        for item in section.rtcpFeedback where item.payloadType == nil || item.payloadType == payloadType {
            guard policy.feedback.contains(item.value), !values.contains(item.value) else { continue }
            values.append(item.value)
        }
        return values
    }

    /// RFC 4588 §8.1: payload types by the one that they repeat.
    private func retransmissions() -> [UInt8: UInt8] {
        var result: [UInt8: UInt8] = [:]
        for map in section.rtpmaps where map.encoding.lowercased() == "rtx" {
            let format = "\(map.payloadType)"
            guard section.formats.contains(format), let parameters = section.parameters(of: format),
                let original = ParameterList(parameters)["apt"]?.decimal(UInt8.self), result[original] == nil
            else { continue }
            result[original] = map.payloadType
        }
        return result
    }

    /// RFC 8285 §7: ids as offered, directions turned around.
    private func extensions() throws(SDPError) -> [NegotiatedExtension] {
        var uris: [UInt8: String] = [:]
        var result: [NegotiatedExtension] = []
        for line in session.attributes + section.attributes {
            guard case .headerExtension(let item) = line.attribute else { continue }
            guard let id = UInt8(exactly: item.id), id > 0 else {
                throw SDPError(.invalidExtension, line: line.line, "a=extmap: id \(item.id) is not from 1 to 255")
            }
            if let other = uris[id], other != item.uri {
                throw SDPError(.invalidExtension, line: line.line, "a=extmap: id \(id) is '\(other)' already")
            }
            uris[id] = item.uri
            let direction = (item.direction ?? .sendrecv).reversed
            // 15 has another meaning in the one-byte form (RFC 8285 §4.2).
            guard policy.headerExtensions.contains(item.uri), direction != .inactive, id != 15,
                !result.contains(where: { $0.uri == item.uri })
            else { continue }
            result.append(NegotiatedExtension(id: id, uri: item.uri, direction: direction))
        }
        return result
    }

    private func sources() -> [NegotiatedSource] {
        var retransmissions: [UInt32: UInt32] = [:]
        var repairs: Set<UInt32> = []
        for group in section.sourceGroups where group.ssrcs.count == 2 {
            switch group.semantics {
            case "FID":
                retransmissions[group.ssrcs[0]] = group.ssrcs[1]
                repairs.insert(group.ssrcs[1])
            case "FEC-FR", "FEC":
                repairs.insert(group.ssrcs[1])
            default: break
            }
        }
        var order: [UInt32] = []
        var names: [UInt32: String] = [:]
        for source in section.sources where !repairs.contains(source.ssrc) {
            if !order.contains(source.ssrc) { order.append(source.ssrc) }
            if source.name == "cname", names[source.ssrc] == nil { names[source.ssrc] = source.value }
        }
        return order.map { NegotiatedSource(ssrc: $0, cname: names[$0], retransmission: retransmissions[$0]) }
    }
}
