import COpenSSL
import Glibc
import RTP
import TestSupport
import Testing

@testable import Transport

/// What anybody may send to a path that has been taken over: the peer, who knows the credentials, and who forges its address and does not.
@Suite("Connectivity checks on a path of our own", .timeLimit(.minutes(2))) struct CheckFuzzTests {
    private struct NoPath: Error {}

    /// A path, and the peer at its other end.
    private final class Ends {
        let path: DirectPath
        let far: LoopbackSocket
        private let near: LoopbackSocket
        private let theirs = ConnectivityChecks()
        private let credentials: ConnectivityChecks.Credentials

        static let local = ICEAgent.Credentials(ufrag: "ours", password: "a password of twenty-two chars")
        static let remote = ICEAgent.Credentials(ufrag: "peer", password: "another one, as long as it is")

        init() throws {
            (near, far) = (try LoopbackSocket(), try LoopbackSocket())
            credentials = ConnectivityChecks.Credentials(local: Self.remote, remote: Self.local, controlling: true)
            let path = DirectPath(
                beside: near.descriptor, to: far.address,
                credentials: ConnectivityChecks.Credentials(local: Self.local, remote: Self.remote, controlling: false),
                checks: ConnectivityChecks(), now: .now())
            guard let path else { throw NoPath() }
            self.path = path
        }

        deinit { theirs.forget(credentials) }

        /// A check as the peer writes it.
        func check() -> [UInt8] {
            withUnsafeTemporaryAllocation(byteCount: ConnectivityChecks.messageLimit, alignment: 8) { buffer in
                [UInt8](buffer[..<theirs.ask(credentials, into: buffer)])
            }
        }

        /// Gives the path a datagram; what it sent to the peer for it. A buffer of exactly its size: what is read behind it is found out.
        @discardableResult func answers(to datagram: [UInt8]) -> [[UInt8]] {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: datagram.count, alignment: 8)
            defer { buffer.deallocate() }
            buffer.copyBytes(from: datagram)
            path.receivedCheck(UnsafeRawBufferPointer(buffer), at: .now())
            return far.receiveAll()
        }

        /// Whether a check that is in order is answered, and the answer is believed.
        func isAlive() -> Bool {
            let answers = answers(to: check())
            guard answers.count == 1 else { return false }
            return withUnsafeTemporaryAllocation(byteCount: ConnectivityChecks.messageLimit, alignment: 8) { reply in
                answers[0].withUnsafeBytes {
                    theirs.receive($0, from: path.remote, credentials, reply: reply) == .consented
                }
            }
        }
    }

    @Test func `survive random bytes, and answer none of them`() throws {
        let ends = try Ends()
        var random = SeededGenerator(seed: 8489)
        for round in 0..<20_000 {
            var datagram = (0..<random.below(round % 10 == 0 ? 1500 : 80)).map { _ in UInt8(random.below(256)) }
            // What the demultiplexer takes for STUN (RFC 7983), half of it with the magic cookie and a length that fits.
            if !datagram.isEmpty { datagram[0] &= 0x03 }
            if round % 2 == 0, datagram.count >= 20 {
                datagram.replaceSubrange(2..<8, with: header(datagram.count - 20))
            }
            #expect(ends.answers(to: datagram).isEmpty)
        }
        #expect(ends.isAlive())
    }

    @Test func `are answered whole, and in no part or alteration`() throws {
        let ends = try Ends()
        var random = SeededGenerator(seed: 5389)
        let whole = ends.check()
        try #require(ends.answers(to: whole).count == 1)
        for length in 0..<whole.count { #expect(ends.answers(to: Array(whole[..<length])).isEmpty) }
        for byte in whole.indices {
            for bit in 0..<8 {
                var altered = whole
                altered[byte] ^= 1 << UInt8(bit)
                #expect(ends.answers(to: altered).isEmpty, "bit \(bit) of byte \(byte)")
            }
        }
        for _ in 0..<20_000 {
            var altered = whole
            for _ in 0...random.below(8) { altered[random.below(altered.count)] = UInt8(random.below(256)) }
            switch random.below(4) {
            case 0: altered += (0..<random.below(1200)).map { _ in UInt8(random.below(256)) }
            case 1: altered.removeLast(random.below(altered.count))
            case 2:
                let (from, to) = (20 + random.below(altered.count - 20), 20 + random.below(altered.count - 20))
                altered.insert(contentsOf: altered[min(from, to)..<max(from, to)], at: from)
            default: break
            }
            if altered != whole { #expect(ends.answers(to: altered).isEmpty) }
        }
        #expect(ends.isAlive())
    }

    @Test func `of somebody who does not know the password are not answered`() throws {
        let ends = try Ends()
        let right = Array(Ends.local.password.utf8)
        let user = Array("ours:peer".utf8)
        let good: [Attribute] = [(0x0006, user), (0x0024, [0, 0, 0, 1]), (0x802A, Array(repeating: 7, count: 8))]
        try #require(ends.answers(to: message(good, password: right)).count == 1)
        #expect(ends.answers(to: message(good, password: Array("somebody else's password".utf8))).isEmpty)
        #expect(ends.answers(to: message(good, password: [])).isEmpty)
        #expect(ends.answers(to: message(good, password: nil)).isEmpty)
        for name in ["peer:ours", "ours", "ours:", ":", "", "ours:peer:", "OURS:PEER"] {
            let attributes = [(0x0006, Array(name.utf8))] + good.dropFirst()
            #expect(ends.answers(to: message(attributes, password: right)).isEmpty, "\(name)")
        }
        #expect(ends.isAlive())
    }

    @Test func `of a peer that knows the password and means harm end nothing and are answered once at most`() throws {
        let ends = try Ends()
        var random = SeededGenerator(seed: 8445)
        let password = Array(Ends.local.password.utf8)
        // What the library knows, what it does not, and what belongs to TURN.
        let kinds = [
            0x0001, 0x0006, 0x0008, 0x0009, 0x000A, 0x0014, 0x0015, 0x0020, 0x0024, 0x0025, 0x7FFF, 0x8022, 0x8028,
            0x8029,
            0x802A, 0xFFFF,
        ]
        for round in 0..<20_000 {
            var attributes: [Attribute] = round % 3 == 0 ? [] : [(0x0006, Array("ours:peer".utf8))]
            for _ in 0..<random.below(round % 50 == 0 ? 300 : 8) {
                let size = random.below(4) == 0 ? random.below(700) : random.below(10)
                attributes.append((kinds[random.below(kinds.count)], (0..<size).map { _ in UInt8(random.below(256)) }))
            }
            // Requests, indications, answers and errors; of Binding mostly.
            let type = [0x0001, 0x0011, 0x0101, 0x0111, 0x0003, 0x0001][random.below(6)]
            var datagram = message(attributes, type: type, password: password)
            if random.below(3) == 0 {
                // An attribute that says it is longer than it is, authenticated as it stands.
                datagram = message(attributes, type: type, password: password, lie: UInt16(random.below(65536)))
            }
            let answers = ends.answers(to: datagram)
            #expect(answers.count <= 1 && answers.allSatisfy { $0.count <= ConnectivityChecks.messageLimit })
        }
        #expect(ends.isAlive())
    }

    // MARK: Messages by hand

    private typealias Attribute = (kind: Int, value: [UInt8])

    private func header(_ length: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length), 0x21, 0x12, 0xA4, 0x42]
    }

    /// A message (RFC 8489 §5) with integrity by `password` (nil: without) and a fingerprint. `lie` is what the last of the given
    /// attributes says its length is.
    private func message(
        _ attributes: some Sequence<Attribute>, type: Int = 0x0001, password: [UInt8]?, lie: UInt16? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(type >> 8), UInt8(type & 0xff)] + header(0) + Array(1...12)
        func append(_ kind: Int, _ value: [UInt8]) {
            bytes += [
                UInt8(kind >> 8), UInt8(kind & 0xff), UInt8(truncatingIfNeeded: value.count >> 8),
                UInt8(truncatingIfNeeded: value.count),
            ]
            bytes += value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        }
        var last: Int?
        for attribute in attributes {
            last = bytes.count
            append(attribute.kind, attribute.value)
        }
        if let lie, let last {
            bytes.replaceSubrange((last + 2)..<(last + 4), with: [UInt8(lie >> 8), UInt8(lie & 0xff)])
        }
        if let password {
            bytes.replaceSubrange(2..<8, with: header(bytes.count - 20 + 24))
            append(0x0008, integrity(bytes, password))
        }
        bytes.replaceSubrange(2..<8, with: header(bytes.count - 20 + 8))
        let check = checksum(bytes) ^ 0x5354_554E
        append(0x8028, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: check >> $0) })
        return bytes
    }

    private func integrity(_ bytes: [UInt8], _ password: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        _ = HMAC(EVP_sha1(), password, Int32(password.count), bytes, bytes.count, &digest, &length)
        return digest
    }

    /// CRC-32 of ITU V.42.
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = ~UInt32(0)
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }
}
