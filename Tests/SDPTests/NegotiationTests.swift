import SDP
import Testing

@Suite struct NegotiationTests {
    @Test(arguments: [
        ("sendrecv", MediaDirection.sendrecv, MediaDirection.sendrecv), ("sendonly", .sendonly, .recvonly),
        ("recvonly", .recvonly, .sendonly), ("inactive", .inactive, .inactive),
    ])
    func theAnswersDirectionIsTheOffersTurnedAround(
        offered: String, direction: MediaDirection, answered: MediaDirection
    ) throws {
        let session = try SmallOffer.negotiated([25: "a=" + offered])
        #expect(session.media[1].direction == direction)
        #expect(session.media[1].answerDirection == answered)
        let section = session.answer(local: .sample).media[1]
        #expect(section.direction == answered)
        #expect(section.sources.isEmpty == !answered.sends)
        #expect(section.msids.isEmpty == !answered.sends)
    }

    @Test func withoutADirectionTheSessionsHoldsAndThenBoth() throws {
        #expect(try SmallOffer.negotiated([25: ""]).media[1].direction == .sendrecv)
        #expect(try SmallOffer.negotiated([6: "a=recvonly", 25: ""]).media[1].direction == .recvonly)
    }

    @Test(arguments: [
        ("a=setup:actpass", NegotiatedSession.Setup.passive), ("a=setup:active", .passive),
        ("a=setup:passive", .active), ("", .passive),
    ])
    func theOfferedSetupDecidesOurSideOfTheHandshake(line: String, ours: NegotiatedSession.Setup) throws {
        let session = try SmallOffer.negotiated([13: line, 24: line])
        #expect(session.ourSetup == ours)
        #expect(session.answer(local: .sample).media[0].setup?.rawValue == ours.rawValue)
    }

    @Test func theTransportIsReadFromTheBundle() throws {
        let candidate = "candidate:1 1 udp 1 192.0.2.1 1 typ host"
        let session = try SmallOffer.negotiated([
            14: "a=sendrecv\r\na=\(candidate)\r\na=end-of-candidates", 4: "a=ice-lite",
        ])
        #expect(session.remoteUfrag == "abcd")
        #expect(session.remotePassword == "0123456789012345678901")
        #expect(session.remoteFingerprints == [SmallOffer.fingerprint])
        #expect(session.remoteTrickle)
        #expect(session.remoteICELite)
        #expect(session.remoteCandidates.map(\.description) == [candidate])
        #expect(session.endOfCandidates)
        #expect(try !SmallOffer.negotiated([6: ""]).remoteTrickle)
    }

    @Test func transportAttributesMayStandAtSessionLevelOrInOneMLine() throws {
        let own = Dictionary(uniqueKeysWithValues: (10...13).map { ($0, "") } + (21...24).map { ($0, "") })
        let session = own.merging([6: SmallOffer.lines[9...12].joined(separator: "\r\n")]) { $1 }
        #expect(try SmallOffer.negotiated(session).remoteUfrag == "abcd")
        let first = Dictionary(uniqueKeysWithValues: (21...24).map { ($0, "") })
        #expect(try SmallOffer.negotiated(first).remoteUfrag == "abcd")
        let second = Dictionary(uniqueKeysWithValues: (10...13).map { ($0, "") })
        #expect(try SmallOffer.negotiated(second).remoteUfrag == "abcd")
    }

    @Test func weakFingerprintsBesideStrongOnesAreLeftOut() throws {
        let weak = "a=fingerprint:sha-1 " + Array(repeating: "AB", count: 20).joined(separator: ":")
        let both = weak + "\r\n" + SmallOffer.lines[11]
        #expect(try SmallOffer.negotiated([12: both, 23: both]).remoteFingerprints == [SmallOffer.fingerprint])
    }

    @Test func placesAreTakenInTheOrderOfMLines() throws {
        let offer = try SessionDescription(parsing: Samples.text("chromium-three-slots"))
        let session = try negotiate(offer)
        #expect(session.media.map(\.slot) == [.mic, .camera, .screen])
        #expect(session.media.map(\.mid) == ["0", "1", "2"])
        #expect(session.media(for: .screen)?.index == 2)
    }

