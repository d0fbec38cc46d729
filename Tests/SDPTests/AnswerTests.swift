import SDP
import Testing

@Suite struct AnswerTests {
    @Test(arguments: Samples.names) func anAnswerReadsBackAndHoldsOnlyWhatWasOffered(name: String) throws {
        let offer = try SessionDescription(parsing: Samples.text(name))
        let session = try negotiate(offer)
        let answer = session.answer(local: .sample)
        let read = try SessionDescription(parsing: answer.description)
        #expect(read == answer)
        #expect(read.media.count == offer.media.count)
        for (ours, theirs) in zip(read.media, offer.media) {
            #expect(Set(ours.formats).isSubset(of: theirs.formats))
            #expect(ours.mid == theirs.mid)
            #expect(ours.media == theirs.media)
            #expect(ours.transport == theirs.transport)
            for map in ours.rtpmaps {
                let offered = try #require(theirs.rtpmaps.first { $0.payloadType == map.payloadType })
                #expect(offered.encoding.lowercased() == map.encoding.lowercased())
                #expect(offered.clockRate == map.clockRate)
            }
            let offeredIDs = Set(theirs.headerExtensions.map { "\($0.id) \($0.uri)" })
            #expect(Set(ours.headerExtensions.map { "\($0.id) \($0.uri)" }).isSubset(of: offeredIDs))
            let feedback = Set(theirs.rtcpFeedback.map(\.value))
            #expect(Set(ours.rtcpFeedback.map(\.value)).isSubset(of: feedback))
        }
        #expect(
            read.groups == [MediaGroup(semantics: "BUNDLE", mids: session.media.filter { $0.slot != nil }.map(\.mid))])
        try validateForForwarding(answer.description)
    }

    @Test func anAnswerIsThisText() throws {
        let session = try SmallOffer.negotiated([24: "a=setup:actpass\r\na=rtcp-rsize", 25: "a=sendonly"])
        let text = session.answer(local: .sample).description
        let transport = """
            a=ice-ufrag:srvr\r
            a=ice-pwd:abcdefghijklmnopqrstuvwx\r
            a=fingerprint:\(SmallOffer.fingerprint)\r
            a=setup:passive\r
            a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r
            a=end-of-candidates\r

            """
        #expect(
            text == """
                v=0\r
                o=- 4711 2 IN IP4 0.0.0.0\r
                s=-\r
                t=0 0\r
                a=group:BUNDLE 0 1\r
                a=ice-options:trickle\r
                m=audio 9 UDP/TLS/RTP/SAVPF 111\r
                c=IN IP4 0.0.0.0\r
                a=mid:0\r
                \(transport)a=sendrecv\r
                a=rtcp-mux\r
                a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r
                a=rtpmap:111 opus/48000/2\r
                a=fmtp:111 minptime=10;useinbandfec=1\r
                a=msid:peer mic\r
                a=ssrc:1001 cname:relay\r
                m=video 9 UDP/TLS/RTP/SAVPF 96\r
                c=IN IP4 0.0.0.0\r
                a=mid:1\r
                \(transport)a=recvonly\r
                a=rtcp-mux\r
                a=rtcp-rsize\r
                a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r
                a=rtpmap:96 VP8/90000\r

                """)
    }

    @Test func aPlaceWithoutSourceIsAnsweredWithoutSSRC() throws {
        var local = LocalParameters.sample
        local.sources = [:]
        local.candidates = []
        local.endOfCandidates = false
        let answer = try SmallOffer.negotiated().answer(local: local)
        #expect(answer.media.allSatisfy { $0.sources.isEmpty && !$0.endOfCandidates && $0.candidates.isEmpty })
        #expect(answer.media[0].msids == [MediaStreamIdentifier(stream: "peer", track: "mic")])
    }

    @Test func aRenewedOfferIsAnsweredInTheSameOrder() throws {
        let first = try SmallOffer.negotiated()
        let again = try SmallOffer.negotiated([10: "a=ice-ufrag:efgh", 21: "a=ice-ufrag:efgh"])
        #expect(first.remoteUfrag != again.remoteUfrag)
        #expect(first.remoteFingerprints == again.remoteFingerprints)
        #expect(first.media == again.media)
    }
}
