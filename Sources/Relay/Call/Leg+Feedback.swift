import RTP
import SDP
import Transport

/// What a leg keeps for its own RTCP (RFC 3550 §6): we are a receiver of each uplink and a sender of each downlink.
struct LegReporting {
    /// What repeated packets are paced by.
    var recentRoundTrips = RecentRoundTrips()
    /// RFC 7022: a random name for the life of the path.
    let cname = (0..<4).map { _ in String(UInt32.random(in: 0...(.max)), radix: 36) }.joined()
    /// The SSRC our receiver reports come from where we send nothing.
    let ssrc = UInt32.random(in: 1...(.max))
    /// Round trip to the peer in nanoseconds, from its report blocks.
    var roundTrip: NanosecondCount?
    var quality = LegQuality()
}

extension Leg {
    // MARK: From the peer

    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        let now = transport.lastArrival
        var reader = RTCPReader()
        do {
            while let element = try reader.next(in: packet.bytes) { received(element, in: packet.bytes, at: now) }
        } catch {
            call.surroundings.metrics.packetsRejected &+= 1
        }
    }

    private func received(_ element: RTCPPacket, in datagram: RawSpan, at now: MonotonicInstant) {
        switch element {
        case .senderReport(let ssrc, let info, let blocks):
            received(info, of: ssrc, at: now)
            received(blocks, at: now)
        case .receiverReport(_, let blocks): received(blocks, at: now)
        case .pictureLossIndication(_, let media): requestKeyFrame(for: media, at: now)
        case .fullIntraRequest(_, let entries): for entry in entries { requestKeyFrame(for: entry.ssrc, at: now) }
        case .genericNACK(_, let media, let lost): retransmit(lost, of: media, at: now)
        case .transportFeedback(_, _, let content): received(content, in: datagram, at: now)
        case .receiverEstimatedMaximumBitrate(_, let bitrate, _): congestion.receiverLimit = Double(bitrate)
        case .sourceDescription, .goodbye, .unknown: break
        }
    }

    private func received(_ info: SenderInfo, of ssrc: UInt32, at now: MonotonicInstant) {
        guard let uplink = uplinks.first(where: { $0.ssrc == ssrc }) else { return }
        uplink.statistics.senderReport(ntpMiddle: info.ntp.middle, at: now)
        uplink.senderClock = (info.ntp, info.rtpTimestamp, now)
    }

    private func received(_ blocks: [ReportBlock], at now: MonotonicInstant) {
        for block in blocks {
            guard let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { $0.ssrc == block.ssrc }) else {
                continue
            }
            if downlink.statistics.received(block, at: now), let roundTrip = downlink.statistics.roundTrip {
                reporting.roundTrip = roundTrip
                reporting.recentRoundTrips.add(roundTrip)
            }
            guard downlink.slot != .mic else { continue }
            let sending = call.other(than: seat)?.uplinks.reduce(0) { $0 + $1.flow.bitrate } ?? 0
            congestion.reported(
                Double(block.fractionLost) / 256, sending: sending, roundTrip: reporting.roundTrip, at: now)
        }
    }

    // MARK: Key frames

    /// This leg's receiver needs a key frame of a stream it is sent.
    private func requestKeyFrame(for ssrc: UInt32, at now: MonotonicInstant) {
        guard let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { $0.ssrc == ssrc }) else { return }
        call.other(than: seat)?.requestKeyFrames(of: downlink.slot, at: now)
    }

    /// Asks this leg's sender for key frames of all its pictures, or of one slot.
    func requestKeyFrames(of slot: MediaSlot? = nil, at now: MonotonicInstant) {
        for uplink in uplinks where uplink.slot != .mic && (slot == nil || uplink.slot == slot) {
            // Of simulcast layers the one that is sent, or is about to be.
            if let layer = uplink.layer, let sent = call.other(than: seat)?.downlinks[uplink.slot.index]?.layer,
                let wanted = sent.target ?? sent.current, wanted != layer
            {
                continue
            }
            requestKeyFrame(of: uplink, at: now)
        }
    }

    func requestKeyFrame(of uplink: Uplink, at now: MonotonicInstant) {
        awaitsKeyFrames = true
        if uplink.keyFrames.request(at: now) { sendPictureLossIndication(uplink) }
    }

    /// Asks again for what did not come.
    func repeatKeyFrameRequests(_ now: MonotonicInstant) {
        awaitsKeyFrames = false
        for uplink in uplinks where uplink.keyFrames.deadline != nil {
            awaitsKeyFrames = true
            if uplink.keyFrames.due(at: now) { sendPictureLossIndication(uplink) }
        }
    }

    func sendPictureLossIndication(_ uplink: Uplink) {
        var writer = RTCPWriter()
        writer.pictureLossIndication(sender: reporting.ssrc, media: uplink.ssrc)
        _ = transport?.sendRTCP(writer.bytes)
    }

    // MARK: Our own reports

    /// One compound packet: a sender report for each stream whose source has told its clock, report blocks for what is received,
    /// and our CNAME (RFC 3550 §6.1).
    func sendReports(_ now: MonotonicInstant) {
        guard let transport, transport.isConnected else { return }
        var blocks: [ReportBlock] = []
        for uplink in uplinks {
            if let block = uplink.statistics.reportBlock(now: now) { blocks.append(block) }
        }
        countLoss()
        var writer = RTCPWriter()
        var described = reporting.ssrc
        for case let downlink? in downlinks {
            guard let info = senderInfo(of: downlink, now) else { continue }
            writer.senderReport(ssrc: downlink.ssrc, info, blocks)
            downlink.statistics.reportSent(ntpMiddle: info.ntp.middle, at: now)
            blocks = []
            described = downlink.ssrc
        }
        if writer.bytes.isEmpty || !blocks.isEmpty { writer.receiverReport(ssrc: reporting.ssrc, blocks) }
        writer.sourceDescription(ssrc: described, canonicalName: reporting.cname)
        _ = transport.sendRTCP(writer.bytes)
    }

    /// The source's own pair of NTP and RTP time, carried on to now and over to the stream's timestamps, so that a peer's
    /// sound and picture stay together at the receiver; nil until the source has reported.
    private func senderInfo(of downlink: Downlink, _ now: MonotonicInstant) -> SenderInfo? {
        guard let source = downlink.rewriter.currentSource,
            let uplink = call.other(than: seat)?.uplinks.first(where: { $0.ssrc == source }),
            let clock = uplink.senderClock,
            let timestamp = downlink.rewriter.outTimestamp(forSource: clock.timestamp)
        else { return nil }
        let elapsed = max(0, now.since(clock.arrival))
        let ticks = RTPClock.units(elapsed, rate: uplink.statistics.clockRate)
        return downlink.statistics.senderInfo(
            ntp: NTPTime(unixNanoseconds: clock.ntp.unixNanoseconds &+ elapsed),
            rtpTimestamp: timestamp &+ UInt32(truncatingIfNeeded: ticks))
    }

    private func countLoss() {
        for uplink in uplinks where uplink.statistics.lost > uplink.lossCounted {
            call.surroundings.metrics.packetsLost &+= UInt64(uplink.statistics.lost &- uplink.lossCounted)
            uplink.lossCounted = uplink.statistics.lost
        }
        for uplink in uplinks {
            let fates = PacketFates(uplink.recovery)
            call.surroundings.metrics[uplink.slot].add(fates, since: uplink.fatesCounted)
            uplink.fatesCounted = fates
        }
    }
}
