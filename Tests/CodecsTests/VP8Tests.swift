import Testing

@testable import Codecs

/// A picture in which a bright square has moved `step` pixels over a slope.
private func picture(_ step: Int, width: Int = 64, height: Int = 48) -> Picture {
    var picture = Picture(width: width, height: height)
    for line in 0..<height {
        for column in 0..<width {
            let inside = (step..<(step + 12)).contains(column) && (8..<20).contains(line)
            picture.bytes[line * width + column] = inside ? 220 : UInt8((40 + column + line) % 200)
        }
    }
    return picture
}

@Suite struct VP8Tests {
    @Test func `what is encoded looks the same when it is decoded, key frames and others`() throws {
        var encoder = try VP8Encoder(.init(width: 64, height: 48, bitrate: 400_000))
        var decoder = try VP8Decoder()
        for step in 0..<20 {
            let original = picture(step)
            let encoded = try encoder.encode(original, duration: 3000)
            #expect(encoded.isKeyFrame == (step == 0))
            let decoded = try #require(try decoder.decode(encoded.bytes))
            let likeness = try #require(decoded.likeness(to: original))
            #expect(likeness > 28, "picture \(step)")
        }
    }

    @Test func `a key frame comes when it is asked for, and at the interval`() throws {
        var encoder = try VP8Encoder(.init(width: 64, height: 48, bitrate: 400_000, keyFrameInterval: 10))
        let keys = try (0..<25).map { try encoder.encode(picture($0), duration: 3000, asKeyFrame: $0 == 4).isKeyFrame }
        #expect(keys[0] && keys[4])
        #expect(!keys[1] && !keys[3] && !keys[5])
        #expect(keys.dropFirst(5).contains(true))
    }

    @Test func `the bit rate is about the one that was asked for`() throws {
        var encoder = try VP8Encoder(.init(width: 160, height: 120, bitrate: 150_000))
        var bytes = 0
        for step in 0..<60 {
            var noisy = picture(step, width: 160, height: 120)
            for index in noisy.luma where index % 4 == 0 { noisy.bytes[index] ^= UInt8((index * 7 + step * 13) % 32) }
            bytes += try encoder.encode(noisy, duration: 3000).bytes.count
        }
        // 60 pictures are two seconds.
        #expect((90_000...240_000).contains(bytes * 8 / 2))
    }

    @Test func `odd sizes keep their last column and line`() throws {
        var encoder = try VP8Encoder(.init(width: 33, height: 17, bitrate: 400_000))
        var decoder = try VP8Decoder()
        let original = picture(3, width: 33, height: 17)
        let decoded = try #require(try decoder.decode(try encoder.encode(original, duration: 3000).bytes))
        #expect((decoded.width, decoded.height) == (33, 17))
        #expect(try #require(decoded.likeness(to: original)) > 25)
    }

    @Test func `a picture of another size is refused, and settings that make no sense`() throws {
        var encoder = try VP8Encoder(.init(width: 64, height: 48, bitrate: 400_000))
        var refused = false
        do { _ = try encoder.encode(Picture(width: 32, height: 48), duration: 3000) } catch { refused = true }
        #expect(refused)
        refused = false
        do { _ = try VP8Encoder(.init(width: 0, height: 48, bitrate: 400_000)) } catch { refused = true }
        #expect(refused)
    }

    @Test func `bytes that are no frame end in an error, and the next key frame is decoded`() throws {
        var encoder = try VP8Encoder(.init(width: 64, height: 48, bitrate: 400_000))
        var decoder = try VP8Decoder()
        var refused = 0
        for garbage: [UInt8] in [[], [0], [1, 2, 3], [UInt8](repeating: 0xFF, count: 500)] {
            do { _ = try decoder.decode(garbage) } catch { refused += 1 }
        }
        #expect(refused > 0)
        #expect(try decoder.decode(try encoder.encode(picture(0), duration: 3000).bytes) != nil)
    }
}
