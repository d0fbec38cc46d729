import Identifiers
import RTP
import Relay
import Testing

@Suite("The gate of a call", .timeLimit(.minutes(1))) struct GateTests {
    /// Both sides send one packet each 20 ms until `stop` holds at the receiver, on real time: the clock is what is tested.
    private func converse(_ alice: SyntheticPeer, _ bob: SyntheticPeer, until stop: @escaping @Sendable () -> Bool)
        async throws
    {
        var index: UInt16 = 0
        while !stop(), index < 500 {
            await alice.send(0, sequence: index, timestamp: UInt32(index) * 960, payload: ForwardingTests.audio)
            await bob.send(0, sequence: index, timestamp: UInt32(index) * 960, payload: ForwardingTests.audio)
            index += 1
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("stops both directions at threshold and grace, says unpaid, and lets nothing more through")
    func closes() async throws {
        try await CallUnderTest.runConnected(
            policy: BillingPolicy(thresholdSeconds: 1, warningSeconds: 1, graceSeconds: 1)
        ) {
            test, alice, bob in
            let events = test.events
            try await converse(alice, bob) { events.all.contains(.ended(.unpaid)) }
            #expect(events.all.last == .ended(.unpaid))
            #expect(events.all.contains(.warning(secondsLeft: 1, reason: .threshold)))
            #expect(events.all.contains(.warning(secondsLeft: 1, reason: .unpaid)))
            let heard = await (alice.received.count, bob.received.count)
            // One second free and one of grace, at fifty packets each.
            #expect((90...110).contains(heard.0) && (90...110).contains(heard.1))
            #expect(await test.call.clock()?.state == .closed)
            #expect(await alice.wait { $0.isClosed })
        }
    }

    @Test("with a grant in time not one packet is missing")
    func grants() async throws {
        try await CallUnderTest.runConnected(
            policy: BillingPolicy(thresholdSeconds: 1, warningSeconds: 1, graceSeconds: 0)
        ) {
            test, alice, bob in
            let status = await test.call.extendHorizon(to: 600)
            #expect(status?.horizonSeconds == 600)
            let events = test.events
            try await converse(alice, bob) {
                events.all.contains {
                    if case .clock(let status) = $0 { status.state == .paid && status.mediaSeconds >= 2 } else { false }
                }
            }
            let packets = await bob.received
            for (earlier, later) in zip(packets, packets.dropFirst()) {
                #expect(later.header.sequenceNumber == earlier.header.sequenceNumber &+ 1)
            }
            #expect(packets.count > 90)
        }
    }
}
