import RTP
import SDP
import Transport

/// The path of a media packet (docs/architecture.md): meter, gate, rewrite, remember, send. Nothing here allocates or locks once a
/// stream is known.
extension Leg {
    /// Streams a peer may have at once, restarts of its encoders included; the oldest makes room.
    private static let uplinkLimit = 12
    /// A replaced source may only come back when its successor has been silent for this long.
    private static let replacementSilence = NanosecondCount.seconds(1)
    /// Every so many packets the forward latency is measured.
    private static let latencySampling: UInt64 = 16

    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        let now = transport.lastArrival
        guard let header = RTPHeader(parsing: packet.bytes), let uplink = uplink(for: header, packet) else {
            call.metrics.packetsRejected &+= 1
            return
        }
        uplink.statistics.received(sequence: header.sequenceNumber, timestamp: header.timestamp, arrival: now)
        uplink.meter.count(length)
        // Padding alone is how a sender probes the path; it is nothing that could be heard or seen.
        if header.payloadLength > 0 {
            uplink.quality.watch.count(sequence: header.sequenceNumber, timestamp: header.timestamp, at: now)
            call.recorder.count(header.payloadLength, from: seat)
            if call.meter.media(from: seat, at: now) { call.advanceClock(now) }
            mediaArrived(at: now)
        }
        guard call.meter.isOpen else {
            call.metrics.packetsGated &+= 1
            return
        }
        if uplink.slot != .mic, let kind = uplink.negotiation.kind(header.payloadType) {
            let payload = packet.bytes.extracting(header.payloadRange)
            if VideoPayload.startsKeyFrame(codec: kind, payload: payload) { uplink.keyFrames.keyFrameStarted() }
        }
        forward(header, of: uplink, buffer, length, now)
    }

    private func forward(
        _ header: RTPHeader, of uplink: Uplink, _ buffer: UnsafeMutableRawBufferPointer, _ length: Int,
        _ now: MonotonicInstant
    ) {
        guard let other = call.other(than: seat), let route = routes[uplink.slot.index],
            let downlink = other.downlinks[uplink.slot.index], let path = other.transport, path.state == .connected
        else { return }
        guard header.payloadLength > 0 else {
            return downlink.rewriter.skip(ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        }
        let payloadType = route.payloadTypes[Int(header.payloadType & 0x7f)]
        guard payloadType != 0xff, mayFeed(downlink, uplink, now),
            let out = downlink.rewriter.rewrite(
                ssrc: header.ssrc, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
                clockRate: uplink.negotiation.clockRate(header.payloadType), now: now)
        else { return }
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        var bytes = packet.mutableBytes
        RTPHeader.rewrite(
            in: &bytes, payloadType: payloadType, sequenceNumber: out.sequenceNumber, timestamp: out.timestamp,
            ssrc: downlink.ssrc)
        route.extensions.apply(to: &bytes, header: header)
        downlink.history.store(sequence: out.sequenceNumber, bytes: packet.bytes, at: now)
        guard path.sendRTP(buffer, length: length) else { return }
        downlink.statistics.sent(timestamp: out.timestamp, payloadBytes: header.payloadLength, at: now)
        downlink.meter.count(length)
        call.metrics.packetsForwarded &+= 1
        call.metrics.bytesForwarded &+= UInt64(truncatingIfNeeded: length)
        if call.metrics.packetsForwarded % Self.latencySampling == 0 {
            call.metrics.forwardLatency.observe(Double(MonotonicInstant.now().since(now)) / 1e9)
        }
    }

    /// Whether a packet of `uplink` may go into the stream: late packets of a source that another one has replaced must
    /// not take it back.
    @inline(__always)
    private func mayFeed(_ downlink: Downlink, _ uplink: Uplink, _ now: MonotonicInstant) -> Bool {
        uplink.lastArrival = now
        guard let current = downlink.rewriter.currentSource, current != uplink.ssrc else { return true }
        guard let replaced = uplinks.first(where: { $0.ssrc == current }) else { return true }
        if uplink.isRetired, now.since(replaced.lastArrival) < Self.replacementSilence { return false }
        replaced.isRetired = true
        uplink.isRetired = false
        return true
    }

    // MARK: Whose stream is it

    @inline(__always)
    private func uplink(for header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> Uplink? {
        for uplink in uplinks where uplink.ssrc == header.ssrc {
            return uplink.negotiation.clockRate(header.payloadType) == 0 ? nil : uplink
        }
        return discover(header, packet)
    }

    /// Binds an unknown SSRC to a slot as RFC 8843 §9.2 says: by MID, by the SSRCs of the offer, by a payload type that only one
    /// m-line has.
    private func discover(_ header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> Uplink? {
        guard let negotiation = slot(of: header, packet), negotiation.receives,
            negotiation.clockRate(header.payloadType) != 0
        else { return nil }
        let uplink = Uplink(ssrc: header.ssrc, negotiation: negotiation)
        if uplinks.count >= Self.uplinkLimit {
            recordLosses()
            uplinks.removeFirst()
        }
        uplinks.append(uplink)
        if uplink.slot != .mic { requestKeyFrame(of: uplink, at: transport?.lastArrival ?? .now()) }
        return uplink
    }

    private func slot(of header: RTPHeader, _ packet: UnsafeMutableRawBufferPointer) -> SlotNegotiation? {
        for case let slot? in slots {
            guard let id = slot.extensions.first(where: { $0.uri == "urn:ietf:params:rtp-hdrext:sdes:mid" })?.id,
                let range = header.value(of: id, in: packet.bytes)
            else { continue }
            if slot.mid.utf8.elementsEqual(packet[range]) { return slot }
        }
        if let media = session?.media.first(where: { $0.remoteSources.contains { $0.ssrc == header.ssrc } }),
            let slot = media.slot
        {
            return slots[slot.index]
        }
        let candidates = slots.compactMap { $0 }.filter { $0.receives && $0.clockRate(header.payloadType) != 0 }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
