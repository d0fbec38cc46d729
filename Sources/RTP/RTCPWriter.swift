/// Builds a compound RTCP packet, one packet after the other (RFC 3550 §6.1).
///
/// A compound begins with a report and a source description; where both sides agreed on reduced size (RFC 5506) it may
/// begin with feedback. The writer writes what it is told, in that order. It can be emptied and used again without
/// losing its buffer.
public struct RTCPWriter: Sendable {
    /// The compound so far.
    public private(set) var bytes: [UInt8] = []

    /// A writer with room for `capacity` bytes, by default an MTU.
    public init(capacity: Int = 1200) { bytes.reserveCapacity(capacity) }

    /// Forgets what was written and keeps the buffer.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// A sender report with at most 31 blocks; more are left out (RFC 3550 §6.4.1).
    public mutating func senderReport(ssrc: UInt32, _ info: SenderInfo, _ blocks: [ReportBlock] = []) {
        packet(type: 200, format: UInt8(min(blocks.count, 31))) { writer in
            writer.append(ssrc)
            writer.append(UInt32(truncatingIfNeeded: info.ntp.value >> 32))
            writer.append(UInt32(truncatingIfNeeded: info.ntp.value))
            writer.append(info.rtpTimestamp)
            writer.append(info.packetCount)
            writer.append(info.octetCount)
            writer.append(blocks)
        }
    }

    /// A receiver report with at most 31 blocks; more are left out (RFC 3550 §6.4.2).
    public mutating func receiverReport(ssrc: UInt32, _ blocks: [ReportBlock] = []) {
        packet(type: 201, format: UInt8(min(blocks.count, 31))) { writer in
            writer.append(ssrc)
            writer.append(blocks)
        }
    }

    /// A source description with one chunk and its CNAME, cut off after 255 bytes of UTF-8 (RFC 3550 §6.5.1).
    public mutating func sourceDescription(ssrc: UInt32, canonicalName: String) {
        packet(type: 202, format: 1) { writer in
            let name = canonicalName.utf8.prefix(255)
            writer.append(ssrc)
            writer.bytes.append(1)
            writer.bytes.append(UInt8(name.count))
            writer.bytes.append(contentsOf: name)
            // At least one null byte ends the items.
            writer.bytes.append(contentsOf: repeatElement(0, count: 4 - (name.count + 2) % 4))
        }
    }

    /// Tells that at most 31 sources stop; more are left out (RFC 3550 §6.6).
    public mutating func goodbye(_ ssrcs: [UInt32]) {
        let ssrcs = ssrcs.prefix(31)
        packet(type: 203, format: UInt8(ssrcs.count)) { writer in
            for ssrc in ssrcs { writer.append(ssrc) }
        }
    }

    /// Asks `media` for a key frame because a picture is missing (RFC 4585 §6.3.1).
    public mutating func pictureLossIndication(sender: UInt32, media: UInt32) {
        packet(type: 206, format: 1) { writer in
            writer.append(sender)
            writer.append(media)
        }
    }

    /// Asks streams for a key frame (RFC 5104 §4.3.1). The entries name the streams; the media SSRC is 0.
    public mutating func fullIntraRequest(sender: UInt32, _ entries: [FullIntraRequestEntry]) {
        packet(type: 206, format: 4) { writer in
            writer.append(sender)
            writer.append(0)
            for entry in entries.prefix(RTCPPacket.entryLimit) {
                writer.append(entry.ssrc)
                writer.append(UInt32(entry.sequenceNumber) << 24)
            }
        }
    }

    /// Asks for lost packets of `media` again (RFC 4585 §6.2.1). Nothing is written where none is lost.
    public mutating func genericNACK(sender: UInt32, media: UInt32, _ lost: [LostPackets]) {
        guard !lost.isEmpty else { return }
        packet(type: 205, format: 1) { writer in
            writer.append(sender)
            writer.append(media)
            for entry in lost.prefix(RTCPPacket.entryLimit) {
                writer.append(UInt32(entry.first) << 16 | UInt32(entry.following))
            }
        }
    }

    /// The receiver's estimate of what it can take, in bits per second (draft-alvestrand-rmcat-remb §2.2), for at
    /// most `RTCPPacket.entryLimit` streams. The estimate is rounded down to 18 significant bits.
    public mutating func receiverEstimatedMaximumBitrate(sender: UInt32, bitrate: UInt64, ssrcs: [UInt32]) {
        packet(type: 206, format: 15) { writer in
            let ssrcs = ssrcs.prefix(RTCPPacket.entryLimit)
            let exponent = max(0, 46 - bitrate.leadingZeroBitCount)
            writer.append(sender)
            writer.append(0)
            writer.append(0x5245_4D42)
            writer.append(
                UInt32(ssrcs.count) << 24 | UInt32(exponent) << 18 | UInt32(truncatingIfNeeded: bitrate >> exponent))
            for ssrc in ssrcs { writer.append(ssrc) }
        }
    }

    /// Transport-wide congestion control feedback with a content made elsewhere
    /// (draft-holmer-rmcat-transport-wide-cc-extensions §3.1), from its base sequence number on.
    ///
    /// A content whose length is no multiple of four is padded as RFC 3550 §6.4.1 wants it; such a packet must be the
    /// last of its compound.
    public mutating func transportFeedback(sender: UInt32, media: UInt32, content: [UInt8]) {
        let padding = (4 - content.count % 4) % 4
        packet(type: 205, format: padding > 0 ? 0x20 | 15 : 15) { writer in
            writer.append(sender)
            writer.append(media)
            writer.bytes.append(contentsOf: content)
            if padding > 0 {
                writer.bytes.append(contentsOf: repeatElement(0, count: padding - 1))
                writer.bytes.append(UInt8(padding))
            }
        }
    }

    /// Writes the common header, the content, and then the length.
    private mutating func packet(type: UInt8, format: UInt8, _ content: (inout RTCPWriter) -> Void) {
        let start = bytes.count
        bytes.append(0x80 | format)
        bytes.append(type)
        bytes.append(contentsOf: [0, 0])
        content(&self)
        let words = (bytes.count - start) / 4 - 1
        bytes[start + 2] = UInt8(truncatingIfNeeded: words >> 8)
        bytes[start + 3] = UInt8(truncatingIfNeeded: words)
    }

    private mutating func append(_ value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    private mutating func append(_ blocks: [ReportBlock]) {
        for block in blocks.prefix(31) {
            append(block.ssrc)
            // RFC 3550 A.3: the count stays at its ends instead of wrapping around.
            let lost = min(max(block.cumulativeLost, -0x80_0000), 0x7F_FFFF)
            append(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: lost) & 0xFF_FFFF)
            append(block.extendedHighestSequence)
            append(block.jitter)
            append(block.lastSenderReport)
            append(block.delaySinceLastSenderReport)
        }
    }
}
