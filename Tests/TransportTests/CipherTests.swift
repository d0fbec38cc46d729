import Foundation
import TestSupport
import Testing

@testable import Transport

/// Our SRTP beside libsrtp2, which judges it.
@Suite struct CipherTests {
    /// Two ends of one path, of whatever makes.
    private struct Ends {
        let peer: any MediaCipher
        let ours: any MediaCipher
    }

    private enum Make: CaseIterable {
        case ours
        case libsrtp

        func cipher(_ keys: SRTPKeys) throws -> any MediaCipher {
            switch self {
            case .ours: try makeMediaCipher(keys)
            case .libsrtp: try LibSRTP(keys)
            }
        }
    }

    private static func ends(_ profile: SRTPProfile, sender: Make, receiver: Make) throws -> Ends {
        let length = profile.keyLength + profile.saltLength
        let keys = (0..<2).map { side in (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + side * 31) } }
        return Ends(
            peer: try sender.cipher(SRTPKeys(profile: profile, outbound: keys[0], inbound: keys[1])),
            ours: try receiver.cipher(SRTPKeys(profile: profile, outbound: keys[1], inbound: keys[0])))
    }

    private static func packet(_ source: UInt32, _ sequence: UInt16, payload: [UInt8] = [1, 2, 3, 4]) -> [UInt8] {
        [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 0xFF), 0, 0, 0, 1]
            + (0..<4).map { UInt8(truncatingIfNeeded: source >> (24 - 8 * $0)) } + payload
    }

    private static func control(_ source: UInt32, payload: [UInt8] = []) -> [UInt8] {
        [0x80, 201, 0, UInt8(1 + payload.count / 4)]
            + (0..<4).map { UInt8(truncatingIfNeeded: source >> (24 - 8 * $0)) } + payload
    }

    private enum Kind: CaseIterable { case media, control }

    /// A packet as it is sent: nil where it is refused.
    private static func seal(_ packet: [UInt8], _ kind: Kind, _ cipher: any MediaCipher) -> [UInt8]? {
        var buffer = packet + [UInt8](repeating: 0, count: mediaCipherRoom)
        let result = buffer.withUnsafeMutableBytes { bytes in
            kind == .media
                ? cipher.protectRTP(bytes, length: packet.count) : cipher.protectRTCP(bytes, length: packet.count)
        }
        guard case .done(let length) = result else { return nil }
        return Array(buffer[..<length])
    }

    private static func open(_ packet: [UInt8], _ kind: Kind, _ cipher: any MediaCipher) -> (CipherResult, [UInt8]) {
        var buffer = packet
        let result = buffer.withUnsafeMutableBytes { bytes in
            kind == .media
                ? cipher.unprotectRTP(bytes, length: packet.count) : cipher.unprotectRTCP(bytes, length: packet.count)
        }
        guard case .done(let length) = result else { return (result, []) }
        return (result, Array(buffer[..<length]))
    }

    @Test(arguments: SRTPProfile.allCases)
    func `what ours sends, libsrtp would have sent bit by bit, and both read what either sent`(_ profile: SRTPProfile)
        throws
    {
        var random = SeededGenerator(seed: 11)
        let ours = try Self.ends(profile, sender: .ours, receiver: .libsrtp)
        let theirs = try Self.ends(profile, sender: .libsrtp, receiver: .ours)
        var sequence: [UInt32: UInt16] = [:]
        for _ in 0..<Self.rounds {
            let packet = Self.anyPacket(&random, &sequence)
            let one = try #require(Self.seal(packet, .media, ours.peer))
            let other = try #require(Self.seal(packet, .media, theirs.peer))
            try #require(one == other)
            let (result, opened) = Self.open(one, .media, ours.ours)
            try #require(result == .done(packet.count) && opened == packet)
            let (second, reopened) = Self.open(other, .media, theirs.ours)
            try #require(second == .done(packet.count) && reopened == packet)
        }
    }

    /// `CONSULT_CIPHER_PACKETS=1000000` sends so many with each profile, 6,000 otherwise.
    private static let rounds =
        ProcessInfo.processInfo.environment["CONSULT_CIPHER_PACKETS"].flatMap { Int($0) } ?? 6_000

    /// A packet of one of a few streams: contributing sources, extension, padding, any length; numbers go on, with gaps and repeats of what was
    /// lost, so that they wrap around often.
    private static func anyPacket(_ random: inout SeededGenerator, _ next: inout [UInt32: UInt16]) -> [UInt8] {
        let source = UInt32.random(in: 1...4, using: &random)
        let sequence =
            (next[source] ?? UInt16.random(in: 60_000...(.max), using: &random))
            &+ UInt16.random(in: 1...300, using: &random)
        next[source] = sequence
        let contributing = Bool.random(using: &random) ? 0 : Int.random(in: 0...15, using: &random)
        let words = Bool.random(using: &random) ? Int.random(in: 0...6, using: &random) : nil
        var packet = Self.packet(source, sequence, payload: [])
        packet[0] |= UInt8(contributing) | (words == nil ? 0 : 0x10)
        packet[1] = UInt8.random(in: 0...255, using: &random)
        packet += (0..<(contributing * 4)).map { _ in UInt8.random(in: 0...255, using: &random) }
        if let words {
            packet +=
                [0xBE, 0xDE, 0, UInt8(words)] + (0..<(words * 4)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return packet
            + (0..<Int.random(in: 0...1200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `reports pass in both directions between ours and libsrtp`(_ profile: SRTPProfile) throws {
        var random = SeededGenerator(seed: 12)
        let ours = try Self.ends(profile, sender: .ours, receiver: .libsrtp)
        let theirs = try Self.ends(profile, sender: .libsrtp, receiver: .ours)
        for _ in 0..<2_000 {
            let report = Self.control(
                UInt32.random(in: 1...3, using: &random),
                payload: (0..<(4 * Int.random(in: 0...60, using: &random))).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                })
            for ends in [ours, theirs] {
                let sealed = try #require(Self.seal(report, .control, ends.peer))
                let (result, opened) = Self.open(sealed, .control, ends.ours)
                try #require(result == .done(report.count) && opened == report)
            }
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `of packets that come late, twice or changed, ours takes what libsrtp takes`(_ profile: SRTPProfile) throws {
        var random = SeededGenerator(seed: 13)
        let sender = try Self.ends(profile, sender: .libsrtp, receiver: .libsrtp).peer
        let judge = try Self.ends(profile, sender: .libsrtp, receiver: .libsrtp).ours
        let ours = try Self.ends(profile, sender: .libsrtp, receiver: .ours).ours
        var sent: [(packet: [UInt8], kind: Kind)] = []
        var sequence: UInt16 = 65_000
        var verdicts: [String: Int] = [:]
        for _ in 0..<6_000 {
            sequence &+= UInt16.random(in: 1...20, using: &random)
            let kind = Kind.allCases.randomElement(using: &random) ?? .media
            let plain = kind == .media ? Self.packet(9, sequence) : Self.control(9, payload: [1, 2, 3, 4])
            sent.append((try #require(Self.seal(plain, kind, sender)), kind))
            // The newest, or one of up to 150 before it; a few are changed on the way. libsrtp's window for reports has 128.
            let back = Int.random(in: 0...3, using: &random) == 0 ? Int.random(in: 0...150, using: &random) : 0
            var (packet, chosen) = sent[max(0, sent.count - 1 - back)]
            if chosen == .control, back > 30 { continue }
            if Int.random(in: 0...9, using: &random) == 0 {
                packet[Int.random(in: 0..<packet.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            if Int.random(in: 0...30, using: &random) == 0 {
                packet.removeLast(Int.random(in: 1...packet.count, using: &random))
            }
            let (verdict, theirs) = Self.open(packet, chosen, judge)
            let (result, opened) = Self.open(packet, chosen, ours)
            if case .done = verdict {
                try #require(result == verdict && opened == theirs)
            } else {
                // The reason may differ where several hold.
                if case .done = result { Issue.record("taken, although libsrtp says \(verdict): \(packet)") }
            }
            verdicts["\(verdict)".prefix(4).description, default: 0] += 1
        }
        #expect(
            (verdicts["done"] ?? 0) > 3_000 && (verdicts["forg"] ?? 0) > 100 && (verdicts["repl"] ?? 0) > 100,
            "\(verdicts)")
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a packet sent again keeps its place, also across the wrap of the numbers`(_ profile: SRTPProfile) throws {
        let ends = try Self.ends(profile, sender: .ours, receiver: .ours)
        let first = try #require(Self.seal(Self.packet(7, 65_534), .media, ends.peer))
        let lost = try #require(Self.seal(Self.packet(7, 65_535), .media, ends.peer))
        let next = try #require(Self.seal(Self.packet(7, 1), .media, ends.peer))
        #expect(Self.seal(Self.packet(7, 65_535), .media, ends.peer) == lost)
        #expect(Self.open(first, .media, ends.ours).0 == .done(16))
        #expect(Self.open(next, .media, ends.ours).0 == .done(16))
        #expect(Self.open(lost, .media, ends.ours).0 == .done(16))
        #expect(Self.open(lost, .media, ends.ours).0 == .replayed)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a stream that is in use survives any number of others, also after its sequence numbers have wrapped`(
        _ profile: SRTPProfile
    ) throws {
        let ends = try Self.ends(profile, sender: .libsrtp, receiver: .ours)
        var sequence: UInt16 = 65_500
        func carry(_ source: UInt32, _ sequence: UInt16) -> CipherResult {
            guard let sealed = Self.seal(Self.packet(source, sequence), .media, ends.peer) else { return .malformed }
            return Self.open(sealed, .media, ends.ours).0
        }
        func speak() -> CipherResult {
            sequence &+= 1
            return carry(7, sequence)
        }
        for _ in 0..<100 { #expect(speak() == .done(16)) }
        #expect(sequence < 65_500)
        for stranger: UInt32 in 1000..<1300 {
            #expect(carry(stranger, 1) == .done(16))
            try #require(speak() == .done(16), "after \(stranger - 999) others")
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `no bytes whatever stop ours`(_ profile: SRTPProfile) throws {
        var random = SeededGenerator(seed: 14)
        let ends = try Self.ends(profile, sender: .ours, receiver: .ours)
        for _ in 0..<20_000 {
            let noise = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for kind in Kind.allCases {
                if case .done = Self.open(noise, kind, ends.ours).0 { Issue.record("noise is authentic: \(noise)") }
                _ = Self.seal(noise, kind, ends.peer)
            }
        }
    }

    @Test func `no more streams can be sent than their counters are kept of`() throws {
        let ends = try Self.ends(.aes128GCM, sender: .ours, receiver: .ours)
        for source: UInt32 in 1...1024 { #expect(Self.seal(Self.packet(source, 1), .media, ends.peer) != nil) }
        #expect(Self.seal(Self.packet(1025, 1), .media, ends.peer) == nil)
        #expect(Self.seal(Self.packet(64, 2), .media, ends.peer) != nil)
    }
}
