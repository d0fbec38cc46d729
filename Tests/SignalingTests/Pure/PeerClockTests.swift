import Identifiers
import RTP
import Relay
import Testing

@testable import Signaling

/// The peer-to-peer clock, driven by reports as browsers send them.
@Suite struct PeerClockTests {
    /// Two sides that report every two seconds, in turns; what flows is set as the call goes on.
    struct Call {
        var clock: PeerClock
        var now = MonotonicInstant(nanoseconds: .seconds(1000))
        var received: [Seat: Double] = [.first: 0, .second: 0]
        var sent: [Seat: Double] = [.first: 0, .second: 0]
        var reportsSent = true
        var countsPackets = false
        /// What a side says to have sent, as a share of what came.
        var sentShare = 1.0
        /// Who hears nothing.
        var deaf: Set<Seat> = []
        /// Who doesn't report.
        var silent: Set<Seat> = []
        var interval: Int64 = 2000
        var actions: [PeerClock.Action] = []
        var records: [CallRecord] = []
        let one = UserID("ada")
        let two = UserID("bob")

        init(threshold: Int?, warning: Int = 0, grace: Int = 1) {
            clock = PeerClock(
                policy: BillingPolicy(thresholdSeconds: threshold, warningSeconds: warning, graceSeconds: grace),
                now: MonotonicInstant(nanoseconds: .seconds(1000)))
        }

        /// Lets time pass in steps of 200 ms.
        mutating func run(milliseconds: Int64) {
            for _ in 0..<(milliseconds / 200) {
                now = now.advanced(by: .milliseconds(200))
                for seat in Seat.allCases {
                    if !deaf.contains(seat) {
                        received[seat, default: 0] += 1000
                        sent[seat.other, default: 0] += 1000
                    }
                    let phase = seat == .first ? 0 : interval / 2
                    guard now.nanoseconds / 1_000_000 % interval == phase, !silent.contains(seat) else { continue }
                    guard let user = seat == .first ? one : two else { continue }
                    clock.take(
                        MediaReport(
                            received: [
                                .init(
                                    bytesReceived: received[seat],
                                    packetsReceived: countsPackets ? received[seat].map { $0 / 100 } : nil), nil, nil,
                            ],
                            bytesSent: reportsSent ? sent[seat].map { $0 * sentShare } : nil), from: seat, of: user,
                        at: now)
                }
                actions += clock.advance(to: now)
                if let record = clock.record(final: false) { records.append(record) }
            }
        }

        var status: ClockStatus? {
            actions.reversed().lazy.compactMap { action -> ClockStatus? in
                if case .status(let status) = action { status } else { nil }
            }.first
        }
    }

    @Test func `its records add up to the clock, and count what both sides say`() throws {
        var call = Call(threshold: 600)
        call.countsPackets = true
        call.run(milliseconds: 33_000)
        #expect(call.records.count >= 2)
        if let last = call.clock.record(final: true) { call.records.append(last) }
        #expect(call.records.reduce(0) { $0 + $1.mediaSeconds } == call.status?.mediaSeconds)
        var second = 0
        for record in call.records {
            #expect(record.startSecond == second)
            second += record.mediaSeconds
            #expect(record.directions.map(\.sender) == [try #require(call.one), try #require(call.two)])
            #expect(record.directions.allSatisfy { $0.packets > 0 && $0.bytes > 0 && ($0.score ?? 0) > 100 })
        }
        // 5 kB/s, of which what the last reports tell is there.
        let bytes = call.records.reduce(0) { $0 + $1.directions[0].bytes }
        #expect((140_000...165_000).contains(bytes))
        #expect(call.clock.record(final: true) == nil)
    }

    @Test func `in its records the smaller of two claims counts`() {
        var call = Call(threshold: 600)
        call.countsPackets = true
        call.sentShare = 0.5
        call.run(milliseconds: 33_000)
        if let last = call.clock.record(final: true) { call.records.append(last) }
        #expect((70_000...83_000).contains(call.records.reduce(0) { $0 + $1.directions[0].bytes }))
    }

