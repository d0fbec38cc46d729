import SDP
import Testing

/// An edit of the small offer, and the error it leads to.
struct Refusal: Sendable, CustomTestStringConvertible {
    var edits: [Int: String]
    var code: SDPError.Code
    var description: String

    init(_ edits: [Int: String], _ code: SDPError.Code, _ description: String) {
        self.edits = edits
        self.code = code
        self.description = description
    }

    var testDescription: String { description }
}

@Suite struct RefusalTests {
    static let syntax: [Refusal] = [
        Refusal(
            [12: "a=fingerprint:sha-256 AB"], .syntax, "line 12: a=fingerprint: 'sha-256 AB' is not a hash of 32 bytes"),
        Refusal([1: "v=1"], .syntax, "line 1: a description begins with v=0, not 'v=1'"),
        Refusal([2: "s=-"], .syntax, "line 2: o= is missing after v="),
        Refusal([2: "o=- x 1 IN IP4 0.0.0.0"], .syntax, "line 2: o=: '- x 1 IN IP4 0.0.0.0' is not of the form"),
        Refusal([3: "t=0 0"], .syntax, "line 3: s= is missing after o="),
        Refusal([8: "hello"], .syntax, "line 8: 'hello' is not of the form <type>=<value>"),
        Refusal([8: "\u{FC}=1"], .syntax, "line 8: '\u{FC}=1' is not of the form <type>=<value>"),
        Refusal([8: "x=1"], .syntax, "line 8: 'x' is no type of line, or stands in the wrong place"),
        Refusal([8: "t=0 0"], .syntax, "line 8: t= does not belong to an m-line"),
        Refusal([8: "a=x:\u{0}"], .syntax, "line 8: a line holds no control characters"),
        Refusal([8: "a=:x"], .syntax, "line 8: a=: ':x' does not begin with an attribute's name"),
        Refusal([18: "m=video"], .syntax, "line 18: m=: 'video' is not of the form"),
        Refusal([18: "m=video 65536 UDP/TLS/RTP/SAVPF 96"], .syntax, "line 18: m=: '65536' is not a port"),
        Refusal([18: "m=video 9/0 UDP/TLS/RTP/SAVPF 96"], .syntax, "line 18: m=: '0' is not a number of ports"),
        Refusal(
            [18: "m=video 9 UDP/TLS/RTP/SAVPF 128"], .syntax, "line 18: m=: '128' is not a payload type from 0 to 127"),
        Refusal([9: "a=mid:a b"], .syntax, "line 9: a=mid: 'a b' is not a token"),
        Refusal(
            [13: "a=setup:both"], .syntax, "line 13: a=setup: 'both' is not one of actpass, active, passive, holdconn"),
        Refusal([15: "a=rtcp-mux:1"], .syntax, "line 15: a=rtcp-mux: takes no value, but has '1'"),
        Refusal([16: "a=extmap:x urn:y"], .syntax, "line 16: a=extmap: 'x' is not a header extension id"),
        Refusal([16: "a=extmap:1/up urn:y"], .syntax, "line 16: a=extmap: 'up' is not a direction"),
        Refusal([16: "a=extmap:1"], .syntax, "line 16: a=extmap: '1' names no extension"),
        Refusal([17: "a=rtpmap:111 opus"], .syntax, "line 17: a=rtpmap: '111 opus' is not of the form '96 VP8/90000'"),
        Refusal([17: "a=rtpmap:111 opus/48000/0"], .syntax, "line 17: a=rtpmap: '0' is not a number of channels"),
        Refusal(
            [17: "a=rtpmap:+1 opus/48000/2"], .syntax, "line 17: a=rtpmap: '+1' is not a payload type from 0 to 127"),
        Refusal([17: "a=fmtp:"], .syntax, "line 17: a=fmtp: '' does not begin with a format"),
        Refusal([17: "a=rtcp-fb:111"], .syntax, "line 17: a=rtcp-fb: '111' is not of the form '96 nack pli'"),
        Refusal([17: "a=ssrc:4294967296 cname:x"], .syntax, "line 17: a=ssrc: '4294967296' is not an SSRC of 32 bits"),
        Refusal([17: "a=ssrc:1"], .syntax, "line 17: a=ssrc: '1' names no attribute of the source"),
        Refusal([17: "a=ssrc-group:FID x"], .syntax, "line 17: a=ssrc-group: 'x' is not an SSRC of 32 bits"),
        Refusal([17: "a=ssrc-group:"], .syntax, "line 17: a=ssrc-group: '' is not of the form 'FID 1 2'"),
        Refusal([17: "a=msid:"], .syntax, "line 17: a=msid: '' is not a stream and a track"),
        Refusal([17: "a=rid:h up"], .syntax, "line 17: a=rid: 'h up' is not of the form 'h send'"),
        Refusal([17: "a=simulcast:q"], .syntax, "line 17: a=simulcast: 'q' is not of the form 'send q;h;f'"),
        Refusal([17: "a=simulcast:up q"], .syntax, "line 17: a=simulcast: 'up' is neither 'send' nor 'recv'"),
        Refusal([17: "a=simulcast:send q;"], .syntax, "line 17: a=simulcast: '' is not a rid"),
        Refusal(
            [17: "a=simulcast:send q send h"], .syntax, "line 17: a=simulcast: 'send q send h' describes one direction"),
        Refusal(
            [17: "a=candidate:1 1 udp"], .syntax, "line 17: a=candidate: '1 1 udp' has 3 of a candidate's 8 fields"),
        Refusal([5: "a=group:"], .syntax, "line 5: a=group: '' is not of the form 'BUNDLE 0 1'"),
        Refusal(
            [10: "a=ice-ufrag:abc"], .invalidCredentials,
            "line 10: a=ice-ufrag: 3 characters, where 4 to 256 are allowed"),
        Refusal(
            [11: "a=ice-pwd:short"], .invalidCredentials,
            "line 11: a=ice-pwd: 5 characters, where 22 to 256 are allowed"),
        Refusal(
            [22: "a=ice-pwd:" + String(repeating: "x", count: 257)], .invalidCredentials,
            "line 22: a=ice-pwd: 257 characters, where 22 to 256 are allowed"),
        Refusal(
            [10: "a=ice-ufrag:ab_d"], .invalidCredentials, "line 10: a=ice-ufrag: holds other characters than letters"),
        Refusal([14: "a=mid:7"], .duplicateAttribute, "line 14: a=mid: stands twice in a section"),
        Refusal([15: "a=recvonly"], .duplicateAttribute, "line 15: a=recvonly: stands twice in a section"),
    ]

