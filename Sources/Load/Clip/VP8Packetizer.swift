/// Cuts VP8 frames into RTP payloads (RFC 7741).
package enum VP8Packetizer {
    /// Bytes of the payload descriptor: the required byte, the extension byte and a PictureID of 15 bits (RFC 7741 §4.2).
    package static let descriptorLength = 4
    /// Where the PictureID lies in a payload.
    package static let pictureIDOffset = 2

    /// The payloads of one frame, of about equal sizes as browsers make them. The PictureID in them is 0; a sender overwrites it.
    ///
    /// - Parameter limit: bytes of a payload at most, descriptor included; more than `descriptorLength`.
    package static func packetize(_ frame: [UInt8], limit: Int) -> [[UInt8]] {
        let room = max(1, limit - descriptorLength)
        guard !frame.isEmpty else { return [] }
        let count = (frame.count + room - 1) / room
        return (0..<count).map { index in
            let start = frame.count * index / count
            let end = frame.count * (index + 1) / count
            // X (an extension byte follows), S (start of a partition) in the frame's first packet, partition 0; then I; then M.
            return [index == 0 ? 0x90 : 0x80, 0x80, 0x80, 0x00] + frame[start..<end]
        }
    }

    /// The PictureID of a payload as `packetize` makes them, or as any sender does; nil where it has none.
    package static func pictureID(of payload: [UInt8]) -> UInt16? {
        guard payload.count >= 3, payload[0] & 0x80 != 0, payload[1] & 0x80 != 0 else { return nil }
        guard payload[2] & 0x80 != 0 else { return UInt16(payload[2]) }
        return payload.count >= 4 ? UInt16(payload[2] & 0x7F) << 8 | UInt16(payload[3]) : nil
    }
}
