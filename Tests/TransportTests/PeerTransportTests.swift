import RTP
import Synchronization
import Testing
import Transport

/// Two transports on one loop, connected over loopback: real ICE, real DTLS, real SRTP.
private actor Pair {
    nonisolated let loop: EventLoop
    private var context: TransportContext?
    private var ends: [End] = []
    private var waiting:
        [(condition: () -> Bool, continuation: CheckedContinuation<Bool, Never>, until: MonotonicInstant)] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init() throws { loop = try EventLoop(name: "pair") }

    nonisolated func start() throws {
        try loop.start(
            prepare: {
                self.assumeIsolated {
                    let context = TransportContext()
                    context.enter(on: $0.loop)
                    $0.context = context
                }
            },
            service: { ready in self.assumeIsolated { $0.service(ready) } },
            finish: { self.assumeIsolated { $0.finish() } })
    }

    private func service(_ ready: [UInt64]) -> NanosecondCount {
        context?.read(ready)
        for end in ends { end.transport?.tick(.now()) }
        let now = MonotonicInstant.now()
        let (done, rest) = (
            waiting.filter { $0.condition() || now > $0.until }, waiting.filter { !($0.condition() || now > $0.until) }
        )
        waiting = rest
        for item in done { item.continuation.resume(returning: item.condition()) }
        return .milliseconds(2)
    }

    private func finish() {
        ends = []
        context = nil
    }

    /// Makes both ends and exchanges what SDP would carry; `claimed` replaces the fingerprint that the second end is told.
    func connect(profiles: [SRTPProfile] = SRTPProfile.allCases, claimed: [UInt8]? = nil) throws {
        let configuration = TransportConfiguration(addresses: ["127.0.0.1"], ports: 41000...48000)
        let certificates = [try Certificate(profiles: profiles), try Certificate()]
        guard let context else { return }
        ends = [End(), End()]
        for (index, end) in ends.enumerated() {
            end.transport = try PeerTransport(
                context: context, certificate: certificates[index], configuration: configuration,
                controlling: index == 0,
                delegate: end, now: .now())
        }
        for (index, end) in ends.enumerated() {
            let other = ends[1 - index]
            let credentials = try #require(other.transport?.localCredentials)
            let bytes = index == 1 ? claimed ?? certificates[0].sha256 : certificates[1].sha256
            try end.transport?.connect(
                to: PeerParameters(
                    ufrag: credentials.ufrag, password: credentials.password,
                    fingerprints: [PeerFingerprint(algorithm: .sha256, bytes: bytes)],
                    role: index == 0 ? .client : .server))
            for candidate in other.transport?.candidates ?? [] { end.transport?.addRemoteCandidate(candidate) }
            end.transport?.remoteCandidatesDone()
        }
    }

    private func wait(_ condition: @escaping () -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            waiting.append((condition, continuation, MonotonicInstant.now().advanced(by: .seconds(10))))
        }
    }

    func connected() async -> Bool {
        let ends = ends
        return await wait { ends.allSatisfy { $0.transport?.state == .connected } }
    }

    func failure() async -> String? {
        let end = ends[1]
        _ = await wait { if case .failed = end.transport?.state { true } else { false } }
        if case .failed(let reason) = end.transport?.state { return reason }
        return nil
    }

    var profile: SRTPProfile? { ends[1].transport?.profile }

    /// Sends `packets` from the first end; what the second got, once all are there.
    func send(_ packets: [[UInt8]]) async -> [[UInt8]] {
        for packet in packets { ends[0].send(packet) }
        let receiver = ends[1]
        _ = await wait { receiver.received.count >= packets.count }
        return receiver.received
    }

}

private final class End: PeerTransportDelegate {
    var transport: PeerTransport?
    var received: [[UInt8]] = []

    func send(_ packet: [UInt8]) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: packet.count + mediaCipherRoom, alignment: 8)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: packet)
        _ = transport?.sendRTP(buffer, length: packet.count)
    }

    func transport(_ transport: PeerTransport, entered state: PeerTransport.State) {}
    func transport(_ transport: PeerTransport, found candidate: String?) {}
    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        received.append([UInt8](buffer[..<length]))
    }
    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        received.append([UInt8](buffer[..<length]))
    }
    func transport(_ transport: PeerTransport, deliveredPacketsFrom arrival: Int64?) {}
}

private func packet(_ sequence: UInt8) -> [UInt8] {
    [0x80, 96, 0, sequence, 0, 0, 0, 1, 0, 0, 0, 7] + (0..<100).map { UInt8($0) }
}

@Suite("A peer transport") struct PeerTransportTests {
    private func withPair(_ body: (Pair) async throws -> Void) async throws {
        let pair = try Pair()
        try pair.start()
        do { try await body(pair) } catch {
            await pair.loop.shutdown()
            throw error
        }
        await pair.loop.shutdown()
    }

    @Test("connects over loopback and carries RTP unchanged, with GCM where both offer it")
    func carries() async throws {
        try await withPair { pair in
            try await pair.connect()
            #expect(await pair.connected())
            #expect(await pair.profile == .aes128GCM)
            let packets = (0..<50).map { packet(UInt8($0)) }
            #expect(await pair.send(packets) == packets)
        }
    }

    @Test("falls back to AES-CM for a peer without GCM")
    func fallsBack() async throws {
        try await withPair { pair in
            try await pair.connect(profiles: [.aes128CM])
            #expect(await pair.connected())
            #expect(await pair.profile == .aes128CM)
            #expect(await pair.send([packet(1)]) == [packet(1)])
        }
    }

    @Test("refuses a peer whose certificate is not the one its description announced")
    func verifies() async throws {
        try await withPair { pair in
            try await pair.connect(claimed: [UInt8](repeating: 7, count: 32))
            let reason = try #require(await pair.failure())
            #expect(reason.contains("fingerprint"))
            #expect(await pair.profile == nil)
        }
    }
}
