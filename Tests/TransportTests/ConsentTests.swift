import RTP
import Testing

@testable import Transport

@Suite("Consent to send") struct ConsentTests {
    private static func at(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
    }

    @Test func `is asked for every four to six seconds and lasts while it is answered`() {
        var consent = Consent(at: Self.at(0))
        #expect(consent.poll(at: Self.at(4.9), random: 0) == nil)
        #expect(consent.poll(at: Self.at(5), random: 0) == .ask)
        #expect(consent.poll(at: Self.at(8.9), random: 1) == nil)
        #expect(consent.poll(at: Self.at(9), random: 1) == .ask)
        consent.granted(at: Self.at(9.1))
        #expect(consent.poll(at: Self.at(14.9), random: 1) == nil)
        #expect(consent.poll(at: Self.at(15), random: 1) == .ask)
        #expect(consent.poll(at: Self.at(39), random: 0) == .ask)
    }

    @Test func `ends thirty seconds after the last answer, and no later answer brings it back by itself`() {
        var consent = Consent(at: Self.at(0))
        consent.granted(at: Self.at(7))
        #expect(consent.poll(at: Self.at(36.9), random: 0) == .ask)
        #expect(consent.poll(at: Self.at(37), random: 0) == .stop)
        #expect(consent.poll(at: Self.at(37.1), random: 0) == .stop)
    }
}
