import Foundation
import Identifiers
import RTP
import Testing

@testable import Relay
@testable import Signaling

/// What the two sides of a room are told of their connections, and what is kept of them.
@Suite struct RoomQualityTests {
    let ada = Identity(user: UserID("ada").unsafelyUnwrapped, name: "Ada", role: .customer)
    let bob = Identity(user: UserID("bob").unsafelyUnwrapped, name: "Bob", role: .consultant)
    let start = MonotonicInstant(nanoseconds: .seconds(100))

    func at(_ seconds: Double) -> MonotonicInstant { start.advanced(by: Int64(seconds * 1e9)) }

    /// A room's quality in a place of its own: what changes it can be asked within an expectation.
    final class Watched {
        private var quality: RoomQuality

        init(_ quality: RoomQuality) { self.quality = quality }

        func take(_ report: QualityReport, of user: UserID, at now: MonotonicInstant) -> QualityStatus? {
            quality.take(report, of: user, at: now)
        }
        func take(_ report: MediaReport, from user: UserID, at now: MonotonicInstant) -> QualityStatus? {
            quality.take(report, from: user, at: now)
        }
        func sample(at now: MonotonicInstant, mediaSeconds: Int, isLast: Bool = false) -> QualitySample? {
            quality.sample(at: now, mediaSeconds: mediaSeconds, isLast: isLast)
        }
        func connection(of user: UserID, is state: QualitySample.Connection) {
            quality.connection(of: user, is: state)
        }
        func status(of user: UserID) -> QualityStatus? { quality.status(of: user) }
    }

    /// Both are there.
    func quality(_ mode: RoomMode = .relay) -> Watched {
        var quality = RoomQuality(mode: mode, openedAt: Date(timeIntervalSince1970: 1_700_000_000), now: start)
        for identity in [ada, bob] { quality.seated(identity, at: start) }
        return Watched(quality)
    }

    func direction(_ score: Double, loss: Double = 0, frames: Double? = nil) -> DirectionQuality {
        DirectionQuality(
            score: score, audioScore: score, videoScore: score, bitrate: 1e6, loss: loss, jitter: 0.002, rtt: 0.03,
            framesPerSecond: frames, freezes: frames.map { _ in 0 })
    }

    /// A client's counters after so many seconds of an ordinary call.
    func report(
        _ seconds: Double, lost: Double = 0, freezes: Double = 0, frozen: Double = 0, frames: Double = 30,
        concealed: Double = 0
    ) -> MediaReport {
        let mic = MediaReport.Slot(
            bytesReceived: 4000 * seconds, packetsReceived: 50 * seconds, packetsLost: 0, jitter: 0.002,
            totalSamplesReceived: 48_000 * seconds, concealedSamples: concealed, silentConcealedSamples: 0)
        let camera = MediaReport.Slot(
            bytesReceived: 100_000 * seconds, packetsReceived: 100 * seconds, packetsLost: lost, jitter: 0.002,
            framesDecoded: frames * seconds, frameWidth: 640, frameHeight: 480, freezeCount: freezes,
            totalFreezesDuration: frozen)
        return MediaReport(received: [mic, camera, nil], bytesSent: 100_000 * seconds, roundTripTime: 0.03)
    }

