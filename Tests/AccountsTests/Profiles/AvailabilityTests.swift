import Accounts
import TestSupport
import Testing

@Suite("Availability") struct AvailabilityTests {
    @Test("follows wishes outside of calls and remembers them during one")
    func transcript() {
        var state = Availability.offline
        let transcript: [(Availability.Event, Availability, Bool)] = [
            (.callEnded, .offline, false), (.connectionsGone, .offline, false),
            (.wished(available: true), .available, true), (.wished(available: true), .available, false),
            (.callEnded, .available, false), (.callStarted, .busy(then: .available), true),
            (.callStarted, .busy(then: .available), false), (.wished(available: false), .busy(then: .offline), true),
            (.wished(available: true), .busy(then: .available), true), (.callEnded, .available, true),
            (.wished(available: false), .offline, true), (.callStarted, .busy(then: .offline), true),
            (.callEnded, .offline, true), (.callEnded, .offline, false),
        ]
        for (event, expected, changes) in transcript {
            let changed = state.handle(event)
            #expect(changed == changes && state == expected, "\(event)")
        }
    }

    @Test("is lost with the connections, and with what a profile needs; in a call for after it")
    func losses() {
        for event in [Availability.Event.connectionsGone, .profileIncomplete] {
            var free = Availability.available
            free.handle(event)
            #expect(free == .offline)
            var busy = Availability.busy(then: .available)
            busy.handle(event)
            #expect(busy == .busy(then: .offline))
            busy.handle(event)
            busy.handle(.callEnded)
            #expect(busy == .offline)
        }
    }

    @Test("is busy exactly between a call's start and its end, whatever else happens")
    func property() {
        var random = SeededGenerator(seed: 7)
        let events: [Availability.Event] = [
            .wished(available: true), .wished(available: false), .callStarted, .callEnded, .connectionsGone,
            .profileIncomplete,
        ]
        for _ in 0..<200 {
            var (state, inCall, wish) = (Availability.offline, false, false)
            for _ in 0..<50 {
                guard let event = events.randomElement(using: &random) else { return }
                switch event {
                case .wished(let available): wish = available
                case .callStarted: inCall = true
                case .callEnded: inCall = false
                case .connectionsGone, .profileIncomplete: wish = false
                }
                state.handle(event)
                let expected: Availability =
                    inCall ? .busy(then: wish ? .available : .offline) : wish ? .available : .offline
                #expect(state == expected)
                let changedAgain = state.handle(event)
                #expect(!changedAgain)
            }
        }
    }
}
