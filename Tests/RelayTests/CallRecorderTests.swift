import Identifiers
import RTP
import TestSupport
import Testing

@testable import Relay

/// Records of a call: when they are cut, and that they add up to its clock.
@Suite struct CallRecorderTests {
    /// A call whose clock and recorder are driven by hand.
    struct Driven {
        var clock: CallClock
        var recorder: CallRecorder
        var now = MonotonicInstant(nanoseconds: .seconds(100))
        var records: [CallRecord] = []
        var packets = (0, 0)
        var isReconnecting = false

        init(mediaSeconds: Int = 0) {
            clock = CallClock(policy: BillingPolicy(), mediaSeconds: mediaSeconds)
            recorder = CallRecorder(mediaSeconds: mediaSeconds)
            recorder.first.user = UserID("ada")
            recorder.second.user = UserID("bob")
        }

        var seconds: Int { clock.status(at: now).mediaSeconds }

        mutating func packet(_ seat: Seat) {
            recorder.count(100, from: seat)
            if seat == .first { packets.0 += 1 } else { packets.1 += 1 }
            if clock.media(from: seat, at: now) { _ = clock.handle(.tick, at: now) }
        }

        mutating func tick() {
            _ = clock.handle(.tick, at: now)
            let due = recorder.look(
                at: now, isReconnecting: isReconnecting, hasRun: clock.hasRun, mediaSeconds: seconds)
            if due { cut() }
        }

        mutating func cut() {
            if let record = recorder.cut(at: now, hasRun: clock.hasRun, mediaSeconds: seconds) {
                records.append(record)
            }
        }

        /// Time passes in steps of 20 ms, with packets of these sides.
        mutating func run(_ milliseconds: Int64, _ seats: [Seat] = Seat.allCases) {
            for _ in 0..<milliseconds / 20 {
                now = now.advanced(by: .milliseconds(20))
                for seat in seats { packet(seat) }
                tick()
            }
        }
    }

    @Test("ten seconds each, the last one shorter, and nothing twice")
    func tens() {
        var call = Driven()
        call.run(25_000)
        call.cut()
        call.cut()
        #expect(call.records.map(\.mediaSeconds) == [10, 10, 4])
        #expect(call.records.map(\.startSecond) == [0, 10, 20])
        #expect(call.records.allSatisfy { $0.reconnectingSeconds == 0 })
        #expect(call.records.reduce(0) { $0 + $1.directions[0].packets } == call.packets.0)
        #expect(call.records.reduce(0) { $0 + $1.directions[1].bytes } == call.packets.1 * 100)
    }

    @Test("nothing before media flows both ways, and what came before belongs to the first")
    func waits() {
        var call = Driven()
        call.run(40_000, [.second])
        call.cut()
        #expect(call.records.isEmpty)
        call.run(10_100)
        #expect(call.records.count == 1 && call.records[0].mediaSeconds == 10)
        #expect(call.records[0].directions[1].packets == call.packets.1 - 4)
    }

    @Test("while the clock stands still a record goes on, and says how long a side was reconnecting")
    func stands() {
        var call = Driven()
        call.run(10_100)
        call.isReconnecting = true
        _ = call.clock.handle(.seatGone(.first), at: call.now)
        call.run(60_000, [.second])
        #expect(call.records.count == 1)
        call.isReconnecting = false
        call.run(2000)
        #expect(call.records.count == 2)
        let pause = call.records[1]
        #expect(pause.mediaSeconds == 1 && (60_000...62_000).contains(pause.milliseconds))
        #expect(pause.reconnectingSeconds == 60 && pause.directions[1].packets > 2900)
    }

    @Test(
        "the seconds of all records are those of the clock, whatever happens", arguments: 1...20 as ClosedRange<UInt64>)
    func sums(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var call = Driven()
        var before = 0
        for _ in 0..<40 {
            let seats: [Seat] = [Seat.allCases, [.first], [.second], []].randomElement(using: &random) ?? []
            call.isReconnecting = seats.count < 2 && Bool.random(using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                _ = call.clock.handle(.seatGone(.first), at: call.now)
            }
            call.run(.random(in: 20...7000, using: &random), seats)
            if Int.random(in: 0..<10, using: &random) == 0 {
                // Everybody leaves and comes back: another call goes on where this one stopped.
                call.cut()
                let seconds = call.seconds
                let records = call.records
                let now = call.now
                call = Driven(mediaSeconds: seconds)
                (call.records, call.now) = (records, now)
            }
            #expect(call.seconds >= before)
            before = call.seconds
        }
        call.cut()
        #expect(call.records.reduce(0) { $0 + $1.mediaSeconds } == call.seconds)
        var second = 0
        for record in call.records {
            #expect(record.startSecond == second)
            second += record.mediaSeconds
            // What is billed at most is never less than what the clock counted because of rounding.
            #expect(record.mediaSeconds <= (record.milliseconds + 999) / 1000)
        }
    }
}

/// Records of a call in the relay.
@Suite("What the relay records of a call", .timeLimit(.minutes(2))) struct RecordingTests {
    @Test("adds up to its clock and to what the peers sent")
    func counts() async throws {
        try await CallUnderTest.runConnected { test, alice, bob in
            var index = 0
            func converse(_ sides: [SyntheticPeer], until stop: () -> Bool) async throws {
                while !stop(), index < 3000 {
                    for peer in sides {
                        await peer.send(
                            0, sequence: UInt16(index), timestamp: UInt32(index) * 960, payload: ForwardingTests.audio)
                    }
                    index += 1
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let log = test.events
            func records() -> [CallRecord] {
                log.all.compactMap { if case .record(let record) = $0 { record } else { nil } }
            }
            try await converse([alice, bob]) { !records().isEmpty }
            let first = index
            try await converse([alice, bob]) { index == first + 75 }
            let sent = index
            #expect(await bob.wait { $0.received.count == sent })
            #expect(await alice.wait { $0.received.count == sent })
            let closed = try #require(await test.call.close())
            let all = records() + [try #require(closed.record)]
            #expect(all.count >= 2)
            #expect(all.reduce(0) { $0 + $1.mediaSeconds } == closed.clock.mediaSeconds)
            #expect(closed.clock.mediaSeconds >= 11)
            for side in 0...1 {
                let directions = all.map { $0.directions[side] }
                #expect(directions.reduce(0) { $0 + $1.packets } == sent)
                #expect(directions.reduce(0) { $0 + $1.bytes } == sent * ForwardingTests.audio.count)
                #expect(directions.allSatisfy { $0.lost == 0 })
            }
            #expect(all[0].directions.map(\.sender.text) == ["alice", "bob"])
        }
    }

    @Test("is told before the end where the gate closes")
    func gate() async throws {
        try await CallUnderTest.runConnected(
            policy: BillingPolicy(thresholdSeconds: 1, warningSeconds: 1, graceSeconds: 1)
        ) { test, alice, bob in
            let events = test.events
            var index = 0
            while !events.all.contains(.ended(.unpaid)), index < 3000 {
                for peer in [alice, bob] {
                    await peer.send(
                        0, sequence: UInt16(index), timestamp: UInt32(index) * 960, payload: ForwardingTests.audio)
                }
                index += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            let all = events.all
            guard case .record(let record)? = all.dropLast().last else {
                Issue.record("no record before the end")
                return
            }
            let closed = await test.call.close()
            #expect(closed?.record == nil)
            #expect(closed?.clock.mediaSeconds == record.mediaSeconds)
        }
    }
}
