import RTP
import Relay
import SDP
import Transport

extension SyntheticPeer.Media {
    /// Ids of a browser's header extensions.
    static let number: UInt8 = 3
    static let mid: UInt8 = 4
    static let streamName: UInt8 = 10
    static let repairedStreamName: UInt8 = 11
    static let red: UInt8 = 63
    static let rtx: UInt8 = 97

    /// What Chromium offers: retransmission, redundant audio, feedback on each packet, limits.
    static var browser: Self {
        var media = Self()
        let number = "a=extmap:\(Self.number) \(NegotiationPolicy.transportSequence)"
        let video = [
            "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 ccm fir",
            "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", number,
            "a=extmap:\(Self.mid) \(NegotiationPolicy.mid)",
        ]
        media.formats = ["111 63", "96 97", "96 97"]
        media.lines = [
            [
                "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=rtpmap:63 red/48000/2",
                "a=fmtp:63 111/111",
                number,
            ], video, video,
        ]
        return media
    }

    /// A browser that announces the SSRCs of its retransmissions: those of its streams, and 100 more.
    static func browser(firstSource: UInt32) -> Self {
        var media = browser
        for line in 1...2 {
            let source = firstSource + UInt32(line)
            media.lines[line].append("a=ssrc-group:FID \(source) \(source + 100)")
        }
        return media
    }

    /// A browser whose camera has three sizes.
    static var simulcast: Self {
        var media = browser
        media.announces = false
        media.lines[1] += [
            "a=extmap:\(streamName) \(NegotiationPolicy.streamName)",
            "a=extmap:\(repairedStreamName) \(NegotiationPolicy.repairedStreamName)", "a=rid:q send", "a=rid:h send",
            "a=rid:f send", "a=simulcast:send q;h;f",
        ]
        return media
    }
}

/// An RTP packet byte by byte.
func rtp(
    _ payloadType: UInt8, _ sequence: UInt16, _ timestamp: UInt32, _ ssrc: UInt32,
    extensions: [(id: UInt8, data: [UInt8])] = [], _ payload: [UInt8]
) -> [UInt8] {
    var elements = extensions.flatMap { [$0.id << 4 | UInt8($0.data.count - 1)] + $0.data }
    elements += [UInt8](repeating: 0, count: (4 - elements.count % 4) % 4)
    var packet: [UInt8] = [
        elements.isEmpty ? 0x80 : 0x90, payloadType, UInt8(sequence >> 8), UInt8(sequence & 0xff),
    ]
    packet += bigEndian(timestamp) + bigEndian(ssrc)
    if !elements.isEmpty { packet += [0xBE, 0xDE, 0, UInt8(elements.count / 4)] + elements }
    return packet + payload
}

extension SyntheticPeer.Packet {
    /// The transport-wide sequence number.
    var number: UInt16? {
        header.value(of: SyntheticPeer.Media.number, in: bytes.span.bytes).map {
            bytes.span.bytes.uint16(at: $0.lowerBound)
        }
    }
}

extension SyntheticPeer {
    /// Transport feedback messages that came.
    var transportFeedback: [[UInt8]] {
        feedback.flatMap(elements).filter { $0.type == 205 && $0.count == 15 }.map { Array($0.body.dropFirst(8)) }
    }

    /// The limits that came, in bits per second (draft-alvestrand-rmcat-remb §2.2).
    var limits: [UInt64] {
        feedback.flatMap(elements).compactMap { element in
            guard element.type == 206, element.count == 15, element.body.count >= 16 else { return nil }
            let word = element.body[13...15].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return (word & 0x3FFFF) << (word >> 18)
        }
    }

    /// Reports on all packets it has received with a number, as if they had come `late` nanoseconds later than they did.
    func reportPackets(late: NanosecondCount = 0) {
        var recorder = ArrivalRecorder()
        for packet in received {
            if let number = packet.number { recorder.record(number, at: packet.arrival.advanced(by: late)) }
        }
        while let content = recorder.next(at: .now()) {
            var writer = RTCPWriter()
            writer.transportFeedback(sender: 9, media: 9, content: content)
            sendRTCP(writer.bytes)
        }
    }
}
