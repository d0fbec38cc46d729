import SDP
import Testing

@Suite struct CandidateTests {
    @Test(arguments: [
        "candidate:1157055984 1 udp 2122194687 192.0.2.2 38369 typ host generation 0 network-id 1",
        "candidate:976791400 1 tcp 1518214911 2001:db8::2 9 typ host tcptype active generation 0 ufrag abcd",
        "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0",
        "candidate:0 1 udp 2122187007 b8288ebc-2d52-4c6b-b6c1-663e87ba0c9e.local 46558 typ host",
        "candidate:r+/9 256 udp 0 ::ffff:192.0.2.1 65535 typ relay raddr ::1 rport 1",
        "candidate:1 1 ssltcp 1 192.0.2.1 443 typ token",
        "candidate:1 1 tcp 1 192.0.2.1 443 typ prflx tcptype so",
    ])
    func aCandidatePrintsAsItWasRead(text: String) throws {
        let candidate = try ICECandidate(parsing: text)
        #expect(candidate.description == text)
        #expect(try ICECandidate(parsing: "a=" + text) == candidate)
    }

    @Test func theFieldsAreRead() throws {
        let candidate = try ICECandidate(
            parsing: "candidate:84 1 UDP 1677729535 198.51.100.7 46154 typ srflx raddr 192.0.2.9 rport 50 "
                + "generation 3 ufrag EsAw network-cost 10")
        #expect(candidate.foundation == "84")
        #expect(candidate.component == 1)
        #expect(candidate.transport == .udp)
        #expect(candidate.priority == 1_677_729_535)
        #expect(candidate.address == .ipv4("198.51.100.7"))
        #expect(candidate.port == 46154)
        #expect(candidate.kind == .serverReflexive)
        #expect(candidate.relatedAddress == .ipv4("192.0.2.9"))
        #expect(candidate.relatedPort == 50)
        #expect(candidate.generation == 3)
        #expect(candidate.usernameFragment == "EsAw")
        #expect(candidate.extensions.last == .init(name: "network-cost", value: "10"))
    }

    @Test(arguments: [
        ("", "'' is not a candidate: it does not begin with 'candidate:'"),
        ("candidate", "'candidate' is not a candidate: it does not begin with 'candidate:'"),
        ("candidate:1 1 udp 1 192.0.2.1 9 typ", "'1 1 udp 1 192.0.2.1 9 typ' has 7 of a candidate's 8 fields"),
        ("candidate:- 1 udp 1 192.0.2.1 9 typ host", "'-' is not a foundation of 1 to 32 ice-chars"),
        ("candidate:1 0 udp 1 192.0.2.1 9 typ host", "'0' is not a component from 1 to 256"),
        ("candidate:1 257 udp 1 192.0.2.1 9 typ host", "'257' is not a component from 1 to 256"),
        ("candidate:1 1 udp -1 192.0.2.1 9 typ host", "'-1' is not a priority"),
        ("candidate:1 1 udp 4294967296 192.0.2.1 9 typ host", "'4294967296' is not a priority"),
        ("candidate:1 1 udp 1 192.0.2.256 9 typ host", "'192.0.2.256' is not an address"),
        ("candidate:1 1 udp 1 192.0.2.1 65536 typ host", "'65536' is not a port"),
        ("candidate:1 1 udp 1 192.0.2.1 9 type host", "'1 1 udp 1 192.0.2.1 9 type host' has no candidate type"),
        ("candidate:1 1 udp 1 192.0.2.1 9 typ host raddr x..y", "'x..y' is not an address (raddr)"),
        ("candidate:1 1 udp 1 192.0.2.1 9 typ host rport x", "'x' is not a port (rport)"),
        ("candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype x", "'x' is not a tcptype: active, passive or so"),
        ("candidate:1 1 udp 1 192.0.2.1 9 typ host generation", "ends in a name without a value"),
        ("candidate:1 1 udp 1 192.0.2.1 9 typ host x y\r\na=z", "a candidate holds no control characters"),
    ])
    func aBrokenCandidateIsRefusedWithAReason(text: String, reason: String) {
        do throws(SDPError) {
            let candidate = try ICECandidate(parsing: text)
            Issue.record("read as \(candidate)")
        } catch {
            #expect(error.code == .syntax)
            #expect(error.reason.contains(reason))
        }
    }

    @Test func aCandidateHasALimit() {
        let text = "candidate:1 1 udp 1 192.0.2.1 9 typ host" + String(repeating: " x y", count: 2000)
        #expect(throws: SDPError(.limitExceeded, "a candidate is at most 4096 bytes long")) {
            try ICECandidate(parsing: text)
        }
    }

    @Test(arguments: ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "2001:db8::192.0.2.1", "FE80::A", "::1.2.3.4"])
    func theseAreIPv6Addresses(text: String) { #expect(ConnectionAddress(text) == .ipv6(text)) }

    @Test(arguments: [
        "", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::",
        "::g", "fe80::1%eth0", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "[::1]", "::1:2:3:4:5:6:7:8",
        "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.+4", "a..b", ".a", "a.", "a b", "ä.local",
    ])
    func theseAreNoAddresses(text: String) { #expect(ConnectionAddress(text) == nil) }

    @Test func aNameOfMulticastDNSIsKnownAsSuch() {
        #expect(ConnectionAddress("A-B.Local")?.isMulticastName == true)
        #expect(ConnectionAddress("turn.example.org")?.isMulticastName == false)
        #expect(ConnectionAddress("192.0.2.1")?.isMulticastName == false)
    }
}

@Suite struct FingerprintTests {
    @Test(arguments: [("sha-256", 32, true), ("sha-384", 48, true), ("sha-512", 64, true), ("sha-1", 20, false)])
    func aFingerprintPrintsAsItWasRead(hash: String, length: Int, strong: Bool) throws {
        let fingerprint = Fingerprint(hash: hash.uppercased(), bytes: (0..<length).map { UInt8($0 * 3) })
        let read = try Fingerprint(parsing: fingerprint.description.uppercased())
        #expect(read == fingerprint)
        #expect(read.hash == hash)
        #expect(read.isStrong == strong)
        #expect(try Fingerprint(parsing: fingerprint.description.lowercased()) == fingerprint)
    }

    @Test(arguments: [
        ("sha-256 AB", "'sha-256 AB' is not a hash of 32 bytes"),
        ("sha-256", "'sha-256' is not a hash function and a hash"),
        ("sha-256 A:B", "'sha-256 A:B' is not a hash written as pairs of hexadecimal digits"),
        ("sha-1 " + Array(repeating: "AB", count: 21).joined(separator: ":"), "is not a hash of 20 bytes"),
        ("x-new AB:G0", "is not a hash written as pairs of hexadecimal digits"),
    ])
    func aBrokenFingerprintIsRefusedWithAReason(text: String, reason: String) {
        do throws(SDPError) {
            let fingerprint = try Fingerprint(parsing: text)
            Issue.record("read as \(fingerprint)")
        } catch {
            #expect(error.reason.contains(reason))
        }
    }
}
