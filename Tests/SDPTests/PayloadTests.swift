import SDP
import Testing

@Suite struct PayloadTests {
    private func camera(_ name: String, policy: NegotiationPolicy = NegotiationPolicy()) throws -> NegotiatedMedia {
        let session = try negotiate(SessionDescription(parsing: Samples.text(name)), policy: policy)
        return try #require(session.media(for: .camera))
    }

    @Test func codecsStandInThePolicysOrderAndThenTheOffers() throws {
        let names = try camera("chromium-simulcast").payloads.map(\.codec.name)
        #expect(names == ["VP8", "VP9", "VP9"] + Array(repeating: "H264", count: 6) + ["AV1"])
        let other = try camera("chromium-simulcast", policy: NegotiationPolicy(videoCodecs: ["av1", "VP8"]))
        #expect(other.payloads.map(\.codec.name) == ["AV1", "VP8"])
    }

    @Test func preferredCodecsGoFirst() throws {
        let firefox = try camera("firefox-three-slots")
        let profile2 = try #require(
            try camera("chromium-simulcast").payloads.first { "\($0.codec)" == "VP9 profile 2" })
        let av1 = try #require(firefox.payloads.last)
        let policy = NegotiationPolicy(preferred: [av1.codec, profile2.codec])
        let preferred = try camera("chromium-simulcast", policy: policy)
        #expect(
            preferred.payloads.prefix(4).map(\.codec.description)
                == ["AV1 profile 0 tier 0", "VP9 profile 2", "VP8", "VP9 profile 0"])
        #expect(preferred.payload(for: av1.codec)?.payloadType == 45)
        #expect(preferred.payload(for: .opus) == nil)
    }

    @Test func peersOfDifferentMakesHaveCodecsInCommon() throws {
        let sets = try ["chromium", "firefox", "aiortc"].map {
            Set(try camera("\($0)-three-slots").payloads.map(\.codec))
        }
        #expect(sets[0].isSuperset(of: sets[1]))
        #expect(sets[0].isSuperset(of: sets[2]))
        #expect(sets[1].intersection(sets[2]) == [.vp8])
    }

    @Test func retransmissionIsAcceptedWithItsOwnPayloadTypeAndForwardErrorCorrectionIsNot() throws {
        let session = try negotiate(SessionDescription(parsing: Samples.text("chromium-three-slots-tracks")))
        let media = try #require(session.media(for: .camera))
        var local = LocalParameters.sample
        local.retransmissionSources = [.camera: 2002]
        let section = session.answer(local: local).media[1]
        #expect(section.formats.prefix(2) == ["96", "97"])
        #expect(section.rtpmaps.contains(RTPMap(payloadType: 97, encoding: "rtx", clockRate: 90000)))
        #expect(section.parameters(of: "97") == "apt=96")
        #expect(section.sourceGroups == [SourceGroup(semantics: "FID", ssrcs: [1002, 2002])])
        #expect(section.sources.map(\.ssrc) == [1002, 2002])
        #expect(session.answer(local: local).media[0].sourceGroups.isEmpty)
        let without = try camera("chromium-simulcast", policy: NegotiationPolicy(retransmission: false))
        #expect(without.payloads.allSatisfy { $0.retransmission == nil })
        #expect(media.payload(for: .vp8)?.payloadType == 96)
        #expect(media.payload(for: .vp8)?.retransmission == 97)
        #expect(!media.payloads.contains { ["rtx", "red", "ulpfec", "flexfec-03"].contains($0.codec.name) })
    }

    @Test func feedbackIsAcceptedOnlyWhereOffered() throws {
        #expect(
            try camera("chromium-simulcast").payloads[0].rtcpFeedback == [
                "goog-remb", "transport-cc", "ccm fir", "nack", "nack pli",
            ])
        #expect(try camera("gstreamer-av").payloads[0].rtcpFeedback == ["nack pli", "ccm fir"])
        let session = try SmallOffer.negotiated([28: "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:* nack  pli"])
        #expect(session.media[1].payloads[0].rtcpFeedback == ["nack pli"])
        #expect(session.media[0].payloads[0].rtcpFeedback.isEmpty)
    }

    @Test(arguments: [
        ("", "minptime=10;useinbandfec=1"), ("useinbandfec=0;usedtx=1", "usedtx=1;minptime=10;useinbandfec=1"),
        ("minptime=20; stereo=1 ;sprop-stereo=1", "minptime=20;stereo=1;useinbandfec=1"),
        ("maxplaybackrate=48000;stereo=1", "maxplaybackrate=48000;stereo=1;minptime=10;useinbandfec=1"),
    ])
    func opusParametersAreEchoedAndAskForRedundancy(offered: String, answered: String) throws {
        let session = try SmallOffer.negotiated([17: "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 \(offered)"])
        #expect(session.media[0].payloads[0].fmtp == offered)
        #expect(session.answer(local: .sample).media[0].parameters(of: "111") == answered)
    }

    @Test(arguments: [
        ("VP8", "max-fs=12288;max-fr=60", nil), ("VP9", "profile-id=2", "profile-id=2"),
        (
            "H264", "profile-level-id=42e01f;sprop-parameter-sets=Z0,aM;packetization-mode=1",
            "profile-level-id=42e01f;packetization-mode=1"
        ),
        ("AV1", "level-idx=5;profile=0;tier=0", "level-idx=5;profile=0;tier=0"),
    ])
    func videoParametersAreEchoedWithoutTheOfferersOwn(name: String, offered: String, answered: String?) throws {
        let session = try SmallOffer.negotiated([28: "a=rtpmap:96 \(name)/90000\r\na=fmtp:96 \(offered)"])
        #expect(session.answer(local: .sample).media[1].parameters(of: "96") == answered)
    }

    @Test func extensionsAreAcceptedWithTheOfferersIds() throws {
        let media = try camera("chromium-simulcast")
        #expect(media.extensions.map(\.id) == [13, 3, 5, 6, 7, 8, 4, 10, 11, 12])
        #expect(media.extensionID("urn:3gpp:video-orientation") == 13)
        let single = try camera("chromium-three-slots-tracks")
        #expect(single.extensionID(NegotiationPolicy.streamName) == nil)
        #expect(single.extensionID(NegotiationPolicy.repairedStreamName) == nil)
        #expect(media.mixedHeaderExtensions)
    }

    @Test func anExtensionsDirectionIsTurnedAround() throws {
        let session = try negotiate(SessionDescription(parsing: Samples.text("firefox-simulcast")))
        let directions = session.media[1].extensions.map { "\($0.id) \($0.direction.rawValue)" }
        #expect(
            directions == ["3 sendrecv", "6 sendonly", "7 sendrecv", "8 recvonly", "9 recvonly", "10 recvonly"])
        let section = session.answer(local: .sample).media[1]
        #expect(
            section.headerExtensions.map(\.direction) == [nil, .sendonly, nil, .recvonly, .recvonly, .recvonly])
    }

    @Test func simulcastIsAcceptedByTheOfferersNames() throws {
        for name in ["chromium-simulcast", "firefox-simulcast"] {
            let session = try negotiate(SessionDescription(parsing: Samples.text(name)))
            #expect(session.media[1].rids.map(\.id) == ["q", "h", "f"])
            #expect(session.media[1].simulcast?.send == [[.init(rid: "q")], [.init(rid: "h")], [.init(rid: "f")]])
            #expect(session.media[1].layers == ["q", "h", "f"])
            let section = session.answer(local: .sample).media[1]
            #expect(section.rids.map(\.description) == ["q recv", "h recv", "f recv"])
            #expect(section.simulcast?.description == "recv q;h;f")
            let refused = try camera(name, policy: NegotiationPolicy(simulcast: false))
            #expect(refused.layers.isEmpty && refused.extensionID(NegotiationPolicy.streamName) == nil)
        }
    }

    @Test func feedbackOnEachPacketNeedsTheNumbersOfPackets() throws {
        let feedback = "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 goog-remb"
        let number = "a=extmap:3 \(NegotiationPolicy.transportSequence)"
        let time = "a=extmap:2 \(NegotiationPolicy.sendTime)"
        func camera(_ lines: [String]) throws -> NegotiatedMedia {
            try SmallOffer.negotiated([28: lines.joined(separator: "\r\n")]).media[1]
        }
        let both = try camera([feedback, number, time])
        #expect(both.payloads[0].rtcpFeedback == ["transport-cc", "goog-remb"])
        #expect(both.extensionID(NegotiationPolicy.transportSequence) == 3)
        #expect(both.extensionID(NegotiationPolicy.sendTime) == nil)
        let timed = try camera([feedback, time])
        #expect(timed.payloads[0].rtcpFeedback == ["goog-remb"])
        #expect(timed.extensionID(NegotiationPolicy.sendTime) == 2)
        let numbered = try camera(["a=rtpmap:96 VP8/90000", number, time])
        #expect(numbered.extensions.map(\.id) == [1])
    }

    @Test func redundantAudioIsAcceptedInTheOffersOrderWhereItRepeatsOpus() throws {
        func audio(_ formats: String, _ lines: [String]) throws -> [NegotiatedPayload] {
            try SmallOffer.negotiated([
                7: "m=audio 9 UDP/TLS/RTP/SAVPF \(formats)", 17: lines.joined(separator: "\r\n"),
            ]).media[0].payloads
        }
        let opus = "a=rtpmap:111 opus/48000/2"
        let red = "a=rtpmap:63 red/48000/2"
        let last = try audio("111 63", [opus, red, "a=fmtp:63 111/111"])
        #expect(last.map(\.codec) == [.opus, .redundantOpus])
        #expect(last[1].fmtp == "111/111")
        #expect(try audio("63 111", [opus, red, "a=fmtp:63 111/111"]).map(\.payloadType) == [63, 111])
        #expect(try audio("111 63", [opus, red, "a=fmtp:63 111/0"]).map(\.payloadType) == [111])
        #expect(try audio("111 63", [opus, red]).map(\.payloadType) == [111])
    }

    @Test func sourcesAreReadWithTheirRetransmissions() throws {
        let lines = [
            "a=rtpmap:96 VP8/90000", "a=ssrc-group:FID 1 2", "a=ssrc-group:FEC-FR 1 3", "a=ssrc:1 cname:abc",
            "a=ssrc:1 msid:a b", "a=ssrc:2 cname:abc", "a=ssrc:3 cname:abc", "a=ssrc:4 msid:a c",
        ]
        let session = try SmallOffer.negotiated([28: lines.joined(separator: "\r\n")])
        let sources = session.media[1].remoteSources
        #expect(sources.map(\.ssrc) == [1, 4])
        #expect(sources.map(\.cname) == ["abc", nil])
        #expect(sources.map(\.retransmission) == [2, nil])
    }
}