    @Test func whatHasNoPlaceIsRejectedInItsPlace() throws {
        var offer = try SessionDescription(parsing: Samples.text("chromium-three-slots"))
        var mids = ["0", "1", "2"]
        for (mid, index) in [("3", 0), ("4", 1)] {
            var section = offer.media[index]
            section.attributes.removeAll { $0.attribute.name == "mid" }
            section.append(.mid(mid))
            offer.media.append(section)
            mids.append(mid)
        }
        offer.attributes[0].attribute = .group(MediaGroup(semantics: "BUNDLE", mids: mids))
        let session = try negotiate(offer)
        #expect(session.media.map(\.rejection) == [nil, nil, nil, .noSlot, .noSlot])
        let answer = session.answer(local: .sample)
        #expect(answer.media.map(\.port) == [9, 9, 9, 0, 0])
        #expect(answer.groups == [MediaGroup(semantics: "BUNDLE", mids: ["0", "1", "2"])])
        #expect(answer.media[3].formats == offer.media[3].formats)
        #expect(answer.media[3].direction == .inactive)
    }

    @Test func aDataChannelIsRejected() throws {
        for name in Samples.names where name.hasSuffix("data-channel") {
            let session = try negotiate(SessionDescription(parsing: Samples.text(name)))
            #expect(session.media.map(\.slot) == [.mic, .camera, nil])
            #expect(session.media[2].kind == .other)
            #expect(session.answer(local: .sample).media[2].mediaLine.hasPrefix("m=application 0 "))
        }
    }

    @Test func aStoppedMLineKeepsItsPlaceAndNoOtherMovesUp() throws {
        var offer = try SessionDescription(parsing: Samples.text("chromium-three-slots-tracks"))
        offer.media[1].port = 0
        offer.media[1].attributes.removeAll { $0.attribute == .bundleOnly }
        offer.attributes[0].attribute = .group(MediaGroup(semantics: "BUNDLE", mids: ["0", "2"]))
        let session = try negotiate(offer)
        #expect(session.media.map(\.slot) == [.mic, nil, .screen])
        #expect(session.media[1].rejection == .stopped)
    }

    @Test func anMLineOfferedInTheBundleOnlyIsNotStopped() throws {
        let session = try SmallOffer.negotiated([18: "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=bundle-only"])
        #expect(session.media[1].slot == .camera)
        #expect(session.answer(local: .sample).media[1].port == 9)
    }

    @Test func anMLineWithoutCommonCodecIsRejectedAlone() throws {
        let session = try SmallOffer.negotiated([28: "a=rtpmap:96 H263-1998/90000"])
        #expect(session.media.map(\.slot) == [.mic, nil])
        #expect(session.media[1].rejection == .noCommonCodec)
    }

    @Test func plainRTPIsRejected() throws {
        #expect(try SmallOffer.negotiated([18: "m=video 9 RTP/AVP 96"]).media[1].rejection == .transport)
    }

    @Test func aSingleMLineNeedsNeitherBundleNorMid() throws {
        let lone = Dictionary(uniqueKeysWithValues: (18...28).map { ($0, "") })
        let session = try SmallOffer.negotiated(lone.merging([5: "", 9: ""]) { $1 })
        #expect(session.media.map(\.slot) == [.mic])
        #expect(session.media[0].mid.isEmpty)
        let answer = session.answer(local: .sample)
        #expect(answer.groups.isEmpty)
        #expect(answer.media[0].mid == nil)
    }

    @Test func candidatesAreThoseOfTheMLineThatCarriesTheBundle() throws {
        let offer = try SessionDescription(parsing: Samples.text("firefox-max-compat"))
        let session = try negotiate(offer)
        #expect(session.remoteCandidates == offer.media[0].candidates.filter { $0.component == 1 })
        #expect(session.remoteCandidates.count == 4)
        #expect(session.endOfCandidates)
    }
}