    @Test func `each side is told whose connection is weak`() throws {
        let quality = quality()
        _ = quality.take(QualityReport(up: direction(2), down: direction(4.5)), of: ada.user, at: at(2))
        let bobs = try #require(
            quality.take(QualityReport(up: direction(4.8), down: direction(4.8)), of: bob.user, at: at(2)))
        #expect(bobs.weak == .theirs && bobs.theirs?.up?.score == 2 && bobs.yours.up?.score == 4.8)
        let adas = try #require(quality.status(of: ada.user))
        #expect(adas.weak == .yours && adas.theirs?.up?.score == 4.8)
        quality.connection(of: bob.user, is: .gone)
        #expect(quality.status(of: ada.user)?.theirs == nil)
    }

    @Test func `what the receiver saw limits what the relay thinks, but not by what came in broken`() throws {
        let quality = quality()
        let fine = QualityReport(up: direction(5, frames: 30), down: direction(5))
        _ = quality.take(fine, of: bob.user, at: at(1))
        _ = quality.take(report(2), from: ada.user, at: at(2))
        _ = quality.take(report(4, freezes: 3, frozen: 1), from: ada.user, at: at(4))
        let froze = try #require(quality.take(fine, of: ada.user, at: at(4)))
        let down = try #require(froze.yours.down)
        #expect(down.score < 2 && down.videoScore == down.score && down.audioScore == 5 && down.freezes == 3)
        #expect(down.framesPerSecond == 30 && froze.weak == .yours)
        // The same, where the picture froze on Bob's way to the relay.
        var broken = fine
        broken.up?.freezes = 3
        broken.up?.score = 1.5
        _ = quality.take(broken, of: bob.user, at: at(4))
        let excused = try #require(quality.take(fine, of: ada.user, at: at(4)))
        #expect(excused.yours.down?.score == 5 && excused.weak == .theirs)
        // A report of long ago says nothing about now.
        _ = quality.take(fine, of: bob.user, at: at(20))
        #expect(quality.take(fine, of: ada.user, at: at(20))?.yours.down?.freezes == nil)
    }

    @Test func `sound that was made up is heard`() throws {
        let quality = quality()
        let fine = QualityReport(up: direction(5), down: direction(5))
        _ = quality.take(report(2), from: ada.user, at: at(2))
        _ = quality.take(report(4, concealed: 9600), from: ada.user, at: at(4))
        let status = try #require(quality.take(fine, of: ada.user, at: at(4)))
        #expect((2.0...4.0).contains(try #require(status.yours.down?.audioScore)))
    }

    @Test func `between peers what one receives is what the other sends`() throws {
        let quality = quality(.p2p)
        #expect(quality.take(report(2), from: bob.user, at: at(2)) == nil)
        let status = try #require(quality.take(report(4, lost: 100), from: bob.user, at: at(4)))
        #expect(status.yours.down?.loss == 1.0 / 3 && status.yours.down?.bitrate == 832_000)
        #expect(status.theirs?.up == status.yours.down && status.weak == .theirs)
        _ = quality.take(report(2), from: ada.user, at: at(4))
        let adas = try #require(quality.take(report(4), from: ada.user, at: at(6)))
        #expect(adas.weak == .yours && (adas.yours.down?.score ?? 0) > 4.5)
        let sample = try #require(quality.sample(at: at(6), mediaSeconds: 3))
        #expect(sample.sides.map(\.connection) == [.connected, .connected])
        let silent = try #require(quality.sample(at: at(13), mediaSeconds: 3))
        #expect(silent.sides.map(\.connection) == [.disconnected, .disconnected])
    }

    @Test func `a sample is told each ten seconds and when a path changes, and the whole replaces its parts`() throws {
        let quality = quality()
        let first = try #require(quality.sample(at: at(0.1), mediaSeconds: 0))
        #expect(first.sides.map(\.connection) == [.connecting, .connecting] && first.sides[0].up == nil)
        #expect(quality.sample(at: at(0.2), mediaSeconds: 0) == nil)
        quality.connection(of: ada.user, is: .connected)
        let second = try #require(quality.sample(at: at(0.3), mediaSeconds: 0))
        #expect(second.startedAt == first.startedAt && second.sides[0].connection == .connected)
        for (second, score) in [(2.0, 4.0), (4, 2)] {
            _ = quality.take(QualityReport(up: direction(score), down: nil), of: ada.user, at: at(second))
        }
        let whole = try #require(quality.sample(at: at(10.1), mediaSeconds: 8))
        #expect(whole.startedAt == first.startedAt && whole.startedAt == "2023-11-14T22:13:20.000Z")
        #expect(whole.mediaSeconds == 8 && whole.milliseconds == 10_100)
        #expect(whole.sides[0].up?.score == 3 && whole.sides[0].down == nil && whole.sides[1].up == nil)
        #expect(quality.sample(at: at(19.9), mediaSeconds: 17) == nil)
        let next = try #require(quality.sample(at: at(20), mediaSeconds: 18))
        #expect(next.startedAt == "2023-11-14T22:13:30.000Z")
        let last = try #require(quality.sample(at: at(23), mediaSeconds: 20, isLast: true))
        #expect(last.startedAt == "2023-11-14T22:13:40.000Z" && last.sides.map(\.connection) == [.gone, .gone])
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -1e300, 1e300])
    func `counters that are absurd do no harm`(value: Double) {
        let quality = quality(.p2p)
        let slot = MediaReport.Slot(
            bytesReceived: value, packetsReceived: value, packetsLost: value, jitter: value, framesDecoded: value,
            frameWidth: value, frameHeight: value, freezeCount: value, totalFreezesDuration: value,
            jitterBufferDelay: value, jitterBufferEmittedCount: value, totalSamplesReceived: value,
            concealedSamples: value, silentConcealedSamples: value)
        let absurd = MediaReport(received: [slot, slot, slot], bytesSent: value, roundTripTime: value)
        for (second, report) in [(2.0, report(2)), (4, absurd), (6, report(6)), (8, absurd)] {
            let status = quality.take(report, from: ada.user, at: at(second))
            if let score = status?.yours.down?.score { #expect((1...5).contains(score)) }
        }
        _ = quality.sample(at: at(10), mediaSeconds: 0)
    }
}
