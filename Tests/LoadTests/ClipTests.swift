import Codecs
import RTP
import Testing

@testable import Load

@Suite struct ClipTests {
    @Test func `a frame is cut into payloads of about equal size that put together are the frame`() throws {
        for size in [1, 2, 1163, 1164, 1165, 5000, 20_000] {
            let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31) }
            let payloads = VP8Packetizer.packetize(frame, limit: 1168)
            #expect(payloads.allSatisfy { $0.count <= 1168 })
            #expect(payloads.flatMap { $0.dropFirst(VP8Packetizer.descriptorLength) } == frame)
            let sizes = payloads.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            // RFC 7741 §4.2: only the first packet starts the partition.
            #expect(payloads.map { $0[0] & 0x10 != 0 } == [true] + Array(repeating: false, count: payloads.count - 1))
            #expect(payloads.allSatisfy { VP8Packetizer.pictureID(of: $0) == 0 })
        }
        #expect(VP8Packetizer.packetize([], limit: 1168).isEmpty)
    }

    @Test func `the descriptor is read where others write it in another form`() {
        #expect(VP8Packetizer.pictureID(of: [0x90, 0x80, 0x85, 0x39, 0]) == 0x539)
        #expect(VP8Packetizer.pictureID(of: [0x90, 0x80, 0x11, 0]) == 0x11)
        #expect(VP8Packetizer.pictureID(of: [0x10, 0]) == nil)
        #expect(VP8Packetizer.pictureID(of: []) == nil)
        #expect(VP8Packetizer.pictureID(of: [0x90, 0x80, 0x85]) == nil)
    }

    @Test func `the clip is what a decoder sees and hears, and begins with a key frame`() throws {
        let clip = try MediaClip.make(video: .init(bitrate: 300_000), seconds: 1)
        let video = try #require(clip.video)
        #expect(video.frames.count == 30)
        #expect(clip.audio.frames.count == 50)
        var decoder = try VP8Decoder()
        let test = TestPicture(width: 320, height: 180)
        for (number, frame) in video.frames.enumerated() {
            let payloads = frame.map { index -> [UInt8] in
                let packet = video.packets[index]
                return Array(video.bytes[packet.offset..<(packet.offset + packet.length)])
            }
            let starts = payloads[0].withUnsafeBytes { VideoPayload.startsKeyFrame(codec: .vp8, payload: $0.bytes) }
            #expect(starts == (number == 0))
            let bytes = payloads.flatMap { $0.dropFirst(VP8Packetizer.descriptorLength) }
            let picture = try #require(try decoder.decode(bytes))
            if number % 10 == 0 { #expect(try #require(picture.likeness(to: test.frame(number))) > 20) }
        }
        var ear = try OpusDecoder(channels: 1)
        for packet in clip.audio.packets {
            let samples = try ear.decode(Array(clip.audio.bytes[packet.offset..<(packet.offset + packet.length)]))
            #expect(samples.count == 960)
        }
        #expect((150_000...500_000).contains(video.bitrate))
        #expect((10_000...60_000).contains(clip.audio.bitrate))
    }

    @Test func `pictures move and stay within their size`() {
        let test = TestPicture(width: 33, height: 17)
        #expect(test.frame(0) != test.frame(1))
        #expect(test.frame(5000).bytes.count == Picture(width: 33, height: 17).bytes.count)
    }
}
