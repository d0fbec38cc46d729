import Foundation
import Testing

@testable import Operations

@Suite("The STUN probe")
struct STUNProbeTests {
    private let request = STUNBinding(transaction: Array(1...12))

    /// A success response to `request` with these attributes.
    private func answer(_ attributes: [UInt8], transaction: [UInt8]? = nil) -> [UInt8] {
        [0x01, 0x01, 0x00, UInt8(attributes.count), 0x21, 0x12, 0xA4, 0x42] + (transaction ?? request.transaction)
            + attributes
    }

    @Test("The request is a Binding request with the magic cookie")
    func bytes() {
        #expect(request.bytes == [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(1...12))
    }

    @Test("The address is read from XOR-MAPPED-ADDRESS, after other attributes, or from MAPPED-ADDRESS")
    func mapped() {
        // 192.0.2.1:32853, the sample of RFC 5769 §2.2.
        let xored: [UInt8] = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
        let software: [UInt8] = [0x80, 0x22, 0x00, 0x03, 0x61, 0x62, 0x63, 0x00]
        let plain: [UInt8] = [0x00, 0x01, 0x00, 0x08, 0x00, 0x01, 0x80, 0x55, 192, 0, 2, 1]
        #expect(request.mappedAddress(in: answer(xored)) == "192.0.2.1:32853")
        #expect(request.mappedAddress(in: answer(software + xored)) == "192.0.2.1:32853")
        #expect(request.mappedAddress(in: answer(plain)) == "192.0.2.1:32853")
        #expect(request.mappedAddress(in: answer(plain + xored)) == "192.0.2.1:32853")
    }

    @Test("Another's answer, a torn one and noise are no answer")
    func refused() {
        let xored: [UInt8] = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
        #expect(request.mappedAddress(in: answer(xored, transaction: Array(2...13))) == nil)
        #expect(request.mappedAddress(in: request.bytes) == nil)
        let whole = answer(xored)
        for count in 0..<whole.count { #expect(request.mappedAddress(in: Array(whole.prefix(count))) == nil) }
        var seed: UInt64 = 5769
        func next() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        for _ in 0..<2000 {
            var noise = whole
            for _ in 0..<4 {
                noise[Int(next() % UInt64(noise.count))] = UInt8(truncatingIfNeeded: next())
            }
            _ = request.mappedAddress(in: noise)
        }
    }

    @Test("A server that answers is ok; a silent port and a name that does not exist are not", .timeLimit(.minutes(1)))
    func live() throws {
        let server = try #require(LoopbackSocket(SOCK_DGRAM))
        let url = try #require(ICEServerURL("stun:127.0.0.1:\(server.port)"))
        #expect(examineICEServer(url, timeoutMilliseconds: 20).verdict == .fail)
        let nobody = try #require(ICEServerURL("stun:nobody.invalid"))
        #expect(examineICEServer(nobody, timeoutMilliseconds: 20).verdict == .fail)

        // Three requests of the first try wait in the socket; a thread answers everything that comes.
        let descriptor = server.descriptor
        let answering = Thread {
            var buffer = [UInt8](repeating: 0, count: 100)
            var from = sockaddr_in()
            for _ in 0..<4 {
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                withUnsafeMutablePointer(to: &from) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &size)
                        guard count == 20 else { return }
                        let head: [UInt8] = [0x01, 0x01, 0, 12, 0x21, 0x12, 0xA4, 0x42]
                        let mapped: [UInt8] = [0x00, 0x01, 0x00, 0x08, 0x00, 0x01, 0x80, 0x55, 192, 0, 2, 1]
                        let reply = head + buffer[8..<20] + mapped
                        sendto(descriptor, reply, reply.count, 0, address, size)
                    }
                }
            }
        }
        answering.start()
        let finding = examineICEServer(url, timeoutMilliseconds: 2000)
        #expect(finding.verdict == .ok)
        #expect(finding.detail.contains("192.0.2.1:32853"))
    }
}
