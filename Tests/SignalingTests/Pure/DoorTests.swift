import Foundation
import Identifiers
import RTP
import Testing

@testable import Signaling

@Suite struct DoorTests {
    @Test func `an outbox is bounded, in order, and gives its memory back`() {
        var outbox = Outbox(maximumMessages: 100, maximumBytes: 1000)
        for number in 0..<100 { #expect(outbox.append([UInt8(number)]) == true) }
        #expect(outbox.append([0]) == false)
        for number in 0..<100 { #expect(outbox.next() == [UInt8(number)]) }
        #expect(outbox.next() == nil)
        #expect(outbox.bytes == 0)
        #expect(outbox.append(Array(repeating: 1, count: 1000)) == true)
        #expect(outbox.append([1]) == false)
        outbox.removeAll()
        #expect(outbox.isEmpty)
        #expect(outbox.append([1]) == true)
    }

    @Test func `of some messages only the newest is kept`() {
        var outbox = Outbox(maximumMessages: 3, maximumBytes: 10)
        #expect(outbox.append([1], kind: .billing) == true)
        #expect(outbox.append([2]) == true)
        #expect(outbox.append([3], kind: .quality("a")) == true)
        #expect(outbox.append([4, 4], kind: .billing) == true)
        #expect(outbox.append([5], kind: .quality("a")) == true)
        #expect(outbox.append([6], kind: .quality("b")) == false)
        #expect(outbox.append(Array(repeating: 7, count: 9), kind: .billing) == false)
        #expect(outbox.bytes == 4)
        #expect(outbox.next() == [4, 4])
        #expect(outbox.append([8], kind: .billing) == true)
        #expect(outbox.next() == [2])
        #expect(outbox.next() == [5])
        #expect(outbox.next() == [8])
    }

    @Test func `a message budget refills, refuses and loses patience`() {
        var budget = MessageBudget(perSecond: 10, burst: 3, patience: 2, now: .init(nanoseconds: 0))
        let start = MonotonicInstant(nanoseconds: 0)
        for _ in 0..<3 { #expect(budget.spend(at: start) == .take) }
        #expect(budget.spend(at: start) == .refuse)
        #expect(budget.spend(at: start.advanced(by: .milliseconds(100))) == .take)
        #expect(budget.spend(at: start.advanced(by: .milliseconds(100))) == .refuse)
        #expect(budget.spend(at: start.advanced(by: .milliseconds(100))) == .close)
        #expect(budget.spend(at: start.advanced(by: .seconds(1))) == .take)
    }

    @Test func `errors are counted in a window`() {
        var budget = ErrorBudget(limit: 2, window: .seconds(10))
        let start = MonotonicInstant(nanoseconds: 0)
        #expect(budget.isExhausted(byErrorAt: start) == false)
        #expect(budget.isExhausted(byErrorAt: start.advanced(by: .seconds(5))) == false)
        #expect(budget.isExhausted(byErrorAt: start.advanced(by: .seconds(11))) == false)
        #expect(budget.isExhausted(byErrorAt: start.advanced(by: .seconds(12))) == true)
    }

    @Test func `TURN credentials are what coturn computes`() throws {
        let configuration = ICEConfiguration(
            stunURLs: ["stun:s.example"], turnURLs: ["turn:t.example?transport=udp"], turnSecret: "north",
            turnLifetime: 600)
        let user = try #require(UserID("ada"))
        let servers = configuration.servers(for: user, now: Date(timeIntervalSince1970: 1_800_000_000))
        #expect(
            servers == [
                ["urls": ["stun:s.example"]],
                [
                    "urls": ["turn:t.example?transport=udp"], "username": "1800000600:ada",
                    "credential": "N6W9X8er4qYvpfkhQXV/EoJR794=",
                ],
            ])
        #expect(ICEConfiguration().servers(for: user, now: Date()) == [])
    }
}
