/// What a sender says of its own stream (RFC 3550 §6.4.1).
public struct SenderInfo: Sendable, Equatable, BitwiseCopyable {
    /// The sender's wall clock when it wrote the report.
    public var ntp: NTPTime
    /// The same moment on the stream's RTP clock.
    public var rtpTimestamp: UInt32
    /// Packets sent, modulo 2³².
    public var packetCount: UInt32
    /// Payload bytes sent, modulo 2³².
    public var octetCount: UInt32

    /// A sender's figures.
    public init(ntp: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ntp = ntp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }
}

/// What a receiver says of one stream it gets (RFC 3550 §6.4.1).
public struct ReportBlock: Sendable, Equatable, BitwiseCopyable {
    /// The stream reported on.
    public var ssrc: UInt32
    /// Share of packets lost since the last report, in 1/256.
    public var fractionLost: UInt8
    /// Packets lost since the start; signed 24 bits, negative where duplicates prevail.
    public var cumulativeLost: Int32
    /// Highest sequence number received, with the count of wrap-arounds in the upper 16 bits.
    public var extendedHighestSequence: UInt32
    /// Interarrival jitter in units of the RTP clock.
    public var jitter: UInt32
    /// Middle 32 bits of the last sender report's NTP time; 0 where there was none.
    public var lastSenderReport: UInt32
    /// From that report's arrival to this one's sending, in units of 2⁻¹⁶ s; 0 where there was none.
    public var delaySinceLastSenderReport: UInt32

    /// A receiver's figures.
    public init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequence: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighestSequence = extendedHighestSequence
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }
}

/// Up to 17 lost packets of a generic NACK (RFC 4585 §6.2.1).
public struct LostPackets: Sendable, Equatable, BitwiseCopyable {
    /// The first lost sequence number (PID).
    public var first: UInt16
    /// Bit i, from the lowest: `first` + i + 1 is lost too (BLP).
    public var following: UInt16

    /// One lost packet and the mask of those after it.
    public init(first: UInt16, following: UInt16) {
        self.first = first
        self.following = following
    }

    /// Calls `body` with each lost sequence number, in order.
    public func forEach(_ body: (UInt16) -> Void) {
        body(first)
        var mask = following
        var sequence = first
        while mask != 0 {
            sequence &+= 1
            if mask & 1 != 0 { body(sequence) }
            mask >>= 1
        }
    }

    /// Lost sequence numbers, oldest first, in as few entries as that order allows.
    public static func pack(_ lost: some Sequence<UInt16>) -> [LostPackets] {
        var entries: [LostPackets] = []
        for sequence in lost {
            if let entry = entries.last {
                let distance = SequenceNumber.distance(from: entry.first, to: sequence)
                if distance == 0 { continue }
                if (1...16).contains(distance) {
                    entries[entries.count - 1].following |= 1 << UInt16(distance &- 1)
                    continue
                }
            }
            entries.append(LostPackets(first: sequence, following: 0))
        }
        return entries
    }
}

/// One stream that a full intra request asks a key frame of (RFC 5104 §4.3.1).
public struct FullIntraRequestEntry: Sendable, Equatable, BitwiseCopyable {
    /// The stream that shall send a key frame.
    public var ssrc: UInt32
    /// Counts the requests; a repetition carries the same number.
    public var sequenceNumber: UInt8

    /// A request to one stream.
    public init(ssrc: UInt32, sequenceNumber: UInt8) {
        self.ssrc = ssrc
        self.sequenceNumber = sequenceNumber
    }
}

/// A source and its canonical name (RFC 3550 §6.5).
public struct SourceDescription: Sendable, Equatable {
    /// The source.
    public var ssrc: UInt32
    /// Its CNAME in UTF-8, at most 255 bytes; nil where the chunk has none. Other items are not read.
    public var canonicalName: String?

    /// A source's description.
    public init(ssrc: UInt32, canonicalName: String?) {
        self.ssrc = ssrc
        self.canonicalName = canonicalName
    }
}

/// One packet of a compound RTCP packet. `sender` is the SSRC of who sends the feedback, `media` of what it is about.
public enum RTCPPacket: Sendable, Equatable {
    /// Entries read from one packet; a list that is longer is cut off there.
    public static let entryLimit = 128

    /// RFC 3550 §6.4.1.
    case senderReport(ssrc: UInt32, SenderInfo, [ReportBlock])
    /// RFC 3550 §6.4.2.
    case receiverReport(ssrc: UInt32, [ReportBlock])
    /// RFC 3550 §6.5.
    case sourceDescription([SourceDescription])
    /// RFC 3550 §6.6; the reason is not read.
    case goodbye([UInt32])
    /// RFC 4585 §6.3.1.
    case pictureLossIndication(sender: UInt32, media: UInt32)
    /// RFC 5104 §4.3.1.
    case fullIntraRequest(sender: UInt32, [FullIntraRequestEntry])
    /// RFC 4585 §6.2.1.
    case genericNACK(sender: UInt32, media: UInt32, [LostPackets])
    /// The receiver's estimate of what it can take, in bits per second (REMB, draft-alvestrand-rmcat-remb §2.2).
    case receiverEstimatedMaximumBitrate(sender: UInt32, bitrate: UInt64, ssrcs: [UInt32])
    /// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions §3.1): the range
    /// of its content in the datagram, from the base sequence number to the end without padding.
    case transportFeedback(sender: UInt32, media: UInt32, content: Range<Int>)
    /// Well formed, of a type or format that is not read here.
    case unknown(type: UInt8, format: UInt8)
}

/// Why a datagram is not a compound RTCP packet. Packets read before the fault are valid.
public enum RTCPError: Error, Sendable, Equatable {
    /// A length points outside the datagram, or the content is shorter than its type demands.
    case truncated
    /// The version is not 2.
    case version
    /// The padding is longer than the packet, or not in the last packet.
    case padding
}
