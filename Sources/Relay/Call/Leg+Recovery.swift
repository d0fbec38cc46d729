import RTP
import SDP
import Transport

/// Recovery of lost packets on both sides of the relay: what a sender's path lost is asked for, what a receiver's path
/// lost is sent again.
extension Leg {
    /// Asks the sender for what is missing (RFC 4585 §6.2.1), and for key frames where asking helps no more.
    func recoverLosses(_ now: MonotonicInstant) {
        guard let transport, transport.isConnected else { return }
        var writer: RTCPWriter?
        lacksPackets = false
        for uplink in uplinks where uplink.recovery.hasMissing {
            lacksPackets = true
            var lost: [UInt16] = []
            let isBroken = uplink.recovery.due(at: now, roundTrip: reporting.recentRoundTrips.least, into: &lost)
            if isBroken, uplink.slot != .mic, isNeeded(uplink) { requestKeyFrame(of: uplink, at: now) }
            guard !lost.isEmpty, call.meter.isOpen, isNeeded(uplink) else { continue }
            var compound = writer ?? RTCPWriter()
            compound.genericNACK(sender: reporting.ssrc, media: uplink.ssrc, LostPackets.pack(lost))
            writer = compound
        }
        if let writer { _ = transport.sendRTCP(writer.bytes) }
    }

    /// Whether anybody is sent what this stream carries: of simulcast layers only one is.
    private func isNeeded(_ uplink: Uplink) -> Bool {
        guard let layer = uplink.layer else { return !uplink.isRetired }
        guard let downlink = call.other(than: seat)?.downlinks[uplink.slot.index] else { return false }
        return layer == downlink.layer.current || layer == downlink.layer.target
    }

    /// Answers a NACK from the history, on a stream of its own where that was negotiated (RFC 4588). What the relay never
    /// had itself, it has asked the sender for already.
    func retransmit(_ lost: [LostPackets], of ssrc: UInt32, at now: MonotonicInstant) {
        guard call.meter.isOpen, let transport, transport.isConnected,
            let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { $0.ssrc == ssrc }),
            let negotiation = slots[downlink.slot.index], downlink.slot == .mic || !congestion.down.isShedding
        else { return }
        // An answer that is still on its way is not sent again.
        let interval = (reporting.recentRoundTrips.least ?? 0) / 4 &* 3
        withUnsafeTemporaryAllocation(byteCount: Downlink.packetLimit + Self.room, alignment: 8) { buffer in
            for group in lost {
                group.forEach { sequence in
                    var bytes = buffer.mutableBytes
                    guard
                        let length = downlink.history.retrieve(
                            sequence: sequence, now: now, minimumInterval: interval, into: &bytes)
                    else { return }
                    let sent = repair(downlink, negotiation, &bytes, length, now) ?? length
                    if transport.sendRTP(buffer, length: sent) { call.surroundings.metrics.packetsRetransmitted &+= 1 }
                }
            }
        }
    }

    /// What a packet may grow by on its way out: a retransmission's number, our extension element, SRTP.
    private static let room = Retransmission.overhead + 8 + mediaCipherRoom

    /// Makes a retransmission of the packet in `bytes`; nil, with nothing changed, where none was negotiated. Then the packet
    /// goes out again as it was, to the last byte: SRTP must not protect two different packets with one number.
    private func repair(
        _ downlink: Downlink, _ negotiation: SlotNegotiation, _ bytes: inout MutableRawSpan, _ length: Int,
        _ now: MonotonicInstant
    ) -> Int? {
        guard let header = RTPHeader(parsing: bytes.bytes.extracting(0..<length)),
            let payloadType = negotiation.repair(header.payloadType),
            let grown = Retransmission.wrap(
                &bytes, header: header, length: length, payloadType: payloadType,
                sequenceNumber: downlink.repairSequence, ssrc: downlink.repairSSRC)
        else { return nil }
        downlink.repairSequence &+= 1
        let element = downlink.stamp.id == 0 ? nil : header.value(of: downlink.stamp.id, in: bytes.bytes)
        return stamp(downlink.stamp, &bytes, header, element, grown, now)
    }

    /// Sends padding on the retransmission stream of a video slot, `count` bytes of it or a little more: what a probe needs
    /// beside the media (RFC 4588 leaves an empty payload to whoever sends it; browsers do the same).
    func sendPadding(_ count: Int, at now: MonotonicInstant) {
        guard let transport, transport.isConnected, call.meter.isOpen,
            let downlink = downlinks.lazy.compactMap({ $0 }).first(where: { self.repairType(of: $0) != nil }),
            let payloadType = repairType(of: downlink)
        else { return }
        let length = RTPHeader.minimumLength + Self.padding
        var rest = count
        withUnsafeTemporaryAllocation(byteCount: length + Self.room, alignment: 8) { buffer in
            while rest > 0 {
                var bytes = buffer.mutableBytes
                buffer.initializeMemory(as: UInt8.self, repeating: 0)
                bytes.set(UInt8(0xA0), at: 0)
                RTPHeader.rewrite(
                    in: &bytes, payloadType: payloadType, sequenceNumber: downlink.repairSequence,
                    timestamp: downlink.statistics.lastTimestamp, ssrc: downlink.repairSSRC)
                bytes.set(UInt8(Self.padding), at: length - 1)
                guard let header = RTPHeader(parsing: bytes.bytes.extracting(0..<length)) else { return }
                let sent = stamp(downlink.stamp, &bytes, header, nil, length, now)
                downlink.repairSequence &+= 1
                guard transport.sendRTP(buffer, length: sent) else { return }
                call.surroundings.metrics.packetsProbing &+= 1
                rest -= sent + DownlinkCongestion.overhead
            }
        }
    }

    /// Bytes of padding in a packet: all that its last byte can count.
    private static let padding = 255

    private func repairType(of downlink: Downlink) -> UInt8? {
        guard downlink.slot != .mic, downlink.statistics.packets > 0 else { return nil }
        return slots[downlink.slot.index]?.anyRepair
    }
}
