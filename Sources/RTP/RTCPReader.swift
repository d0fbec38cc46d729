/// Walks the packets of a compound RTCP packet without keeping the datagram.
///
///     var reader = RTCPReader()
///     while let packet = try reader.next(in: datagram) { … }
///
/// Reduced-size packets (RFC 5506) are taken as well: any packet may come first. The lists of a packet are arrays of
/// at most `RTCPPacket.entryLimit` entries.
public struct RTCPReader: Sendable {
    /// Where the next packet begins.
    public private(set) var offset = 0

    /// A reader before the first packet.
    public init() {}

    /// The next packet; nil at the end. After an error the reader is at the end.
    public mutating func next(in datagram: RawSpan) throws(RTCPError) -> RTCPPacket? {
        guard offset < datagram.byteCount else { return nil }
        do {
            return try read(datagram)
        } catch {
            offset = datagram.byteCount
            throw error
        }
    }

    /// RFC 3550 §6.4.1: the header all packets share.
    private mutating func read(_ datagram: RawSpan) throws(RTCPError) -> RTCPPacket {
        let start = offset
        guard datagram.byteCount &- start >= 4 else { throw .truncated }
        let first = datagram.byte(at: start)
        guard first >> 6 == 2 else { throw .version }
        let length = 4 &* (Int(datagram.uint16(at: start &+ 2)) &+ 1)
        guard length <= datagram.byteCount &- start else { throw .truncated }
        offset = start &+ length
        var end = offset
        if first & 0x20 != 0 {
            let padding = Int(datagram.byte(at: end &- 1))
            guard padding > 0, padding <= length &- 4, end == datagram.byteCount else { throw .padding }
            end &-= padding
        }
        let type = datagram.byte(at: start &+ 1)
        let content = RTCPContent(format: first & 0x1F, start: start &+ 4, end: end)
        switch type {
        case 200: return try content.senderReport(datagram)
        case 201: return try content.receiverReport(datagram)
        case 202: return try content.sourceDescription(datagram)
        case 203: return try content.goodbye(datagram)
        case 205: return try content.transportFeedback(datagram, type)
        case 206: return try content.payloadFeedback(datagram, type)
        default: return .unknown(type: type, format: content.format)
        }
    }
}

/// What follows the common header of one packet, without padding.
private struct RTCPContent {
    /// The count of reports or sources, or the feedback's format.
    let format: UInt8
    let start: Int
    let end: Int

    var length: Int { end &- start }

    func senderReport(_ datagram: RawSpan) throws(RTCPError) -> RTCPPacket {
        guard length >= 24 else { throw .truncated }
        let info = SenderInfo(
            ntp: NTPTime(
                value: UInt64(datagram.uint32(at: start &+ 4)) << 32 | UInt64(datagram.uint32(at: start &+ 8))),
            rtpTimestamp: datagram.uint32(at: start &+ 12),
            packetCount: datagram.uint32(at: start &+ 16),
            octetCount: datagram.uint32(at: start &+ 20))
        return .senderReport(ssrc: datagram.uint32(at: start), info, try reportBlocks(datagram, start &+ 24))
    }

    func receiverReport(_ datagram: RawSpan) throws(RTCPError) -> RTCPPacket {
        guard length >= 4 else { throw .truncated }
        return .receiverReport(ssrc: datagram.uint32(at: start), try reportBlocks(datagram, start &+ 4))
    }

    private func reportBlocks(_ datagram: RawSpan, _ offset: Int) throws(RTCPError) -> [ReportBlock] {
        let count = Int(format)
        guard end &- offset >= 24 &* count else { throw .truncated }
        return (0..<count).map { index in
            let block = offset &+ 24 &* index
            return ReportBlock(
                ssrc: datagram.uint32(at: block),
                fractionLost: datagram.byte(at: block &+ 4),
                // Shifted up and down again: 24 bits with their sign.
                cumulativeLost: Int32(bitPattern: datagram.uint24(at: block &+ 5) << 8) >> 8,
                extendedHighestSequence: datagram.uint32(at: block &+ 8),
                jitter: datagram.uint32(at: block &+ 12),
                lastSenderReport: datagram.uint32(at: block &+ 16),
                delaySinceLastSenderReport: datagram.uint32(at: block &+ 20))
        }
    }