    @Test func `an even call counts every second, behind by its lag`() {
        var call = Call(threshold: 600)
        call.run(milliseconds: 60_000)
        let seconds = call.status?.mediaSeconds ?? 0
        // A minute, without the first reports' interval and the lag.
        #expect((53...56).contains(seconds), "\(seconds)")
        #expect(call.status?.running == true)
    }

    @Test func `the clock ends where the reports ended, and not later`() {
        var call = Call(threshold: 600)
        call.run(milliseconds: 20_000)
        call.silent = [.first, .second]
        call.run(milliseconds: 20_000)
        let seconds = call.status?.mediaSeconds ?? 0
        // Nothing is proved after 20 s; freshness lasts two seconds more.
        #expect((14...21).contains(seconds), "\(seconds)")
        #expect(call.status?.running == false)
    }

    @Test func `one direction alone isn't a call`() {
        for deaf in Seat.allCases {
            var call = Call(threshold: 600)
            call.deaf = [deaf]
            call.run(milliseconds: 20_000)
            #expect(call.status?.mediaSeconds ?? 0 == 0)
        }
    }

    @Test func `one side alone can't make the clock run`() {
        var call = Call(threshold: 600)
        call.silent = [.second]
        call.run(milliseconds: 20_000)
        #expect(call.status?.mediaSeconds ?? 0 == 0)
    }

    @Test func `receipts don't count while the other side says that it sends nothing`() {
        var call = Call(threshold: 600)
        call.deaf = [.first]
        call.run(milliseconds: 10_000)
        // The first side claims to hear, but the second has sent nothing.
        for _ in 0..<10 {
            call.run(milliseconds: 2000)
            call.received[.first, default: 0] += 5000
        }
        #expect(call.status?.mediaSeconds ?? 0 == 0)
    }

    @Test func `without bytesSent the receipts stand alone`() {
        var call = Call(threshold: 600)
        call.reportsSent = false
        call.run(milliseconds: 20_000)
        #expect(call.status?.mediaSeconds ?? 0 >= 13)
    }

    @Test func `a new connection's smaller counters are no progress, and then they are`() {
        var call = Call(threshold: 600)
        call.run(milliseconds: 20_000)
        call.received = [.first: 10, .second: 10]
        call.run(milliseconds: 20_000)
        let seconds = call.status?.mediaSeconds ?? 0
        #expect((31...36).contains(seconds), "\(seconds)")
    }

    @Test func `at the threshold comes the grace, and then the end`() {
        var call = Call(threshold: 5, warning: 3, grace: 2)
        call.run(milliseconds: 20_000)
        #expect(call.actions.contains(.warning(secondsLeft: 3, reason: .threshold)))
        #expect(call.actions.contains(.warning(secondsLeft: 2, reason: .unpaid)))
        #expect(call.actions.last == .closeGate)
        #expect(call.actions.filter { $0 == .closeGate }.count == 1)
    }

    @Test func `a grant moves the end`() {
        var call = Call(threshold: 5, grace: 2)
        call.run(milliseconds: 6000)
        call.actions += call.clock.extendHorizon(to: 100, at: call.now)
        call.run(milliseconds: 20_000)
        #expect(!call.actions.contains(.closeGate))
        #expect(call.status?.state == .paid)
    }

    @Test func `who leaves takes the reports along`() {
        var call = Call(threshold: 600)
        call.run(milliseconds: 10_000)
        call.actions += call.clock.seatGone(.second, at: call.now)
        let seconds = call.status?.mediaSeconds ?? 0
        call.silent = [.second]
        call.run(milliseconds: 10_000)
        #expect(call.status?.mediaSeconds == seconds)
        #expect(seconds >= 5)
    }

    @Test func `reports in quick succession prove as much as slow ones`() {
        var call = Call(threshold: 600)
        call.interval = 400
        call.run(milliseconds: 20_000)
        #expect(call.status?.mediaSeconds ?? 0 >= 16)
    }

    @Test func `an hour's pause of the process counts nothing`() {
        var call = Call(threshold: 600)
        call.run(milliseconds: 10_000)
        let seconds = call.status?.mediaSeconds ?? 0
        call.now = call.now.advanced(by: .seconds(3600))
        call.run(milliseconds: 600)
        #expect(call.status?.mediaSeconds ?? 0 <= seconds + 5)
    }
}
