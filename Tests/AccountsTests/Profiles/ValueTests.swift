@testable import Accounts
import HTTPTypes
import Money
import REST
import TestSupport
import Testing

@Suite("A tag") struct ExpertiseTagTests {
    @Test("is trimmed, and compared without case")
    func folding() throws {
        let tag = try #require(ExpertiseTag("  Machine \t\n learning "))
        #expect(tag.text == "Machine learning" && tag == ExpertiseTag("MACHINE LEARNING") && tag != ExpertiseTag("ML"))
    }

    @Test(
        "is refused where nothing is left, it is too long or not printable",
        arguments: ["", "  ", String(repeating: "x", count: 51), "a\u{0}b", "a\u{7f}"])
    func refusals(text: String) { #expect(ExpertiseTag(text) == nil) }

    @Test("keeps its place in a list, where none is twice and there are at most twenty")
    func lists() throws {
        func tags(_ texts: some Sequence<String>) -> [ExpertiseTag] { texts.compactMap { ExpertiseTag($0) } }
        var list = try #require(ExpertiseTags(tags(["Swift", "SQL", "swift", "Linux"])))
        #expect(list.texts == ["Swift", "SQL", "Linux"])
        #expect(ExpertiseTags(tags((0..<21).map { "t\($0)" })) == nil)
        #expect(ExpertiseTags(tags((0..<40).map { "t\($0 % 20)" }))?.all.count == 20)
        let leftOut = list.merge(tags((0..<19).map { "t\($0)" }))
        #expect(list.all.count == 20 && leftOut.map(\.text) == ["t17", "t18"])
    }
}

@Suite("The bounds of a rate") struct RateBoundsTests {
    @Test(
        "are such that a window reaches the smallest charge",
        arguments: [("usd", 300), ("eur", 300), ("gbp", 180), ("chf", 300), ("jpy", 300)])
    func tenMinutes(code: String, least: Int64) throws {
        let currency = try #require(Currency(code))
        #expect(RateBounds(windowSeconds: 600).least(in: currency)?.amount == least)
    }

    @Test("hold for every window and currency: at the least a window can be charged, one unit below it cannot be set")
    func property() throws {
        var random = SeededGenerator(seed: 3)
        for (code, row) in RateBounds.table {
            let currency = try #require(Currency(code))
            for _ in 0..<50 {
                let seconds = Int.random(in: 1...7200, using: &random)
                let bounds = RateBounds(windowSeconds: seconds)
                let least = try #require(bounds.least(in: currency))
                #expect(try #require(least.perHour(forSeconds: Int64(seconds))).amount >= row.smallestCharge)
                #expect(least.amount <= row.most, "\(code) \(seconds)")
                try bounds.check(least)
                #expect(throws: RateBounds.Miss.self) {
                    try bounds.check(Money(amount: least.amount - 1, currency: currency))
                }
                try bounds.check(Money(amount: row.most, currency: currency))
            }
        }
    }

    @Test("are named where they are missed")
    func words() {
        func miss(_ amount: Int64, _ currency: Currency) -> String? {
            do throws(RateBounds.Miss) {
                try RateBounds(windowSeconds: 600).check(Money(amount: amount, currency: currency))
                return nil
            } catch {
                return error.words
            }
        }
        #expect(
            miss(299, .usd)
                == "expected at least 3.00 usd per hour: one billing window of 600 s must reach the smallest "
                + "charge of 0.50 usd")
        #expect(miss(500_001, .eur) == "expected at most 5000.00 eur per hour")
        #expect(miss(Int64.min, .jpy)?.hasPrefix("expected at least 300 jpy") == true && miss(300, .usd) == nil)
        #expect(Currency("xau").flatMap { miss(1, $0) }?.hasPrefix("expected a currency among aud, cad, chf") == true)
    }
}

@Suite("A profile's content") struct ProfileContentTests {
    private func check(_ json: String) throws -> ProfileContent {
        try ProfileContent(call(json).content(ProfileContent.Body.self), bounds: RateBounds(windowSeconds: 600))
    }

    @Test("is taken as it is meant")
    func content() throws {
        let content = try check(
            #"{"headline": " Hi ", "bio": "a\nb", "tags": ["A", "a"], "hourlyRate": {"amount": 300, "currency": "usd"}}"#
        )
        #expect(content.headline == "Hi" && content.bio == "a\nb" && content.tags.texts == ["A"])
        #expect(content.rate == Money(amount: 300, currency: .usd))
    }

    @Test("is refused with every field that is wrong")
    func refusals() throws {
        let tags = (0..<21).map { "\"t\($0)\"" }.joined(separator: ",")
        let json =
            #"{"headline": "", "bio": "\u0000", "tags": [" ",\#(tags)], "hourlyRate": {"amount": 1, "currency": "eur"}}"#
        let problem = try #require(throws: Problem.self) { try check(json) }
        #expect(problem.errors.map(\.pointer) == ["/headline", "/bio", "/tags/0", "/tags", "/hourlyRate"])
        #expect(problem.status == .unprocessableContent)
    }

    @Test(
        "needs its rate in a currency",
        arguments: ["null", "{}", #"{"amount": 1.5, "currency": "usd"}"#, #"{"amount": 1, "currency": "USD"}"#])
    func rates(rate: String) {
        #expect(throws: Problem.self) { try check(#"{"headline": "x", "tags": [], "hourlyRate": \#(rate)}"#) }
    }
}