    func sourceDescription(_ datagram: RawSpan) throws(RTCPError) -> RTCPPacket {
        var chunks: [SourceDescription] = []
        var offset = start
        for _ in 0..<Int(format) {
            guard end &- offset >= 4 else { throw .truncated }
            var chunk = SourceDescription(ssrc: datagram.uint32(at: offset), canonicalName: nil)
            offset &+= 4
            while true {
                guard offset < end else { throw .truncated }
                let item = datagram.byte(at: offset)
                // RFC 3550 §6.5: a null byte ends the items, and more fill up to the next 32-bit boundary.
                if item == 0 { break }
                guard end &- offset >= 2 else { throw .truncated }
                let length = Int(datagram.byte(at: offset &+ 1))
                guard length <= end &- offset &- 2 else { throw .truncated }
                if item == 1 {
                    chunk.canonicalName = datagram.extracting((offset &+ 2)..<(offset &+ 2 &+ length))
                        .withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                }
                offset &+= 2 &+ length
            }
            offset = start &+ ((offset &- start) & ~3) &+ 4
            chunks.append(chunk)
        }
        return .sourceDescription(chunks)
    }

    func goodbye(_ datagram: RawSpan) throws(RTCPError) -> RTCPPacket {
        guard length >= 4 &* Int(format) else { throw .truncated }
        return .goodbye((0..<Int(format)).map { datagram.uint32(at: start &+ 4 &* $0) })
    }

    /// RFC 4585 §6.1: feedback begins with two SSRCs.
    func transportFeedback(_ datagram: RawSpan, _ type: UInt8) throws(RTCPError) -> RTCPPacket {
        guard length >= 8 else { throw .truncated }
        let sender = datagram.uint32(at: start)
        let media = datagram.uint32(at: start &+ 4)
        switch format {
        case 1:
            let lost = entries(of: 4) { offset in
                LostPackets(first: datagram.uint16(at: offset), following: datagram.uint16(at: offset &+ 2))
            }
            return .genericNACK(sender: sender, media: media, lost)
        case 15: return .transportFeedback(sender: sender, media: media, content: (start &+ 8)..<end)
        default: return .unknown(type: type, format: format)
        }
    }

    func payloadFeedback(_ datagram: RawSpan, _ type: UInt8) throws(RTCPError) -> RTCPPacket {
        guard length >= 8 else { throw .truncated }
        let sender = datagram.uint32(at: start)
        switch format {
        case 1: return .pictureLossIndication(sender: sender, media: datagram.uint32(at: start &+ 4))
        case 4:
            let requests = entries(of: 8) { offset in
                FullIntraRequestEntry(
                    ssrc: datagram.uint32(at: offset), sequenceNumber: datagram.byte(at: offset &+ 4))
            }
            return .fullIntraRequest(sender: sender, requests)
        case 15: return bitrateEstimate(datagram, sender) ?? .unknown(type: type, format: format)
        default: return .unknown(type: type, format: format)
        }
    }

    /// Application-layer feedback named "REMB"; nil where it is another application's.
    private func bitrateEstimate(_ datagram: RawSpan, _ sender: UInt32) -> RTCPPacket? {
        guard length >= 16, datagram.uint32(at: start &+ 8) == 0x5245_4D42 else { return nil }
        let count = Int(datagram.byte(at: start &+ 12))
        guard length &- 16 >= 4 &* count else { return nil }
        let exponent = UInt64(datagram.byte(at: start &+ 13) >> 2)
        let mantissa = UInt64(datagram.uint24(at: start &+ 13) & 0x3FFFF)
        // The exponent has six bits; what does not fit in 64 is more than any link carries.
        let bitrate = exponent <= 46 ? mantissa << exponent : mantissa == 0 ? 0 : .max
        return .receiverEstimatedMaximumBitrate(
            sender: sender, bitrate: bitrate,
            ssrcs: (0..<min(count, RTCPPacket.entryLimit)).map { datagram.uint32(at: start &+ 16 &+ 4 &* $0) })
    }

    /// The entries of `size` bytes that follow the two SSRCs; a rest shorter than one is ignored.
    private func entries<Entry>(of size: Int, _ read: (Int) -> Entry) -> [Entry] {
        let count = min((length &- 8) / size, RTCPPacket.entryLimit)
        return (0..<count).map { read(start &+ 8 &+ size &* $0) }
    }
}
