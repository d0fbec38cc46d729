import Foundation
import SDP
import Testing

/// Offers recorded from Chromium 156, Firefox ESR 153, aiortc 1.16 and GStreamer 1.22's webrtcbin, with addresses
/// replaced by those kept for documentation.
enum Samples {
    static let names = [
        "aiortc-data-channel", "aiortc-three-slots", "aiortc-tracks", "chromium-data-channel", "chromium-max-compat",
        "chromium-recvonly", "chromium-simulcast", "chromium-three-slots", "chromium-three-slots-tracks",
        "firefox-data-channel", "firefox-max-compat", "firefox-recvonly", "firefox-simulcast", "firefox-three-slots",
        "firefox-three-slots-tracks", "gstreamer-av", "gstreamer-data-channel", "gstreamer-three-slots",
    ]

    static func text(_ name: String) throws -> String {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "sdp", subdirectory: "Offers"))
        return try String(contentsOf: url, encoding: .utf8)
    }
}

/// A small offer whose lines are known by number, for edits.
enum SmallOffer {
    static let fingerprint = Fingerprint(hash: "sha-256", bytes: Array(0..<32))

    static let lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=ice-options:trickle",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",  // 7
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=ice-ufrag:abcd",  // 10
        "a=ice-pwd:0123456789012345678901",
        "a=fingerprint:\(fingerprint)",
        "a=setup:actpass",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=rtpmap:111 opus/48000/2",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",  // 18
        "c=IN IP4 0.0.0.0",
        "a=mid:1",  // 20
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789012345678901",
        "a=fingerprint:\(fingerprint)",
        "a=setup:actpass",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=rtpmap:96 VP8/90000",
    ]

    /// The offer with some lines, counted from 1, replaced by others; an empty one removes the line.
    static func text(_ edits: [Int: String] = [:]) -> String {
        lines.enumerated().map { edits[$0.offset + 1] ?? $0.element }.filter { !$0.isEmpty }
            .map { $0 + "\r\n" }.joined()
    }

    static func negotiated(
        _ edits: [Int: String] = [:], policy: NegotiationPolicy = NegotiationPolicy()
    ) throws(SDPError) -> NegotiatedSession {
        try negotiate(try SessionDescription(parsing: text(edits)), policy: policy)
    }
}

extension LocalParameters {
    static let sample = LocalParameters(
        ufrag: "srvr", password: "abcdefghijklmnopqrstuvwx", fingerprint: SmallOffer.fingerprint,
        candidates: [ICECandidate(foundation: "1", priority: 2_130_706_431, address: .ipv4("192.0.2.1"), port: 40000)],
        endOfCandidates: true, sessionID: 4711, sessionVersion: 2, cname: "relay", streamID: "peer",
        sources: [.mic: 1001, .camera: 1002, .screen: 1003])
}
