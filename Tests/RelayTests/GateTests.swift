import Identifiers
import RTP
import Relay
import Testing

@Suite("The gate of a call", .timeLimit(.minutes(5))) struct GateTests {
    /// Both sides send one packet each 20 ms until `stop` holds: the clock is what is tested.
    ///
    /// - Returns: how many packets each side sent.
    private func converse(
        _ alice: SyntheticPeer, _ bob: SyntheticPeer, until stop: @escaping @Sendable () -> Bool
    ) async throws -> Int {
        var index = 0
        while !stop(), index < 3000 {
            for peer in [alice, bob] {
                await peer.send(
                    0, sequence: UInt16(index), timestamp: UInt32(index) * 960, payload: ForwardingTests.audio)
            }
            index += 1
            try await Task.sleep(for: .milliseconds(20))
        }
        return index
    }

    @Test("stops both directions at threshold and grace, says unpaid, and lets nothing more through")
    func closes() async throws {
        try await CallUnderTest.runConnected(
            policy: BillingPolicy(thresholdSeconds: 1, warningSeconds: 1, graceSeconds: 1)
        ) { test, alice, bob in
            let events = test.events
            let sent = try await converse(alice, bob) { events.all.contains(.ended(.unpaid)) }
            #expect(events.all.last == .ended(.unpaid))
            #expect(events.all.contains(.warning(secondsLeft: 1, reason: .threshold)))
            #expect(events.all.contains(.warning(secondsLeft: 1, reason: .unpaid)))
            #expect(await alice.wait { $0.isClosed })
            #expect(await bob.wait { $0.isClosed })
            let heard = await bob.received.count
            #expect(heard > 0 && heard <= sent)
            for index in 0..<20 { await alice.send(0, sequence: UInt16(sent + index), timestamp: 0, payload: [1]) }
            #expect(await test.relay.metrics().packetsForwarded <= UInt64(2 * sent))
            #expect(await bob.received.count == heard)
            #expect(await test.call.clock()?.state == .closed)
        }
    }

    @Test("with a grant in time not one packet is missing")
    func grants() async throws {
        try await CallUnderTest.runConnected(
            policy: BillingPolicy(thresholdSeconds: 1, warningSeconds: 1, graceSeconds: 0)
        ) { test, alice, bob in
            let status = await test.call.extendHorizon(to: 600)
            #expect(status?.horizonSeconds == 600)
            let events = test.events
            let sent = try await converse(alice, bob) {
                events.all.contains {
                    if case .clock(let status) = $0 {
                        status.state == .paid && status.mediaSeconds >= 2
                    } else {
                        false
                    }
                }
            }
            #expect(await bob.wait { $0.received.count == sent })
            #expect(await alice.wait { $0.received.count == sent })
            let packets = await bob.received
            for (earlier, later) in zip(packets, packets.dropFirst()) {
                #expect(later.header.sequenceNumber == earlier.header.sequenceNumber &+ 1)
            }
        }
    }
}
