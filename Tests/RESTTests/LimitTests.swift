import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import REST
import Testing

@Suite("Token buckets") struct TokenBucketTests {
    private let limit = RateLimit("log-in", 3, perSeconds: 30, by: .address)
    private let start = ContinuousClock.now

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("give what is in them, and then one for each that comes back")
    func refill() {
        var buckets = TokenBuckets()
        for _ in 0..<3 { #expect(buckets.take(limit, subject: "a", at: start) == nil) }
        #expect(buckets.take(limit, subject: "a", at: start) == .seconds(10))
        #expect(buckets.take(limit, subject: "a", at: after(4)) == .seconds(6))
        #expect(buckets.take(limit, subject: "a", at: after(10)) == nil)
        #expect(buckets.take(limit, subject: "a", at: after(10)) == .seconds(10))
        for _ in 0..<3 { #expect(buckets.take(limit, subject: "a", at: after(1000)) == nil) }
        #expect(buckets.take(limit, subject: "a", at: after(1000)) != nil)
    }

    @Test("are each subject's and each limit's own")
    func own() {
        var buckets = TokenBuckets()
        for _ in 0..<3 { _ = buckets.take(limit, subject: "a", at: start) }
        #expect(buckets.take(limit, subject: "a", at: start) != nil)
        #expect(buckets.take(limit, subject: "b", at: start) == nil)
        #expect(buckets.take(RateLimit("x", 1, perSeconds: 1, by: .address), subject: "a", at: start) == nil)
    }

    @Test("never give more than the limit in any window, whatever the pace")
    func bounded() {
        for count in [1, 3, 7, 600] {
            let limit = RateLimit("n", count, perSeconds: 60, by: .address)
            var buckets = TokenBuckets()
            let given = (0..<1200).count { buckets.take(limit, subject: "a", at: after(Double($0) * 0.05)) == nil }
            #expect(given <= 2 * count && given >= min(count, 1200))
        }
    }

    @Test("are forgotten when they are full, and else the one that will be full soonest")
    func forgotten() {
        var buckets = TokenBuckets(capacity: 10)
        for number in 0..<10 { _ = buckets.take(limit, subject: "\(number)", at: start) }
        for _ in 0..<2 { _ = buckets.take(limit, subject: "3", at: start) }
        #expect(buckets.count == 10)
        _ = buckets.take(limit, subject: "new", at: start)
        #expect(buckets.count == 10)
        // Empty buckets are the last to go.
        #expect(buckets.take(limit, subject: "3", at: start) != nil)
        _ = buckets.take(limit, subject: "later", at: after(100))
        #expect(buckets.count <= 10)
        for number in 0..<1000 { _ = buckets.take(limit, subject: "flood \(number)", at: after(101)) }
        #expect(buckets.count <= 10)
        #expect(buckets.take(limit, subject: "3", at: after(101)) == nil)
    }

    @Test("that hold nothing limit nothing")
    func off() {
        var buckets = TokenBuckets()
        #expect(buckets.take(RateLimit("off", 0, perSeconds: 60, by: .address), subject: "a", at: start) == nil)
        #expect(buckets.count == 0)
    }

    @Test("count an account by its id, and whoever has none by their address")
    func subjects() throws {
        let limiter = RateLimiter()
        let limit = RateLimit("one", 1, perSeconds: 60, by: .account)
        let caller = Caller(user: UniqueID(), role: .customer, family: UniqueID(), isVerified: true)
        try limiter.check(limit, address: "1.2.3.4", caller: caller, at: start)
        let problem = #expect(throws: Problem.self) {
            try limiter.check(limit, address: "5.6.7.8", caller: caller, at: start)
        }
        #expect(problem?.status == .tooManyRequests && problem?.code == "rate_limited")
        #expect(problem?.headers[.retryAfter] == "60")
        try limiter.check(limit, address: "1.2.3.4", caller: nil, at: start)
        #expect(throws: Problem.self) { try limiter.check(limit, address: "1.2.3.4", caller: nil, at: start) }
    }
}