    static let meaning: [Refusal] = [
        Refusal([12: "", 23: ""], .missingFingerprint, "line 7: m=: a=fingerprint is missing"),
        Refusal(
            [12: "a=fingerprint:\(sha1)", 23: "a=fingerprint:\(sha1)"], .weakFingerprint,
            "line 12: a=fingerprint: none of sha-256, sha-384, sha-512, only sha-1"),
        Refusal(
            [23: "a=fingerprint:\(Fingerprint(hash: "sha-256", bytes: Array(1..<33)))"], .conflictingFingerprints,
            "line 23: a=fingerprint: differs from that of an m-line in the same BUNDLE"),
        Refusal(
            [10: "", 11: "", 21: "", 22: ""], .missingCredentials,
            "line 7: m=: a=ice-ufrag and a=ice-pwd are missing"),
        Refusal([10: ""], .missingCredentials, "line 7: m=: a=ice-ufrag is missing"),
        Refusal([22: ""], .missingCredentials, "line 18: m=: a=ice-pwd is missing"),
        Refusal(
            [21: "a=ice-ufrag:efgh"], .conflictingCredentials,
            "line 21: a=ice-ufrag: differs from that of an m-line in the same BUNDLE"),
        Refusal(
            [22: "a=ice-pwd:9999999999999999999999"], .conflictingCredentials,
            "line 22: a=ice-pwd: differs from that of an m-line in the same BUNDLE"),
        Refusal([13: "a=setup:holdconn"], .invalidSetup, "line 13: a=setup: 'holdconn' leaves nothing to connect"),
        Refusal([24: "a=setup:active"], .invalidSetup, "line 24: a=setup: 'active' differs from 'actpass'"),
        Refusal([5: "a=group:BUNDLE 0 1 2"], .invalidBundle, "line 5: a=group: no m-line has the mid '2'"),
        Refusal([5: "a=group:BUNDLE 0 1 1"], .invalidBundle, "line 5: a=group: '1' is in BUNDLE twice"),
        Refusal(
            [5: "a=group:BUNDLE 0 1\r\na=group:BUNDLE 0"], .invalidBundle, "line 6: a=group: '0' is in BUNDLE twice"),
        Refusal([5: "a=group:BUNDLE 0"], .invalidBundle, "line 18: m=: '1' is not in BUNDLE with '0'"),
        Refusal([5: "a=group:BUNDLE 1"], .invalidBundle, "line 18: m=: '1' has a transport of its own"),
        Refusal(
            [5: "a=x"], .invalidBundle, "line 18: m=: '1' has a transport of its own; a=group:BUNDLE must hold all"),
        Refusal(
            [20: "a=mid:0", 5: "a=group:BUNDLE 0"], .duplicateMid, "line 20: a=mid: '0' is the mid of an m-line before"),
        Refusal([20: "", 5: "a=group:BUNDLE 0"], .missingMid, "line 18: m=: a=mid is missing"),
        Refusal([9: "", 20: "", 5: "a=x"], .missingMid, "line 7: m=: a=mid is missing"),
        Refusal([26: ""], .missingRTCPMux, "line 18: m=: a=rtcp-mux is missing; RTCP has no port of its own"),
        Refusal(
            [18: "m=video 9 UDP/TLS/RTP/SAVPF 96 97 96"], .duplicatePayloadType,
            "line 18: m=: payload type 96 stands twice"),
        Refusal(
            [27: "a=rtpmap:96 H264/90000"], .duplicatePayloadType, "line 28: a=rtpmap: payload type 96 is H264 already"),
        Refusal(
            [18: "m=video 9 UDP/TLS/RTP/SAVPF 111", 28: "a=rtpmap:111 VP8/90000"], .duplicatePayloadType,
            "line 18: m=: payload type 111 is VP8 here and opus in an m-line before"),
        Refusal([16: "a=extmap:0 urn:x"], .invalidExtension, "line 16: a=extmap: id 0 is not from 1 to 255"),
        Refusal([27: "a=extmap:256 urn:x"], .invalidExtension, "line 27: a=extmap: id 256 is not from 1 to 255"),
        Refusal(
            [27: SmallOffer.lines[26] + "\r\na=extmap:1 urn:x"], .invalidExtension,
            "line 28: a=extmap: id 1 is 'urn:ietf:params:rtp-hdrext:sdes:mid' already"),
        Refusal(
            [27: "a=extmap:1 urn:3gpp:video-orientation"], .invalidExtension,
            "line 18: m=: header extension 1 is 'urn:3gpp:video-orientation' here and"),
        Refusal(
            [17: "a=rtpmap:111 speex/16000", 28: "a=rtpmap:96 theora/90000"], .noCommonCodec,
            "line 7: no audio or video m-line can be accepted; accepted are opus, VP8, VP9, H264, AV1"),
    ]

