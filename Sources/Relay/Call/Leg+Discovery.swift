import RTP
import SDP
import Transport

/// Whose stream is it? By SSRC once it is known; until then as RFC 8843 §9.2, RFC 8852 and RFC 4588 §5.3 say.
extension Leg {
    /// Streams a peer may have at once, restarts of its encoders included; the oldest makes room.
    private static let uplinkLimit = 12

    @inline(__always)
    func uplink(for header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> Uplink? {
        for uplink in uplinks where uplink.ssrc == header.ssrc {
            return uplink.reads(header.payloadType) ? uplink : nil
        }
        for repair in repairs where repair.ssrc == header.ssrc { return nil }
        return discover(header, packet)
    }

    /// Binds an unknown SSRC to a slot: by MID, by the SSRCs of the offer, by a payload type that only one m-line has.
    private func discover(_ header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> Uplink? {
        guard let negotiation = slot(of: header, packet, { $0.meaning(header.payloadType) != nil }),
            negotiation.receives, negotiation.meaning(header.payloadType) != nil
        else { return nil }
        var layer: Int?
        if !negotiation.layers.isEmpty {
            layer = self.layer(header, packet, negotiation, NegotiationPolicy.streamName)
            // A packet that does not say which layer it is comes again with a name.
            guard layer != nil else { return nil }
        }
        let uplink = Uplink(ssrc: header.ssrc, negotiation: negotiation, layer: layer)
        if uplinks.count >= Self.uplinkLimit {
            recordLosses()
            let oldest = uplinks.removeFirst()
            repairs.removeAll { $0.uplink === oldest }
        }
        _ = uplink.reads(header.payloadType)
        uplinks.append(uplink)
        if uplink.slot != .mic { requestKeyFrame(of: uplink, at: transport?.lastArrival ?? .now()) }
        return uplink
    }

    /// The stream that a packet on a stream of retransmissions repeats, and the payload type it had there.
    func repaired(by header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> (Uplink, UInt8)? {
        for repair in repairs where repair.ssrc == header.ssrc {
            guard let type = repair.uplink.negotiation.original(header.payloadType) else { return nil }
            return (repair.uplink, type)
        }
        guard let negotiation = slot(of: header, packet, { $0.original(header.payloadType) != nil }),
            let type = negotiation.original(header.payloadType),
            let uplink = original(of: header, packet, negotiation)
        else { return nil }
        if repairs.count >= Self.uplinkLimit { repairs.removeFirst() }
        repairs.append((header.ssrc, uplink))
        return (uplink, type)
    }

    /// By the offer's FID group, by the repaired stream's name, by what is missing, and by being the only one.
    private func original(
        of header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer, _ negotiation: SlotNegotiation
    ) -> Uplink? {
        let announced = session?.media(for: negotiation.slot)?.remoteSources
            .first { $0.retransmission == header.ssrc }?.ssrc
        if let announced { return uplinks.first { $0.ssrc == announced } }
        let candidates = uplinks.filter { $0.slot == negotiation.slot && !$0.isRetired }
        if !negotiation.layers.isEmpty {
            guard let layer = layer(header, packet, negotiation, NegotiationPolicy.repairedStreamName) else {
                return nil
            }
            return candidates.last { $0.layer == layer }
        }
        if candidates.count == 1 { return candidates[0] }
        guard header.payloadLength >= Retransmission.overhead else { return nil }
        let sequence = UnsafeRawBufferPointer(packet).bytes.uint16(at: header.headerLength)
        return candidates.first { $0.recovery.isMissing(sequence) }
    }

    private func layer(
        _ header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer, _ negotiation: SlotNegotiation, _ uri: String
    ) -> Int? {
        guard let id = negotiation.id(uri, sent: false), let range = header.value(of: id, in: packet.bytes) else {
            return nil
        }
        return negotiation.layers.firstIndex { $0.utf8.elementsEqual(packet[range]) }
    }

    private func slot(
        of header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer, _ takes: (SlotNegotiation) -> Bool
    ) -> SlotNegotiation? {
        for case let slot? in slots {
            guard let id = slot.id(NegotiationPolicy.mid, sent: false),
                let range = header.value(of: id, in: packet.bytes)
            else { continue }
            if slot.mid.utf8.elementsEqual(packet[range]) { return slot }
        }
        let ssrc = header.ssrc
        if let media = session?.media.first(where: {
            $0.remoteSources.contains { $0.ssrc == ssrc || $0.retransmission == ssrc }
        }), let slot = media.slot {
            return slots[slot.index]
        }
        let candidates = slots.compactMap { $0 }.filter { $0.receives && takes($0) }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
