import RTP

/// Picture Loss Indication (RFC 4585 §6.3.1), written by hand so that the relay's own writer is not its judge.
func pictureLossIndication(of ssrc: UInt32) -> [UInt8] { [0x81, 206, 0, 2, 0, 0, 0, 9] + bigEndian(ssrc) }

/// Generic NACK of one packet (RFC 4585 §6.2.1).
func genericNACK(of ssrc: UInt32, lost: UInt16) -> [UInt8] {
    [0x81, 205, 0, 3, 0, 0, 0, 9] + bigEndian(ssrc) + [UInt8(lost >> 8), UInt8(lost & 0xff), 0, 0]
}

func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) } }

/// The elements of a compound packet: packet type, count field and body.
func elements(of compound: [UInt8]) -> [(type: UInt8, count: UInt8, body: [UInt8])] {
    var rest = compound[...]
    var found: [(UInt8, UInt8, [UInt8])] = []
    while rest.count >= 4 {
        let start = rest.startIndex
        let length = 4 + 4 * (Int(rest[start + 2]) << 8 + Int(rest[start + 3]))
        guard length <= rest.count else { break }
        found.append((rest[start + 1], rest[start] & 0x1f, Array(rest[(start + 4)..<(start + length)])))
        rest = rest.dropFirst(length)
    }
    return found
}

extension SyntheticPeer {
    /// How many Picture Loss Indications named `ssrc`.
    func pictureLossIndications(of ssrc: UInt32) -> Int {
        feedback.flatMap(elements).filter {
            $0.type == 206 && $0.count == 1 && $0.body.count == 8 && Array($0.body[4...]) == bigEndian(ssrc)
        }.count
    }

    /// Whether a NACK asked for `sequence` of `ssrc`, as the first of its group.
    func wasAskedFor(_ sequence: UInt16, of ssrc: UInt32) -> Bool {
        feedback.flatMap(elements).contains { element in
            element.type == 205 && element.count == 1 && element.body.count >= 12
                && Array(element.body[4..<8]) == bigEndian(ssrc)
                && element.body[8] == UInt8(sequence >> 8) && element.body[9] == UInt8(sequence & 0xff)
        }
    }

    /// Whether a report block about `ssrc` came (RFC 3550 §6.4).
    func hasReport(on ssrc: UInt32) -> Bool {
        feedback.flatMap(elements).contains { element in
            let blocks =
                element.type == 201 ? element.body.dropFirst(4) : element.type == 200 ? element.body.dropFirst(24) : []
            return Array(blocks.prefix(4)) == bigEndian(ssrc)
        }
    }
}
