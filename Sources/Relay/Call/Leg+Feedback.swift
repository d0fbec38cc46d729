import Glibc
import RTP
import SDP
import Transport

/// What a leg keeps for its own RTCP (RFC 3550 §6): we are a receiver of each uplink and a sender of each downlink.
struct LegReporting {
    /// RFC 7022: a random name for the life of the path.
    let cname = (0..<4).map { _ in String(UInt32.random(in: 0...(.max)), radix: 36) }.joined()
    /// The SSRC our receiver reports come from where we send nothing.
    let ssrc = UInt32.random(in: 1...(.max))
    /// What to add to this peer's NTP clock to get ours, in nanoseconds; the smallest difference seen is the one with the least
    /// delay in it. The same for all streams of the peer, so that sound and picture stay together.
    var clockOffset: Int64?
    /// Round trip to the peer in nanoseconds, from its report blocks.
    var roundTrip: NanosecondCount?
}

extension Leg {
    // MARK: From the peer

    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        let now = transport.lastArrival
        var reader = RTCPReader(packet.bytes)
        while let element = reader.next() {
            switch element {
            case .senderReport(let ssrc, let info, let blocks):
                received(info, of: ssrc, at: now)
                received(blocks, at: now)
            case .receiverReport(_, let blocks): received(blocks, at: now)
            case .pictureLossIndication(_, let media): requestKeyFrame(for: media, at: now)
            case .fullIntraRequest(_, let media): for ssrc in media { requestKeyFrame(for: ssrc, at: now) }
            case .genericNACK(_, let media, let lost): retransmit(lost, of: media, at: now)
            case .sourceDescription, .goodbye, .receiverEstimatedMaximumBitrate, .transportFeedback, .unknown: break
            }
        }
        if reader.isMalformed { call.metrics.packetsRejected &+= 1 }
    }

    private func received(_ info: SenderInfo, of ssrc: UInt32, at now: MonotonicInstant) {
        guard let uplink = uplinks.first(where: { $0.ssrc == ssrc }) else { return }
        uplink.statistics.senderReport(ntpMiddle: info.ntpMiddle, at: now)
        let ntp = info.ntpNanoseconds
        uplink.senderClock = (ntp, info.rtpTimestamp)
        let offset = WallClock.nanoseconds() &- ntp
        reporting.clockOffset = min(reporting.clockOffset ?? offset, offset)
    }

    private func received(_ blocks: [ReportBlock], at now: MonotonicInstant) {
        for block in blocks {
            guard let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { $0.ssrc == block.ssrc }) else { continue }
            downlink.report = block
            if let roundTrip = block.roundTrip(receivedAt: WallClock.ntpMiddle()) { reporting.roundTrip = roundTrip }
        }
    }

    private func retransmit(_ lost: [UInt16], of ssrc: UInt32, at now: MonotonicInstant) {
        guard call.meter.isOpen, let transport,
            let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { $0.ssrc == ssrc })
        else { return }
        withUnsafeTemporaryAllocation(byteCount: PacketHistory.packetLimit + mediaCipherRoom, alignment: 8) { buffer in
            for sequence in lost {
                guard let length = downlink.history.retrieve(sequence: sequence, now: now, into: buffer) else { continue }
                if transport.sendRTP(buffer, length: length) {
                    downlink.statistics.retransmitted(bytes: length)
                    call.metrics.packetsRetransmitted &+= 1
                }
            }
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
            requestKeyFrame(of: uplink, at: now)
        }
    }

    func requestKeyFrame(of uplink: Uplink, at now: MonotonicInstant) {
        if uplink.keyFrames.request(at: now) { sendPictureLossIndication(uplink) }
    }

    func sendPictureLossIndication(_ uplink: Uplink) {
        var writer = RTCPWriter()
        writer.pictureLossIndication(sender: reporting.ssrc, media: uplink.ssrc)
        _ = transport?.sendRTCP(writer.bytes)
    }

    // MARK: Our own reports

    /// One compound packet: a sender report for each stream with a known clock, report blocks for what is received, and our CNAME.
    func sendReports(_ now: MonotonicInstant) {
        guard let transport, transport.state == .connected else { return }
        let wall = WallClock.nanoseconds()
        var blocks = uplinks.compactMap { $0.statistics.reportBlock(at: now) }
        countLoss()
        var writer = RTCPWriter()
        var described = reporting.ssrc
        for case let downlink? in downlinks {
            guard let info = senderInfo(of: downlink, wall: wall) else { continue }
            writer.senderReport(ssrc: downlink.ssrc, info: info, blocks: blocks)
            blocks = []
            described = downlink.ssrc
        }
        if writer.bytes.isEmpty || !blocks.isEmpty { writer.receiverReport(ssrc: reporting.ssrc, blocks: blocks) }
        writer.sourceDescription(ssrc: described, cname: reporting.cname)
        _ = transport.sendRTCP(writer.bytes)
    }

    /// The sender's own NTP–RTP relation carried over to our clock and the stream's new timestamps; nil until the sender
    /// has told it.
    private func senderInfo(of downlink: Downlink, wall: Int64) -> SenderInfo? {
        guard downlink.statistics.packets > 0, let source = call.other(than: seat), let offset = source.reporting.clockOffset,
            let uplink = source.uplinks.last(where: { $0.slot == downlink.slot && $0.ssrc == downlink.rewriter.sourceSSRC }),
            let clock = uplink.senderClock, let timestamp = downlink.rewriter.outTimestamp(forSource: clock.timestamp)
        else { return nil }
        let elapsed = wall &- (clock.ntp &+ offset)
        let ticks = Int64((Double(elapsed) * Double(uplink.statistics.clockRate) / 1e9).rounded())
        return SenderInfo(
            ntpNanoseconds: wall, rtpTimestamp: timestamp &+ UInt32(truncatingIfNeeded: ticks),
            packetCount: downlink.statistics.packets, octetCount: downlink.statistics.octets)
    }

    private func countLoss() {
        for uplink in uplinks {
            let lost = uplink.statistics.cumulativeLost
            if lost > uplink.lossCounted {
                call.metrics.packetsLost &+= UInt64(lost - uplink.lossCounted)
                uplink.lossCounted = lost
            }
        }
    }
}

/// The wall clock, for the NTP timestamps of reports (RFC 3550 §4).
enum WallClock {
    /// Nanoseconds since 1970.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The middle 32 bits of the present NTP timestamp.
    static func ntpMiddle() -> UInt32 { NTPTimestamp(unixNanoseconds: nanoseconds()).middle }
}
