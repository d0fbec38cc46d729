import SDP
import Testing

@Suite struct DescriptionTests {
    @Test(arguments: Samples.names) func printingAndReadingAgainGivesAnEqualDescription(name: String) throws {
        let description = try SessionDescription(parsing: Samples.text(name))
        #expect(try SessionDescription(parsing: description.description) == description)
    }

    @Test(arguments: Samples.names.filter { !$0.hasPrefix("aiortc") })
    func printingKeepsEveryAttributeAndItsOrder(name: String) throws {
        let text = try Samples.text(name)
        let printed = try SessionDescription(parsing: text).description
        // The transport's case in a candidate is the one thing that is not kept.
        func lines(_ text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).map {
                String($0).replacing(" UDP ", with: " udp ").replacing(" TCP ", with: " tcp ")
            }
        }
        #expect(lines(printed) == lines(text))
    }

    @Test func unknownAttributesAndOtherLinesSurvive() throws {
        let text = """
            v=0\r
            o=jane 2890844526 2890842807 IN IP6 2001:db8::1\r
            s=A talk\r
            i=About something\r
            b=AS:500\r
            t=0 0\r
            a=x-tool:abc:def\r
            a=x-flag\r
            m=application 9/2 UDP/DTLS/SCTP webrtc-datachannel\r
            i=Data\r
            c=IN IP4 0.0.0.0\r
            b=AS:30\r
            a=sctp-port:5000\r
            a=fmtp:webrtc-datachannel max-message-size=100000\r

            """
        let description = try SessionDescription(parsing: text)
        #expect(description.description == text)
        #expect(description.attributes.first?.attribute == .other(name: "x-tool", value: "abc:def"))
        #expect(description.attributes.first?.line == 7)
        #expect(description.media[0].portCount == 2)
        #expect(!description.media[0].isRTP)
    }

    @Test func linesMayEndInALineFeedAloneAndTheLastMayNotEnd() throws {
        let text = SmallOffer.text()
        let bare = String(text.replacing("\r\n", with: "\n").dropLast())
        #expect(try SessionDescription(parsing: bare) == SessionDescription(parsing: text))
    }

    @Test func everyTypedAttributeIsReadAndPrinted() throws {
        let attributes = [
            "a=ice-lite", "a=group:LS 0 1", "a=ice-options:trickle renomination", "a=bundle-only", "a=mid:x",
            "a=fmtp:96 profile-id=2", "a=rtcp-fb:* nack pli", "a=extmap:3/recvonly urn:x a=b c",
            "a=extmap-allow-mixed", "a=msid:- track", "a=msid:stream", "a=ssrc:4294967295 cname:a:b", "a=ssrc:1 x",
            "a=ssrc-group:FID 1 2", "a=rid:h send pt=96;max-width=1280", "a=rid:r recv",
            "a=simulcast:send q;~h,f recv r", "a=rtcp-rsize", "a=end-of-candidates", "a=setup:active",
            "a=rtpmap:9 G722/8000/1", "a=inactive",
        ]
        let text =
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=video 9 RTP/SAVPF 96\r\n"
            + attributes.map { $0 + "\r\n" }.joined()
        let section = try SessionDescription(parsing: text).media[0]
        #expect(section.attributes.map(\.attribute.description) == attributes)
        for line in section.attributes {
            if case .other(let name, _) = line.attribute { Issue.record("\(name) is not typed") }
        }
        #expect(section.headerExtensions[0].direction == .recvonly)
        #expect(section.headerExtensions[0].attributes == "a=b c")
        #expect(section.rids.map(\.direction) == [.send, .receive])
        #expect(section.simulcast?.send[1] == [.init(rid: "h", paused: true), .init(rid: "f")])
        #expect(section.simulcast?.receive == [[.init(rid: "r")]])
        #expect(section.sources[0].value == "a:b")
        #expect(section.sourceGroups[0].ssrcs == [1, 2])
        #expect(section.parameters(of: "96") == "profile-id=2")
        #expect(section.iceOptions == ["trickle", "renomination"])
    }

    @Test func aDescriptionComparesByWhatItSaysNotByWhereItStands() throws {
        let read = try SessionDescription(parsing: SmallOffer.text())
        var moved = read
        moved.media[0].line = 99
        moved.attributes[0].line = nil
        #expect(moved == read)
        moved.media[0].port = 0
        #expect(moved != read)
    }
}

