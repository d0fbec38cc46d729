import SDP
import Testing
import Transport

@testable import Load

@Suite struct ServerAddressTests {
    @Test func `addresses of WebSockets are read, and others are not`() throws {
        let plain = try #require(ServerAddress("ws://127.0.0.1:8081/ws"))
        #expect((plain.host, plain.port, plain.path, plain.isSecure) == ("127.0.0.1", 8081, "/ws", false))
        let short = try #require(ServerAddress("wss://calls.example.org"))
        #expect((short.host, short.port, short.path, short.isSecure) == ("calls.example.org", 443, "/ws", true))
        #expect(short.hostField == "calls.example.org")
        let six = try #require(ServerAddress("ws://[::1]:9000/socket?x=1"))
        #expect((six.host, six.port, six.path, six.hostField) == ("::1", 9000, "/socket?x=1", "[::1]:9000"))
        for wrong in ["", "http://127.0.0.1/ws", "ws://", "127.0.0.1:8081", "ws://user@host/ws", "ws://host:0/ws"] {
            #expect(ServerAddress(wrong) == nil, "\(wrong)")
        }
    }
}

@Suite struct BitRateTests {
    @Test func `bit rates are read as people write them`() {
        #expect(["600000", "600k", "1.2M", "0", "50K"].map(BitRate.parse) == [600_000, 600_000, 1_200_000, 0, 50_000])
        for wrong in ["", "k", "-5k", "1e9", "600kk", "fast", "99999999999M", "1.2.3"] {
            #expect(BitRate.parse(wrong) == nil, "\(wrong)")
        }
    }
}

@Suite struct LoadPlanTests {
    @Test func `a file has two tokens in a line`() throws {
        let rooms = try LoadPlan.rooms(parsing: "# a comment\na.b.c d.e.f\n\n  g.h.i\tj.k.l # more\r\n")
        #expect(rooms == [.init(first: "a.b.c", second: "d.e.f"), .init(first: "g.h.i", second: "j.k.l")])
        #expect(throws: LoadError("line 2: expected the tokens of two callers")) {
            try LoadPlan.rooms(parsing: "a b\nc\n")
        }
        #expect(throws: LoadError("there are no tokens")) { try LoadPlan.rooms(parsing: "# none\n") }
    }
}

@Suite struct ProcessUsageTests {
    @Test func `a process whose name has spaces and parentheses is read`() throws {
        let stat =
            "42 (a) b (c)) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 12 0 1000 123456789 2500 18446744073709551615"
        let usage = try #require(ProcessUsage(stat: stat, ticksPerSecond: 100, pageBytes: 4096))
        #expect(usage.processorSeconds == 2)
        #expect(usage.residentBytes == 2500 * 4096)
        #expect(ProcessUsage(stat: "42 (short) S 1", ticksPerSecond: 100, pageBytes: 4096) == nil)
        #expect(ProcessUsage(stat: "", ticksPerSecond: 100, pageBytes: 4096) == nil)
    }

    @Test func `there is none of a process that is not there`() {
        #expect(throws: LoadError.self) { try ProcessUsage(of: -1) }
    }
}

@Suite struct MetricsPageTests {
    private func page(_ forwarded: Int, _ buckets: [Int]) -> String {
        let bounds = ["0.001", "0.005", "+Inf"]
        let lines = zip(bounds, buckets).map { "consult_forward_latency_seconds_bucket{le=\"\($0)\"} \($1)" }
        return
            ([
                "# HELP consult_packets_forwarded_total x", "consult_packets_forwarded_total \(forwarded)",
                "consult_packets_lost_total 3", "consult_billing_events_total{event=\"x\"} 2",
            ] + lines).joined(separator: "\n")
    }

    @Test func `percentiles of what happened between two pages lie between the bounds`() throws {
        let before = try #require(MetricsPage(parsing: page(100, [100, 100, 100])))
        let after = try #require(MetricsPage(parsing: page(300, [190, 200, 200])))
        let between = after.since(before)
        #expect(between.forwarded == 200)
        #expect(between.lost == 0)
        #expect(between.quantile(0.45) == 0.0005)
        #expect(try #require(between.quantile(0.95)) == 0.003)
        #expect(between.quantile(1) == 0.005)
    }

