import Glibc
import RTP
import Transport

/// A caller's RTCP (RFC 3550 §6): reports once a second, key frames and lost packets on request.
extension Caller {
    static let reportInterval = NanosecondCount.seconds(1)

    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        var reader = RTCPReader()
        // What follows a fault is not read.
        while let element = try? reader.next(in: packet.bytes) { received(element, transport) }
    }

    private func received(_ element: RTCPPacket, _ transport: PeerTransport) {
        switch element {
        case .senderReport(let ssrc, let info, _):
            heard.senderReport(info, of: ssrc, at: transport.lastArrival)
            seen?.senderReport(info, of: ssrc, at: transport.lastArrival)
        case .pictureLossIndication(_, let media): restart(media)
        case .fullIntraRequest(_, let entries): for entry in entries { restart(entry.ssrc) }
        case .genericNACK(_, let media, let lost): sendAgain(lost, of: media, transport)
        case .receiverReport, .sourceDescription, .goodbye, .receiverEstimatedMaximumBitrate, .transportFeedback,
            .unknown:
            break
        }
    }

    private func restart(_ ssrc: UInt32) {
        for index in senders.indices where senders[index].ssrc == ssrc {
            counters.keyFrameRequests &+= 1
            senders[index].restart()
        }
    }

    private func sendAgain(_ lost: [LostPackets], of ssrc: UInt32, _ transport: PeerTransport) {
        guard let sender = senders.first(where: { $0.ssrc == ssrc }) else { return }
        withUnsafeTemporaryAllocation(byteCount: MediaClip.packetLimit + mediaCipherRoom, alignment: 8) { buffer in
            for group in lost {
                group.forEach { sequence in
                    counters.packetsAskedAgain &+= 1
                    guard let length = sender.write(again: sequence, into: buffer),
                        transport.sendRTP(buffer, length: length)
                    else { return }
                    counters.packetsSentAgain &+= 1
                }
            }
        }
    }

    /// Sends the reports that are due.
    func report(_ now: MonotonicInstant) {
        guard let due = reportDue, now >= due, let transport else { return }
        reportDue =
            due.advanced(by: Self.reportInterval) > now
            ? due.advanced(by: Self.reportInterval) : now.advanced(by: Self.reportInterval)
        var blocks: [ReportBlock] = []
        if let block = heard.reportBlock(now) { blocks.append(block) }
        if let block = seen?.reportBlock(now) { blocks.append(block) }
        var writer = RTCPWriter(capacity: 256)
        for sender in senders {
            // Blocks belong into the first report.
            guard let info = senderInfo(sender, now) else { continue }
            writer.senderReport(ssrc: sender.ssrc, info, blocks)
            writer.sourceDescription(ssrc: sender.ssrc, canonicalName: cname)
            blocks = []
        }
        guard !writer.bytes.isEmpty else { return }
        _ = transport.sendRTCP(writer.bytes)
    }

    /// RFC 7022.
    var cname: String { "load-\(room)-\(seat.rawValue)" }

    private func senderInfo(_ sender: ClipSender, _ now: MonotonicInstant) -> SenderInfo? {
        guard let last = sender.lastFrame else { return nil }
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let elapsed = max(0, now.since(last.due)) &* Int64(sender.clip.clockRate) / .seconds(1)
        return SenderInfo(
            ntp: NTPTime(unixNanoseconds: .seconds(Int64(wall.tv_sec)) &+ Int64(wall.tv_nsec)),
            rtpTimestamp: last.timestamp &+ UInt32(truncatingIfNeeded: elapsed), packetCount: sender.packets,
            octetCount: sender.octets)
    }
}
