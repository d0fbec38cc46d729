/// Retransmissions as a stream of their own (RFC 4588 §4): the packet as it was, with its sequence number before the
/// payload, under another SSRC, payload type and sequence number.
public enum Retransmission {
    /// Bytes that a packet grows by.
    public static let overhead = 2

    /// Makes a retransmission of the packet at the start of `packet`, in place.
    ///
    /// - Parameters:
    ///   - header: parsed from the packet.
    ///   - length: the packet's bytes; behind it is room for `overhead` more.
    /// - Returns: the bytes afterwards; nil, with the packet unchanged, where there is no room.
    public static func wrap(
        _ packet: inout MutableRawSpan, header: RTPHeader, length: Int, payloadType: UInt8, sequenceNumber: UInt16,
        ssrc: UInt32
    ) -> Int? {
        let payload = header.headerLength
        guard payload <= length, length &+ overhead <= packet.byteCount,
            packet.move(from: payload, to: payload &+ overhead, count: length &- payload)
        else { return nil }
        packet.set(header.sequenceNumber, at: payload)
        RTPHeader.rewrite(
            in: &packet, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: header.timestamp,
            ssrc: ssrc)
        return length &+ overhead
    }

    /// Makes the original packet of a retransmission, in place.
    ///
    /// - Returns: the bytes afterwards; nil, with the packet unchanged, where it repeats none: padding that only probes.
    public static func unwrap(
        _ packet: inout MutableRawSpan, header: RTPHeader, length: Int, payloadType: UInt8, ssrc: UInt32
    ) -> Int? {
        let payload = header.headerLength
        guard header.payloadLength >= overhead, length <= packet.byteCount else { return nil }
        let sequenceNumber = packet.bytes.uint16(at: payload)
        guard packet.move(from: payload &+ overhead, to: payload, count: length &- payload &- overhead) else {
            return nil
        }
        RTPHeader.rewrite(
            in: &packet, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: header.timestamp,
            ssrc: ssrc)
        return length &- overhead
    }
}
