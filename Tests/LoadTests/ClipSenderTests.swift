import RTP
import Testing

@testable import Load

/// Frames of one, two and three packets.
private let clip = ClipStream(
    .video,
    frames: [
        [[0x90, 0x80, 0x80, 0, 1]], [[0x90, 0x80, 0x80, 0, 2], [0x80, 0x80, 0x80, 0, 3]],
        (4...6).map { [0x80, 0x80, 0x80, 0, $0] },
    ], framesPerSecond: 30)

private func at(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: .milliseconds(milliseconds))
}

private struct Written: Equatable {
    var header: RTPHeader
    var payload: [UInt8]
    var mark: SendMark
}

/// What a sender writes of the frames that are due.
private func write(_ sender: inout ClipSender, at now: MonotonicInstant) -> [Written] {
    var written: [Written] = []
    while let frame = sender.next(now) {
        for packet in frame.packets {
            if let packet = read({ sender.write(packet, of: frame, into: $0, at: now) }) { written.append(packet) }
        }
    }
    return written
}

private func read(_ body: (UnsafeMutableRawBufferPointer) -> Int?) -> Written? {
    var buffer = [UInt8](repeating: 0xEE, count: 1400)
    return buffer.withUnsafeMutableBytes { bytes in
        guard let length = body(bytes) else { return nil }
        let packet = UnsafeRawBufferPointer(rebasing: bytes[..<length]).bytes
        guard let header = RTPHeader(parsing: packet), let mark = SendMark(in: packet, header: header) else {
            return nil
        }
        return Written(header: header, payload: Array(bytes[header.payloadRange]), mark: mark)
    }
}

private func sender() -> ClipSender {
    var random = SystemRandomNumberGenerator()
    var sender = ClipSender(clip, stream: 7, payloadType: 96, using: &random)
    sender.begin(at: at(1000))
    return sender
}

@Suite struct ClipSenderTests {
    @Test func `frames are due one after the other, and each is sent whole`() {
        var sender = sender()
        #expect(write(&sender, at: at(999)).isEmpty)
        #expect(write(&sender, at: at(1000)).count == 1)
        #expect(write(&sender, at: at(1033)).isEmpty)
        #expect(write(&sender, at: at(1034)).count == 2)
        #expect(write(&sender, at: at(1067)).count == 3)
        // The clip begins again.
        #expect(write(&sender, at: at(1101)).count == 1)
        #expect(sender.packets == 7)
        #expect(sender.octets == 35)
    }

    @Test func `numbers go on over the end of the clip as those of one long stream`() {
        var sender = sender()
        let written = write(&sender, at: at(1300))
        #expect(written.count == 19)
        for (earlier, later) in zip(written, written.dropFirst()) {
            #expect(later.header.sequenceNumber == earlier.header.sequenceNumber &+ 1)
            #expect(later.mark.counter == earlier.mark.counter + 1)
            let isNext = later.header.timestamp == earlier.header.timestamp &+ 3000
            #expect(isNext == earlier.header.marker)
            let ids = [earlier, later].compactMap { VP8Packetizer.pictureID(of: $0.payload) }
            #expect(ids.last == ids.first.map { earlier.header.marker ? ($0 + 1) & 0x7FFF : $0 })
        }
        #expect(written.map { $0.payload[4] } == (0..<19).map { UInt8($0 % 6 + 1) })
        #expect(written.allSatisfy { $0.header.payloadType == 96 && $0.mark.stream == 7 })
    }

    @Test func `a request for a key frame begins the clip again with the next frame`() {
        var sender = sender()
        _ = write(&sender, at: at(1040))
        sender.restart()
        let written = write(&sender, at: at(1070))
        #expect(written.map { $0.payload[4] } == [1])
    }

    @Test func `what was sent is sent again as it was, with the time of the first sending`() {
        var sender = sender()
        let written = write(&sender, at: at(1300))
        for packet in written {
            let again = read { sender.write(again: packet.header.sequenceNumber, into: $0) }
            #expect(again == packet)
        }
        let unknown = written.last!.header.sequenceNumber &+ 1
        #expect(read { sender.write(again: unknown, into: $0) } == nil)
        // Long after, it is forgotten.
        for step in 0..<400 { _ = write(&sender, at: at(1300 + Int64(step) * 34)) }
        #expect(read { sender.write(again: written[0].header.sequenceNumber, into: $0) } == nil)
    }

    @Test func `a sender that was held up leaves frames out and keeps its clock`() throws {
        var sender = sender()
        let before = try #require(write(&sender, at: at(1000)).first)
        let after = try #require((write(&sender, at: at(6000)) + write(&sender, at: at(6034))).first)
        // 150 frames later, give or take the one that is due at that moment.
        let frames = Int(after.header.timestamp &- before.header.timestamp) / 3000
        #expect((149...151).contains(frames))
        #expect(after.header.sequenceNumber == before.header.sequenceNumber &+ 1)
    }

    @Test func `a pause is left out to the next frame of the rhythm`() throws {
        var sender = sender()
        _ = write(&sender, at: at(1000))
        sender.skip(to: at(1200))
        #expect(
            sender.due == at(1000).advanced(by: 7 * clip.interval)
                || sender.due == at(1000).advanced(by: 6 * clip.interval))
        #expect(try #require(sender.due) >= at(1200))
    }
}
