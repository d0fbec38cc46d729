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
        media.simulcast = section.simulcast
        media.rids = section.rids
        media.extensions = try extensions()
        if slot != .mic { media.layers = layers(media) }
        settleFeedback(&media)
        media.mixedHeaderExtensions = section.has(.mixedHeaderExtensions) || session.has(.mixedHeaderExtensions)
        media.remoteSources = sources()
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
        var ranks = Dictionary(
            names.enumerated().map { ($0.element.lowercased(), $0.offset) }, uniquingKeysWith: { first, _ in first })
        // RFC 2198: redundancy is a way to send the codec it repeats. A peer that names it first wants to send it.
        if ranks["red"] != nil { ranks["red"] = ranks["opus"] }
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
                retransmission: policy.retransmission ? retransmissions[map.payloadType] : nil)
            found.append(((preferred[codec] ?? .max, rank, position), payload))
        }
        let opus = Set(found.filter { $0.payload.codec == .opus }.map { "\($0.payload.payloadType)" })
        found.removeAll { $0.payload.codec == .redundantOpus && !Self.repeats(opus, $0.payload.fmtp) }
        return found.sorted { $0.rank < $1.rank }.map(\.payload)
    }

    /// Whether redundant audio repeats nothing but accepted payload types (RFC 2198 §5): `111/111`.
    private static func repeats(_ payloadTypes: Set<String>, _ parameters: String?) -> Bool {
        let types = Substring(parameters ?? "").parts(at: .slash).map { String($0.trimmed) }
        return types.count >= 2 && payloadTypes.isSuperset(of: types)
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

    /// The streams that the peer may send at once: the first alternative of each (RFC 8853 §5.3.2). None where packets do
    /// not tell which stream and m-line they belong to.
    private func layers(_ media: NegotiatedMedia) -> [String] {
        guard policy.simulcast, let simulcast = media.simulcast, (2...Self.layerLimit).contains(simulcast.send.count),
            media.extensionID(NegotiationPolicy.mid) != nil, media.extensionID(NegotiationPolicy.streamName) != nil
        else { return [] }
        let names = simulcast.send.compactMap(\.first?.rid)
        let offered = Set(media.rids.filter { $0.direction == .send }.map(\.id))
        guard names.count == simulcast.send.count, Set(names).count == names.count, offered.isSuperset(of: names) else {
            return []
        }
        return names
    }

    private static let layerLimit = 4

    /// Keeps what belongs together: feedback about each packet needs the packets' numbers, and the other way round. Send
    /// times are for an estimate that the receiver makes, names of streams for simulcast.
    private func settleFeedback(_ media: inout NegotiatedMedia) {
        let numbered =
            media.hasFeedback("transport-cc") && media.extensionID(NegotiationPolicy.transportSequence) != nil
        let timed = !numbered && media.hasFeedback("goog-remb")
        if !numbered {
            for index in media.payloads.indices {
                media.payloads[index].rtcpFeedback.removeAll { $0 == "transport-cc" }
            }
        }
        let layered = !media.layers.isEmpty
        media.extensions.removeAll { item in
            switch item.uri {
            case NegotiationPolicy.transportSequence: !numbered
            case NegotiationPolicy.sendTime: !timed
            case NegotiationPolicy.streamName, NegotiationPolicy.repairedStreamName: !layered
            default: false
            }
        }
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
