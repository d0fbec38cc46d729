import SDP
import Testing

@Suite struct CodecKeyTests {
    private func key(_ encoding: String, _ parameters: String? = nil, rate: UInt32 = 90000, channels: UInt8? = nil)
        -> CodecKey?
    {
        let map = RTPMap(payloadType: 96, encoding: encoding, clockRate: rate, channels: channels)
        return CodecKey(map, parameters: parameters)
    }

    private func h264(_ levelID: String, mode: Int = 1) -> CodecKey? {
        key("H264", "level-asymmetry-allowed=1;packetization-mode=\(mode);profile-level-id=\(levelID)")
    }

    @Test(arguments: [("vp8", "VP8"), ("VP9", "VP9"), ("h264", "H264"), ("av1", "AV1"), ("RTX", "rtx")])
    func aNameIsComparedWithoutCaseAndSpelledOneWay(written: String, name: String) {
        #expect(key(written)?.name == name)
        #expect(key(written) == key(written.uppercased()))
    }

    @Test func opusIsStereoAt48kHzOnly() {
        #expect(key("OPUS", "minptime=10", rate: 48000, channels: 2) == .opus)
        #expect(key("opus", rate: 48000) == nil)
        #expect(key("opus", rate: 16000, channels: 2) == nil)
    }

    @Test(arguments: ["VP8", "VP9", "H264", "AV1"]) func videoRunsAt90kHzOnly(name: String) {
        #expect(key(name, rate: 48000) == nil)
    }

    @Test func boundsOfAStreamDoNotMakeAnotherCodec() {
        #expect(key("VP8", "max-fs=12288;max-fr=60") == .vp8)
        #expect(key("AV1", "level-idx=5;profile=0;tier=0") == key("AV1"))
        #expect(h264("42e01f") == h264("42e034"))
    }

    @Test func theProfileMakesAnotherCodec() {
        #expect(key("VP9") == key("VP9", "profile-id=0"))
        #expect(key("VP9", "profile-id=2") != key("VP9"))
        #expect(key("VP9", "profile-id=x") == nil)
        #expect(key("AV1", "profile=1") != key("AV1"))
        #expect(key("AV1", "tier=1") != key("AV1"))
        #expect(key("AV1", "profile=300") == nil)
    }

    @Test(arguments: ["42e01f", "42C01F", "424032", "4d801f", "4de01f", "58c01f", "58f00a"])
    func constrainedBaselineIsOneProfileHoweverWritten(levelID: String) {
        #expect(h264(levelID) == h264("42e01f"))
        #expect(h264(levelID)?.description == "H264 constrained baseline mode 1")
    }

    @Test(arguments: [
        ("42001f", "baseline"), ("42801f", "baseline"), ("58801f", "baseline"), ("4d001f", "main"),
        ("4d401f", "main"), ("58001f", "extended"), ("64001f", "high"), ("640c1f", "constrained high"),
        ("6e001f", "high 10"), ("7a001f", "high 4:2:2"), ("f4001f", "high 4:4:4"), ("64111f", "profile 6411"),
    ])
    func theOtherProfilesAreToldApart(levelID: String, profile: String) {
        #expect(h264(levelID)?.description == "H264 \(profile) mode 1")
    }

    @Test func thePacketizationModeMakesAnotherCodec() {
        #expect(h264("42e01f", mode: 0) != h264("42e01f", mode: 1))
        #expect(key("H264", "profile-level-id=42e01f") == h264("42e01f", mode: 0))
        #expect(key("H264", "packetization-mode=3;profile-level-id=42e01f") == nil)
    }

    @Test func withoutProfileH264IsBaseline() { #expect(key("H264", "packetization-mode=1") == h264("42000a")) }

    @Test(arguments: ["42e01", "42e01f0", "42e01g", "", "é2e01f"]) func aBrokenProfileIsNoCodec(levelID: String) {
        #expect(h264(levelID) == nil)
    }
}
