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

    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        let now = transport.lastArrival
        guard let header = RTPHeader(parsing: packet.bytes) else {
            call.surroundings.metrics.packetsRejected &+= 1
            return
        }
        congestion.arrived(header, in: packet.bytes, at: now)
        if let uplink = uplink(for: header, packet) {
            accept(header, of: uplink, in: call, buffer, length, now, isRetransmission: false)
        } else if let (uplink, payloadType) = repaired(by: header, packet) {
            var bytes = packet.mutableBytes
            guard
                let length = Retransmission.unwrap(
                    &bytes, header: header, length: length, payloadType: payloadType, ssrc: uplink.ssrc),
                let original = RTPHeader(parsing: UnsafeRawBufferPointer(rebasing: buffer[..<length]).bytes)
            else { return }
            accept(original, of: uplink, in: call, buffer, length, now, isRetransmission: true)
        } else {
            call.surroundings.metrics.packetsRejected &+= 1
        }
    }

    /// What a packet meets is handed from here to `carry`, so that it is not counted anew for each look at it.
    private func accept(
        _ header: RTPHeader, of uplink: Uplink, in call: Call, _ buffer: UnsafeMutableRawBufferPointer, _ length: Int,
        _ now: MonotonicInstant, isRetransmission: Bool
    ) {
        let arrival = uplink.recovery.received(
            header.sequenceNumber, isRetransmission: isRetransmission, roundTrip: reporting.recentRoundTrips.least,
            at: now)
        if uplink.recovery.hasMissing { lacksPackets = true }
        switch arrival {
        case .duplicate: return
        case .new, .late:
            // What came on a stream of its own does not count as received: loss means what the network lost.
            if isRetransmission { break }
            if arrival == .late {
                uplink.statistics.receivedLate()
            } else {
                uplink.statistics.received(
                    sequence: header.sequenceNumber, timestamp: header.timestamp, arrival: now)
            }
        }
        uplink.meter.count(length)
        uplink.flow.count(length)
        // Padding alone is how a sender probes the path; it is nothing that could be heard or seen.
        if header.payloadLength > 0 {
            uplink.quality.watch.count(sequence: header.sequenceNumber, timestamp: header.timestamp, at: now)
            call.recorder.count(header.payloadLength, from: seat)
            if call.meter.media(from: seat, at: now) { call.advanceClock(now) }
            mediaArrived(at: now)
        }
        guard call.meter.isOpen else {
            call.surroundings.metrics.packetsGated &+= 1
            return
        }
        var startsKeyFrame = false
        if uplink.slot != .mic, let kind = uplink.payload.kind {
            let payload = UnsafeRawBufferPointer(rebasing: buffer[header.payloadRange]).bytes
            startsKeyFrame = VideoPayload.startsKeyFrame(codec: kind, payload: payload)
            if startsKeyFrame {
                uplink.keyFrames.keyFrameStarted()
                uplink.recovery.keyFrameStarted(header.sequenceNumber)
            }
        }
        guard let way = ways[uplink.slot.index] else { return }
        // What follows a late packet was not waited for: nothing can begin with it.
        carry(
            header, of: uplink, in: call, over: way, way.downlink, buffer, length, now, startsKeyFrame: startsKeyFrame,
            mayBegin: arrival == .new)
    }

    private func carry(
        _ header: RTPHeader, of uplink: Uplink, in call: Call, over way: Way, _ downlink: Downlink,
        _ buffer: UnsafeMutableRawBufferPointer, _ length: Int, _ now: MonotonicInstant, startsKeyFrame: Bool,
        mayBegin: Bool
    ) {
        guard way.path.isConnected else { return }
        guard header.payloadLength > 0 else {
            return downlink.rewriter.skip(ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        }
        var bytes = buffer.mutableBytes
        var length = length
        guard let payloadType = payloadType(of: header, way, &bytes, &length),
            mayFeed(downlink, uplink, now, startsKeyFrame: startsKeyFrame && mayBegin)
        else { return }
        guard way.leg.admits(downlink, startsKeyFrame: startsKeyFrame && mayBegin) else {
            call.surroundings.metrics.packetsShed &+= 1
            return downlink.rewriter.skip(ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        }
        guard
            let out = downlink.rewriter.rewrite(
                ssrc: header.ssrc, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp,
                clockRate: uplink.payload.clockRate, now: now)
        else { return }
        // The packet that began the picture is lost, and would be too late for this stream.
        if out.startsSource, !startsKeyFrame, uplink.slot != .mic { requestKeyFrame(of: uplink, at: now) }
        RTPHeader.rewrite(
            in: &bytes, payloadType: payloadType, sequenceNumber: out.sequenceNumber, timestamp: out.timestamp,
            ssrc: downlink.ssrc)
        let element =
            header.extensionLength == 0
            ? nil : way.route.extensions.apply(to: &bytes, header: header, seeking: downlink.stamp.id)
        length = way.leg.stamp(downlink.stamp, &bytes, header, element, length, now)
        if downlink.remembers {
            downlink.history.store(
                sequence: out.sequenceNumber, bytes: UnsafeRawBufferPointer(rebasing: buffer[..<length]).bytes, at: now)
        }
        guard way.path.forwardRTP(buffer, length: length) else {
            call.surroundings.metrics.packetsUnsent &+= 1
            return
        }
        downlink.statistics.sent(timestamp: out.timestamp, payloadBytes: header.payloadLength, at: now)
        downlink.meter.count(length)
        forwarded.packets &+= 1
        forwarded.bytes &+= UInt64(truncatingIfNeeded: length)
    }

    /// Sends on what was forwarded of the packets that had arrived together. Each of them counts with the time of the one that waited
    /// longest: from the kernel's taking it to the last one's leaving.
    func transport(_ transport: PeerTransport, deliveredPacketsFrom arrival: Int64?) {
        guard forwarded.packets > 0, let other = call.other(than: seat) else { return }
        other.transport?.flushForwarded()
        let refused = min(other.takeUnsent(), forwarded.packets)
        let sent = forwarded.packets &- refused
        let bytes = refused == 0 ? forwarded.bytes : forwarded.bytes / forwarded.packets &* sent
        let surroundings = call.surroundings
        surroundings.metrics.packetsUnsent &+= refused
        surroundings.metrics.packetsForwarded &+= sent
        surroundings.metrics.bytesForwarded &+= bytes
        if let arrival {
            let waited = max(0, wallClockNanoseconds() &- arrival)
            surroundings.metrics.forwardLatency.observe(Double(waited) / 1e9, count: sent)
        }
        forwarded = (0, 0)
    }

    /// The receiver's payload type for a packet; nil where it cannot take it. Redundant audio is rewritten, or reduced to
    /// its newest frame where the receiver takes none.
    @inline(__always)
    private func payloadType(
        of header: RTPHeader, _ way: Way, _ bytes: inout MutableRawSpan, _ length: inout Int
    ) -> UInt8? {
        if header.payloadType == way.route.stripped {
            guard let frame = RedundantAudio.strip(&bytes, header: header) else { return nil }
            length = frame.length
            let type = way.payloadType(frame.payloadType)
            return type == 0xff ? nil : type
        }
        let type = way.payloadType(header.payloadType)
        guard type != 0xff else { return nil }
        if header.payloadType == way.route.redundant {
            guard RedundantAudio.rewrite(header.payloadRange, in: &bytes, types: way.route.payloadTypes) else {
                return nil
            }
        }
        return type
    }

    /// Whether a packet of `uplink` may go into the stream: late packets of a source that another one has replaced must
    /// not take it back.
    @inline(__always)
    private func mayFeed(
        _ downlink: Downlink, _ uplink: Uplink, _ now: MonotonicInstant, startsKeyFrame: Bool
    ) -> Bool {
        uplink.lastArrival = now
        if let layer = uplink.layer {
            // One layer at a time, and from one to the next at a key frame.
            if layer == downlink.layer.current { return true }
            guard startsKeyFrame, layer == downlink.layer.target ?? layer else { return false }
            downlink.layer.current = layer
            return true
        }
        guard let current = downlink.rewriter.currentSource, current != uplink.ssrc else { return true }
        guard let replaced = uplinks.first(where: { $0.ssrc == current }) else { return true }
        if uplink.isRetired, now.since(replaced.lastArrival) < Self.replacementSilence { return false }
        replaced.isRetired = true
        uplink.isRetired = false
        return true
    }
}
