import Identifiers
import RTP
import Relay
import Synchronization
import Transport

/// A caller without a browser: the client side of the same transport, an offer written by hand, packets byte by byte.
actor SyntheticPeer {
    struct Packet: Sendable {
        var header: RTPHeader
        var payload: [UInt8]
        var bytes: [UInt8]
        var arrival: MonotonicInstant
    }

    /// What its offer says of its codecs and streams, by m-line.
    struct Media: Sendable {
        var formats = ["111", "96", "96"]
        var lines = [
            ["a=rtpmap:111 opus/48000/2"], ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"],
            ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"],
        ]
        /// Whether its offer names its streams' SSRCs.
        var announces = true
    }

    /// The payload types of its offer.
    static let opus: UInt8 = 111
    static let vp8: UInt8 = 96

    nonisolated let loop: EventLoop
    nonisolated let user: UserID
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private(set) var received: [Packet] = []
    private(set) var feedback: [[UInt8]] = []
    /// SSRCs the answer announced, by m-line.
    private(set) var announced: [UInt32] = []
    /// SSRCs of retransmissions the answer announced, by m-line; 0 where there is none.
    private(set) var announcedRepairs: [UInt32] = []
    private(set) var answer = ""
    /// SSRCs of its own, by m-line.
    private(set) var sources: [UInt32]

    private var context: TransportContext?
    private let media: Media
    private var transport: PeerTransport?
    private var observer: Observer?
    private var waiting: [Waiter] = []

    private struct Waiter {
        let condition: (isolated SyntheticPeer) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
        let until: MonotonicInstant
    }

    init(_ name: String, firstSource: UInt32, media: Media = Media()) throws {
        self.media = media
        guard let user = UserID(name) else { throw RelayError(.invalidDescription, "not a name") }
        self.user = user
        loop = try EventLoop(name: name)
        sources = [firstSource, firstSource + 1, firstSource + 2]
    }

    nonisolated func start() throws {
        try loop.start(
            prepare: {
                self.assumeIsolated {
                    let context = TransportContext()
                    context.enter(on: self.loop)
                    $0.context = context
                }
            },
            service: { ready in self.assumeIsolated { $0.service(ready) } },
            finish: { self.assumeIsolated { $0.finish() } })
    }

    private func service(_ ready: [UInt64]) -> NanosecondCount {
        context?.read(ready)
        transport?.tick(.now())
        let now = MonotonicInstant.now()
        var rest: [Waiter] = []
        for waiter in waiting {
            let holds = waiter.condition(self)
            if holds || now > waiter.until { waiter.continuation.resume(returning: holds) } else { rest.append(waiter) }
        }
        waiting = rest
        return .milliseconds(2)
    }

    private func finish() {
        transport?.close()
        transport = nil
        context = nil
    }

    /// Waits until `condition` holds; false where it does not within `limit`, which only a failure waits for.
    func wait(
        within limit: NanosecondCount = .seconds(60), _ condition: @escaping @Sendable (isolated SyntheticPeer) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let until = MonotonicInstant.now().advanced(by: limit)
            waiting.append(Waiter(condition: condition, continuation: continuation, until: until))
        }
    }

    var isConnected: Bool { transport?.state == .connected }
    /// Packets its SRTP refused: forged, or seen before.
    var refused: UInt64 { transport?.rejected ?? 0 }
    var isClosed: Bool { transport?.state == .closed }

    /// Offers mic, camera and screen to `call`, takes the answer and connects.
    ///
    /// - Parameter firstSource: the SSRCs of a new page, counted up from here.
    func join(_ call: RelayCall, firstSource: UInt32? = nil) async throws {
        transport?.close()
        if let firstSource { sources = [firstSource, firstSource + 1, firstSource + 2] }
        let certificate = try Certificate()
        let observer = Observer(peer: self)
        guard let context else { return }
        let transport = try PeerTransport(
            context: context, certificate: certificate,
            configuration: TransportConfiguration(addresses: ["127.0.0.1"], ports: 50000...59999), controlling: true,
            delegate: observer, now: .now())
        self.transport = transport
        observer.transport = transport
        self.observer = observer
        received = []
        feedback = []
        let offer = try description(certificate: certificate)
        let answer = try await call.offer(offer, from: user)
        try accept(answer)
    }

    private func accept(_ answer: String) throws {
        let lines = answer.split(separator: "\r\n").map(String.init)
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix("a=\(name):") }.map { String($0.dropFirst(name.count + 3)) }
        }
        guard let ufrag = value("ice-ufrag"), let password = value("ice-pwd"), let fingerprint = value("fingerprint")
        else {
            throw RelayError(.invalidDescription, "the answer lacks ICE or DTLS: \(answer)")
        }
        let hash = fingerprint.split(separator: " ").last.map(String.init) ?? ""
        let bytes = hash.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        announced = []
        announcedRepairs = []
        self.answer = answer
        for section in answer.split(separator: "\r\nm=", omittingEmptySubsequences: false).dropFirst() {
            let ssrc = section.split(separator: "\r\n").first { $0.hasPrefix("a=ssrc:") }
            announced.append(ssrc.flatMap { UInt32($0.dropFirst(7).prefix { $0.isNumber }) } ?? 0)
            let group = section.split(separator: "\r\n").first { $0.hasPrefix("a=ssrc-group:FID ") }
            announcedRepairs.append(group.flatMap { $0.split(separator: " ").last }.flatMap { UInt32($0) } ?? 0)
        }
        try transport?.connect(
            to: PeerParameters(
                ufrag: ufrag, password: password, fingerprints: [PeerFingerprint(algorithm: .sha256, bytes: bytes)],
                role: .client))
        for line in lines where line.hasPrefix("a=candidate:") {
            transport?.addRemoteCandidate(String(line.dropFirst(2)))
        }
        transport?.remoteCandidatesDone()
    }

    private func description(certificate: Certificate) throws -> String {
        guard let credentials = transport?.localCredentials else { return "" }
        let fingerprint = certificate.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            .joined(separator: ":")
        var lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2", "a=ice-options:trickle",
        ]
        for (index, codec) in media.lines.enumerated() {
            lines.append("m=\(index == 0 ? "audio" : "video") 9 UDP/TLS/RTP/SAVPF \(media.formats[index])")
            lines += [
                "c=IN IP4 0.0.0.0", "a=mid:\(index)", "a=sendrecv", "a=rtcp-mux", "a=ice-ufrag:\(credentials.ufrag)",
                "a=ice-pwd:\(credentials.password)", "a=fingerprint:sha-256 \(fingerprint)", "a=setup:actpass",
            ]
            lines += codec
            if media.announces { lines.append("a=ssrc:\(sources[index]) cname:\(user)") }
            if index == 0 { lines += (transport?.candidates ?? []).map { "a=" + $0 } }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    // MARK: Packets

    /// Sends one packet of an m-line (0 mic, 1 camera, 2 screen).
    func send(_ line: Int, sequence: UInt16, timestamp: UInt32, payload: [UInt8]) {
        var packet: [UInt8] = [0x80, line == 0 ? Self.opus : Self.vp8]
        for shift in [8, 0] { packet.append(UInt8(truncatingIfNeeded: sequence >> UInt16(shift))) }
        for value in [timestamp, sources[line]] {
            for shift in [24, 16, 8, 0] { packet.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
        }
        sendRTP(packet + payload)
    }

    /// Sends any bytes as SRTP.
    func sendRTP(_ packet: [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: packet.count + mediaCipherRoom, alignment: 8) { buffer in
            buffer.copyBytes(from: packet)
            _ = transport?.sendRTP(buffer, length: packet.count)
        }
    }

    /// Sends any bytes as SRTCP.
    func sendRTCP(_ packet: [UInt8]) { _ = transport?.sendRTCP(packet) }

    fileprivate func took(_ packet: Packet) { received.append(packet) }
    fileprivate func tookFeedback(_ bytes: [UInt8]) { feedback.append(bytes) }
}

/// The transport's delegate; lives on the peer's thread.
private final class Observer: PeerTransportDelegate {
    unowned let peer: SyntheticPeer
    var transport: PeerTransport?

    init(peer: SyntheticPeer) { self.peer = peer }

    deinit { transport?.detach() }

    func transport(_ transport: PeerTransport, entered state: PeerTransport.State) {}
    func transport(_ transport: PeerTransport, found candidate: String?) {}

    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let bytes = [UInt8](buffer[..<length])
        guard let header = RTPHeader(parsing: bytes.span.bytes) else { return }
        let packet = SyntheticPeer.Packet(
            header: header, payload: Array(bytes[header.payloadRange]), bytes: bytes, arrival: transport.lastArrival)
        peer.assumeIsolated { $0.took(packet) }
    }

    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let bytes = [UInt8](buffer[..<length])
        peer.assumeIsolated { $0.tookFeedback(bytes) }
    }

    func transport(_ transport: PeerTransport, deliveredPacketsFrom arrival: Int64?) {}
}