    @Test func `what lies above all bounds counts as the last bound, and nothing has no percentile`() throws {
        let page = try #require(MetricsPage(parsing: page(1, [0, 0, 10])))
        #expect(page.quantile(0.99) == 0.005)
        #expect(page.since(page).quantile(0.99) == nil)
        #expect(MetricsPage(parsing: "up 1\n") == nil)
    }
}

@Suite struct CallerDescriptionTests {
    private func local(picture: UInt32?) -> CallerDescription.Local {
        .init(
            ufrag: "abcd", password: "0123456789012345678901", fingerprint: [UInt8](repeating: 0xAB, count: 32),
            candidates: ["candidate:1 1 UDP 2015363327 127.0.0.1 50000 typ host"], voice: 17, picture: picture,
            cname: "load-0-0")
    }

    @Test func `the server's own negotiation takes the offer with voice and picture, and its answer is read`() throws {
        let offer = CallerDescription.offer(local(picture: 18))
        let session = try negotiate(SessionDescription(parsing: offer), policy: NegotiationPolicy())
        #expect(session.media.map(\.slot) == [.mic, .camera])
        #expect(session.remoteCandidates.count == 1)
        #expect(session.endOfCandidates)
        let answer = session.answer(
            local: LocalParameters(
                ufrag: "wxyz", password: "9876543210987654321098",
                fingerprint: Fingerprint(hash: "sha-256", bytes: [UInt8](repeating: 1, count: 32)),
                candidates: [try ICECandidate(parsing: "candidate:2 1 UDP 2015363327 127.0.0.1 40000 typ host")],
                endOfCandidates: true, sessionID: 1, sessionVersion: 1, cname: "c", streamID: "relay",
                sources: [.mic: 5, .camera: 6]))
        let read = try CallerDescription.read(answer: answer.description, wantsPicture: true)
        #expect(read.peer.ufrag == "wxyz")
        #expect(
            read.peer.fingerprints == [PeerFingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 1, count: 32))])
        #expect(read.candidates == ["candidate:2 1 udp 2015363327 127.0.0.1 40000 typ host"])
    }

    @Test func `a voice alone is offered as one line`() throws {
        let offer = CallerDescription.offer(local(picture: nil))
        let session = try negotiate(SessionDescription(parsing: offer), policy: NegotiationPolicy())
        #expect(session.media.map(\.slot) == [.mic])
    }

    @Test func `answers that lack something are refused in words`() {
        let refused = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\n"
        for (text, words) in [
            ("nonsense", "the answer's SDP"), (refused, "refuses the voice"),
            (refused.replacing("audio 0", with: "audio 9"), "no ICE credentials"),
        ] {
            do {
                _ = try CallerDescription.read(answer: text, wantsPicture: false)
                Issue.record("read \(text)")
            } catch {
                #expect(error.description.contains(words))
            }
        }
    }
}

@Suite struct LoadProgressTests {
    @Test func `the line says what is known`() {
        var progress = LoadProgress(
            phase: .measuring, seconds: 12.4, ready: 6, callers: 8, failed: 0, packetsPerSecond: 830.4, missing: 2,
            latency: nil, serverPercent: nil)
        #expect(progress.line == "measuring 12 s  6/8 callers  830 packets/s  2 missing")
        progress.failed = 1
        progress.latency = 1.236
        progress.serverPercent = 44.6
        #expect(
            progress.line
                == "measuring 12 s  6/8 callers  1 rooms failed  830 packets/s  2 missing  p99 1.24 ms  server 45 %")
    }

    @Test func `numbers are written with their digits`() {
        #expect(
            [0, 1.005, -2.5, 12.349, 0.0004].map { Figure.text($0, digits: 2) } == [
                "0.00", "1.00", "-2.50", "12.35", "0.00",
            ])
        #expect(Figure.text(.infinity, digits: 2) == "-")
        #expect(Figure.text(-0.2, digits: 0) == "0")
    }
}