    private static let sha1 = Fingerprint(hash: "sha-1", bytes: Array(0..<20))

    @Test(arguments: syntax) func whatIsNotGrammarIsRefusedWithItsLine(refusal: Refusal) {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: SmallOffer.text(refusal.edits))
            Issue.record("was read")
        } catch {
            #expect(error.code == refusal.code)
            #expect(error.description.hasPrefix(refusal.description), "\(error)")
        }
    }

    @Test(arguments: meaning) func whatCannotBeHonouredIsRefusedWithItsLine(refusal: Refusal) {
        do throws(SDPError) {
            _ = try SmallOffer.negotiated(refusal.edits)
            Issue.record("was accepted")
        } catch {
            #expect(error.code == refusal.code)
            #expect(error.description.hasPrefix(refusal.description), "\(error)")
        }
    }

    @Test(arguments: ["", "\r\n\r\n", "hello", "GET / HTTP/1.1\r\n\r\n\r\nHost: x\r\n", "{\"type\": \"offer\"}"])
    func plainGarbageIsRefusedOnLine1(text: String) {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: text)
            Issue.record("was read")
        } catch {
            #expect(error.code == .syntax)
            #expect(error.line == 1)
        }
    }

    @Test func anOfferWithoutMediaIsRefused() throws {
        let offer = try SessionDescription(parsing: SmallOffer.lines.prefix(4).joined(separator: "\n"))
        #expect(throws: SDPError(.noMedia, "the offer has no m-line")) { try negotiate(offer) }
    }

    @Test func anOfferOfStoppedMLinesAloneIsRefused() throws {
        let offer = try SessionDescription(parsing: SmallOffer.text().replacing(" 9 UDP", with: " 0 UDP"))
        #expect(throws: SDPError.self) { try negotiate(offer) }
    }

    @Test func aPasswordDoesNotGetIntoAnError() {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: SmallOffer.text([11: "a=ice-pwd:hush-hush-hush-hush-hush"]))
            Issue.record("was read")
        } catch {
            #expect(!error.description.contains("hush"))
        }
    }

    @Test func whatAnErrorQuotesIsBounded() {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: SmallOffer.text([8: String(repeating: "x", count: 4000)]))
            Issue.record("was read")
        } catch {
            #expect(error.description.utf8.count < 200)
        }
    }
}

@Suite struct ForwardingTests {
    @Test(arguments: Samples.names) func whatBrowsersWriteIsPassedOn(name: String) throws {
        try validateForForwarding(Samples.text(name))
    }

    @Test(arguments: [
        Refusal([12: "", 23: ""], .missingFingerprint, "line 7: a=fingerprint is missing"),
        Refusal([10: "", 21: ""], .missingCredentials, "line 7: a=ice-ufrag is missing"),
        Refusal([11: "", 22: ""], .missingCredentials, "line 7: a=ice-pwd is missing"),
        Refusal([8: "x"], .syntax, "line 8: 'x' is not of the form <type>=<value>"),
    ])
    func whatPeersCannotConnectWithIsNot(refusal: Refusal) {
        do throws(SDPError) {
            try validateForForwarding(SmallOffer.text(refusal.edits))
            Issue.record("was accepted")
        } catch {
            #expect(error.code == refusal.code)
            #expect(error.description == refusal.description)
        }
    }
}
