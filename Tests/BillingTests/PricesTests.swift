import Billing
import Money
import TestSupport
import Testing

@Suite("Prices") struct PricesTests {
    @Test("are proportional to the second, half up in minor units, to the cent")
    func examples() throws {
        let prices = try Prices(rate: Money(amount: 10_000, currency: .usd))
        #expect(prices.price(ofSeconds: 600) == 1667 && prices.price(ofSeconds: 1200) == 3333)
        #expect(prices.price(fromSecond: 600, to: 1200) == 1666)
        #expect(prices.price(ofSeconds: 3600) == 10_000 && prices.price(ofSeconds: -5) == 0)
        #expect(prices.hold(forSeconds: 600) == 1667)
        #expect(prices.fee(of: 1667) == 250 && prices.fee(of: 3333) == 500 && prices.fee(of: 1666, after: 1667) == 250)
        #expect(prices.fee(of: 10) == 2 && prices.fee(of: 3) == 0)
    }

    @Test("of parts add up to the price of the whole, and their fees to its fee, however it is cut")
    func parts() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let prices = try Prices(
                rate: Money(amount: Int64(1 + random.below(2_000_000)), currency: .eur),
                feeBasisPoints: random.below(10_001))
            var (second, charged, fees) = (0, Int64(0), Int64(0))
            for _ in 0..<(1 + random.below(12)) {
                let next = second + random.below(1500)
                let part = prices.price(fromSecond: second, to: next)
                let fee = prices.fee(of: part, after: charged)
                #expect(part >= 0 && part <= prices.hold(forSeconds: next - second) && fee >= 0 && fee <= part)
                (second, charged, fees) = (next, charged + part, fees + fee)
            }
            #expect(charged == prices.price(ofSeconds: second) && fees == prices.fee(of: charged))
            let money = prices.rate.perHour(forSeconds: Int64(second))
            #expect(charged == money?.amount)
            let share = Money(amount: charged, currency: .eur).share(basisPoints: Int64(prices.feeBasisPoints))
            #expect(fees == share?.amount)
        }
    }

    @Test("do not exist where a window could not be charged, and the least rate is named")
    func minimum() throws {
        var random = SeededGenerator(seed: 2)
        let currencies = ["usd", "eur", "gbp", "jpy", "kwd", "sek", "czk", "krw"].compactMap { Currency($0) }
        for currency in currencies {
            for _ in 0..<200 {
                let window = 1 + random.below(1200)
                let low = try Prices(rate: Money(amount: 1, currency: currency))
                if low.price(ofSeconds: window) >= low.minimumCharge { continue }
                guard let least = least(low, window), least.amount <= Prices.greatestRate else { continue }
                let prices = try Prices(rate: least)
                try prices.check(windowSeconds: window)
                #expect(prices.price(ofSeconds: window) == prices.minimumCharge)
                let below = try Prices(rate: Money(amount: least.amount - 1, currency: currency))
                #expect(throws: Prices.Refusal.self) { try below.check(windowSeconds: window) }
            }
        }
        #expect(MinimumCharge.amount(in: .usd) == 50 && MinimumCharge.amount(in: .jpy) == 50)
        let unknown = try #require(Currency("xyz"))
        #expect(throws: Prices.Refusal.currencyUnknown) { try Prices(rate: Money(amount: 100, currency: unknown)) }
        #expect(throws: Prices.Refusal.rateOutOfRange) { try Prices(rate: Money(amount: 0, currency: .usd)) }
        #expect(throws: Prices.Refusal.feeOutOfRange) {
            try Prices(rate: Money(amount: 100, currency: .usd), feeBasisPoints: 10_001)
        }
    }

    /// The least rate that a refused one is told.
    private func least(_ prices: Prices, _ window: Int) -> Money? {
        let error = #expect(throws: Prices.Refusal.self) { try prices.check(windowSeconds: window) }
        if case .windowBelowMinimum(let least)? = error { return least }
        return nil
    }
}
