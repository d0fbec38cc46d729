package import RTP
import Relay

/// What a caller knows of one stream that it receives. Nothing in it allocates for a packet.
package struct StreamReception: Sendable {
    /// Figures of the time that counts.
    package struct Figures: Sendable, Equatable {
        /// Packets that came, each once.
        package var received: UInt64 = 0
        /// Payload bytes of them, without padding.
        package var octets: UInt64 = 0
        /// Packets that came again.
        package var duplicates: UInt64 = 0
        /// Packets that came after a newer one.
        package var reordered: UInt64 = 0
        /// From sending to receiving.
        package var latency = LatencyHistogram()

        /// Nothing has come.
        package init() {}
    }

    /// The stream that is expected, as marks name it.
    package let stream: UInt32
    /// Its RTP clock in Hz.
    package let clockRate: UInt32
    /// When its first packet came; nil before.
    package private(set) var firstArrival: MonotonicInstant?
    /// What came of what was sent in the time that counts.
    package private(set) var figures = Figures()
    /// Packets that were none of this stream.
    package private(set) var foreign: UInt64 = 0

    private var window = ArrivalWindow()
    private var statistics: ReceptionStatistics?

    /// Nothing of a stream has come.
    package init(stream: UInt32, clockRate: UInt32) {
        self.stream = stream
        self.clockRate = clockRate
    }

    /// Interarrival jitter in seconds (RFC 3550 §6.4.1).
    package var jitter: Double { statistics?.jitter ?? 0 }
    /// Packets that are missing by their sequence numbers, since the start.
    package var missing: Int64 { statistics?.lost ?? 0 }

    /// Takes a packet; one that was sent before `start` is none of the figures.
    @inline(__always)
    package mutating func received(
        _ header: RTPHeader, _ packet: RawSpan, at arrival: MonotonicInstant, countingFrom start: MonotonicInstant
    ) {
        guard let mark = SendMark(in: packet, header: header), mark.stream == stream else {
            foreign &+= 1
            return
        }
        if firstArrival == nil { firstArrival = arrival }
        if statistics?.ssrc != header.ssrc {
            statistics = ReceptionStatistics(ssrc: header.ssrc, clockRate: clockRate)
        }
        statistics?.received(sequence: header.sequenceNumber, timestamp: header.timestamp, arrival: arrival)
        let kind = window.note(mark.counter)
        guard mark.sentAt >= start else { return }
        switch kind {
        case .inOrder, .late:
            figures.received &+= 1
            figures.octets &+= UInt64(truncatingIfNeeded: header.payloadLength)
            figures.latency.observe(arrival.since(mark.sentAt))
            if kind == .late { figures.reordered &+= 1 }
        case .duplicate, .tooOld: figures.duplicates &+= 1
        }
    }

    /// Remembers a sender report of the stream.
    package mutating func senderReport(_ info: SenderInfo, of ssrc: UInt32, at now: MonotonicInstant) {
        guard statistics?.ssrc == ssrc else { return }
        statistics?.senderReport(ntpMiddle: info.ntp.middle, at: now)
    }

    /// The block for the next report; nil before the first packet.
    package mutating func reportBlock(_ now: MonotonicInstant) -> ReportBlock? { statistics?.reportBlock(now: now) }
}