@Suite struct LimitTests {
    private func lines(_ line: (Int) -> String, count: Int) -> String {
        SmallOffer.text() + (0..<count).map { line($0) + "\r\n" }.joined()
    }

    private func error(_ text: String) -> SDPError? {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    @Test func aDescriptionOf64KiBIsReadAndOneByteMoreIsNot() {
        let base = SmallOffer.text()
        var text = base + String(repeating: "a=x:" + String(repeating: "y", count: 994) + "\r\n", count: 63)
        text += "a=x:" + String(repeating: "z", count: 65_536 - text.utf8.count - 6) + "\r\n"
        #expect(text.utf8.count == 65_536)
        #expect(error(text) == nil)
        #expect(error(text + "\n")?.code == .limitExceeded)
    }

    @Test func aLineHasALimit() {
        #expect(error(SmallOffer.text([28: "a=x:" + String(repeating: "y", count: 4092)])) == nil)
        let refused = error(SmallOffer.text([28: "a=x:" + String(repeating: "y", count: 4093)]))
        #expect(refused?.code == .limitExceeded)
        #expect(refused?.line == 28)
    }

    @Test func thereIsALimitOfLines() {
        #expect(error(lines({ _ in "a=x" }, count: SDPLimits.lines - 28)) == nil)
        #expect(error(lines({ _ in "a=x" }, count: SDPLimits.lines - 27))?.code == .limitExceeded)
    }

    @Test func thereIsALimitOfMediaSections() {
        let one: (Int) -> String = { _ in "m=video 0 UDP/TLS/RTP/SAVPF 96" }
        #expect(error(lines(one, count: SDPLimits.mediaSections - 2)) == nil)
        let refused = error(lines(one, count: SDPLimits.mediaSections - 1))
        #expect(refused?.code == .limitExceeded)
        #expect(refused?.line == 28 + SDPLimits.mediaSections - 1)
    }

    @Test func thereIsALimitOfFormats() {
        func offer(_ count: Int) -> String {
            let formats = (0..<count).map { String($0) }.joined(separator: " ")
            return SmallOffer.text([18: "m=video 9 UDP/TLS/RTP/SAVPF \(formats)"])
        }
        #expect(error(offer(SDPLimits.codecs)) == nil)
        #expect(error(offer(SDPLimits.codecs + 1))?.line == 18)
    }

    @Test(arguments: [
        ("candidate:1 1 udp 1 192.0.2.1 1 typ host", SDPLimits.candidates, 0),
        ("fingerprint:sha-1 " + Array(repeating: "AB", count: 20).joined(separator: ":"), SDPLimits.fingerprints, 1),
        ("extmap:2 urn:x", SDPLimits.headerExtensions, 1),
        ("ssrc:1 cname:x", SDPLimits.sources, 0),
        ("ssrc-group:FID 1 2", SDPLimits.sourceGroups, 0),
        ("rid:h send", SDPLimits.restrictionIdentifiers, 0),
        ("rtcp-fb:96 nack", SDPLimits.feedback, 0),
        ("rtpmap:96 VP8/90000", SDPLimits.codecs, 1),
    ])
    func thereIsALimitOfEachAttributeInASection(attribute: String, limit: Int, present: Int) {
        #expect(error(lines({ _ in "a=" + attribute }, count: limit - present)) == nil)
        let refused = error(lines({ _ in "a=" + attribute }, count: limit - present + 1))
        #expect(refused?.code == .limitExceeded)
        #expect(refused?.line == 28 + limit - present + 1)
    }
}
