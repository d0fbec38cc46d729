import Foundation
import Testing

@testable import Codecs

/// 20 ms of a tone.
private func tone(_ packet: Int, hertz: Double = 440, channels: Int = 1) -> [Int16] {
    (0..<960).flatMap { index -> [Int16] in
        let time = Double(packet * 960 + index) / 48_000
        return [Int16](repeating: Int16(10_000 * sin(2 * .pi * hertz * time)), count: channels)
    }
}

/// Crossings of zero from below, which tell the pitch.
private func crossings(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
}

@Suite struct OpusTests {
    @Test func `a tone keeps its length and its pitch`() throws {
        var encoder = try OpusEncoder(channels: 1, bitrate: 32_000)
        var decoder = try OpusDecoder(channels: 1)
        var heard: [Int16] = []
        for packet in 0..<50 { heard += try decoder.decode(try encoder.encode(tone(packet))) }
        #expect(heard.count == 48_000)
        #expect((430...450).contains(crossings(heard)))
        #expect(heard.dropFirst(4800).contains { $0 > 6000 })
    }

    @Test func `the bit rate is about the one that was asked for`() throws {
        var encoder = try OpusEncoder(channels: 1, bitrate: 32_000)
        let bytes = try (0..<100).reduce(0) { try $0 + encoder.encode(tone($1)).count }
        #expect((16_000...48_000).contains(bytes * 8 / 2))
    }

    @Test func `two channels come out as two`() throws {
        var encoder = try OpusEncoder(channels: 2, bitrate: 64_000)
        var decoder = try OpusDecoder(channels: 2)
        #expect(try decoder.decode(try encoder.encode(tone(0, channels: 2))).count == 1920)
    }

    @Test func `a lost packet is made up, and better with the copy that the next one carries`() throws {
        var encoder = try OpusEncoder(channels: 1, bitrate: 32_000, expectedLoss: 20)
        var decoder = try OpusDecoder(channels: 1)
        let packets = try (0..<20).map { try encoder.encode(tone($0)) }
        for packet in packets.prefix(10) { _ = try decoder.decode(packet) }
        let made = try decoder.conceal(960, next: packets[11])
        #expect(made.count == 960)
        #expect(made.contains { abs(Int($0)) > 2000 })
        #expect(try decoder.decode(packets[11]).count == 960)
        #expect(try decoder.conceal(480).count == 480)
    }

    @Test func `what cannot be is refused`() throws {
        var refused = 0
        do { _ = try OpusEncoder(channels: 3, bitrate: 32_000) } catch { refused += 1 }
        do { _ = try OpusDecoder(channels: 0) } catch { refused += 1 }
        var encoder = try OpusEncoder(channels: 1, bitrate: 32_000)
        do { _ = try encoder.encode([1, 2, 3]) } catch { refused += 1 }
        var decoder = try OpusDecoder(channels: 1)
        do { _ = try decoder.decode([]) } catch { refused += 1 }
        do { _ = try decoder.decode([0xFF, 0xFF]) } catch { refused += 1 }
        do { _ = try decoder.conceal(0) } catch { refused += 1 }
        do { _ = try decoder.conceal(7) } catch { refused += 1 }
        #expect(refused == 7)
    }
}
