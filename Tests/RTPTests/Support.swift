import RTP
import TestSupport

extension [UInt8] {
    /// Lets `body` edit the bytes in place.
    mutating func edit(_ body: (inout MutableRawSpan) -> Void) {
        var elements = mutableSpan
        var raw = elements.mutableBytes
        body(&raw)
    }

    /// Flips, overwrites, cuts or appends a few bytes.
    mutating func mutate(_ generator: inout SeededGenerator) {
        for _ in 0...generator.below(3) {
            switch generator.below(8) {
            case 0: removeLast(Swift.min(count, generator.below(8)))
            case 1: append(UInt8(truncatingIfNeeded: generator.next()))
            case 2 where !isEmpty: self[generator.below(count)] = [0x00, 0x01, 0x7F, 0x80, 0xFF][generator.below(5)]
            case 3 where !isEmpty:
                self[generator.below(Swift.min(count, 24))] = UInt8(truncatingIfNeeded: generator.next())
            case 4...6 where !isEmpty: self[generator.below(count)] ^= 1 << UInt8(generator.below(8))
            default: if !isEmpty { self[generator.below(count)] = UInt8(truncatingIfNeeded: generator.next()) }
            }
        }
    }
}

func parsedHeader(_ bytes: [UInt8]) -> RTPHeader? { RTPHeader(parsing: bytes.span.bytes) }

/// All packets of a compound, and the error it ended with.
func read(_ bytes: [UInt8]) -> (packets: [RTCPPacket], error: RTCPError?) {
    var reader = RTCPReader()
    var packets: [RTCPPacket] = []
    do throws(RTCPError) {
        while let packet = try reader.next(in: bytes.span.bytes) { packets.append(packet) }
        return (packets, nil)
    } catch {
        return (packets, error)
    }
}

/// A packet with two contributing sources, a one-byte extension block, payload and padding.
let fullPacket: [UInt8] =
    [0xB2, 0xE0, 0x12, 0x34, 0x00, 0x01, 0x00, 0x02, 0xCA, 0xFE, 0xBA, 0xBE]  // V=2 P X CC=2, M PT=96, seq, ts, SSRC
    + [0, 0, 0, 1, 0, 0, 0, 2]  // CSRC 1 and 2
    + [0xBE, 0xDE, 0, 3, 0x10, 0xAA, 0x21, 0xBB, 0xBB, 0, 0, 0x33, 0xCC, 0xCC, 0xCC, 0xCC]  // RFC 8285 §4.2
    + [0x50, 0x51, 0x52, 0x53, 0x54]  // payload
    + [0, 0, 3]  // padding
