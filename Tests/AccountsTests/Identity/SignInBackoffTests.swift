import Database
import Testing

@testable import Accounts

@Suite("The pause after failed sign-ins") struct SignInBackoffTests {
    let backoff = SignInBackoff()
    let now = Timestamp(secondsSince1970: 1_800_000_000)

    func record(_ failures: Int, ago seconds: Int = 0) -> SignInBackoff.Record {
        .init(failures: failures, lastAt: now.advanced(by: .seconds(-seconds)))
    }

    @Test("is none for the first five, then doubles up to a quarter of an hour")
    func doubling() {
        func pause(_ failures: Int) -> Duration {
            backoff.pause(here: record(failures), elsewhere: nil, isKnownAddress: false, now: now)
        }
        #expect((0..<5).allSatisfy { pause($0) == .zero })
        #expect([5, 6, 7, 8, 14, 15, 500, .max].map(pause) == [1, 2, 4, 8, 512, 900, 900, 900].map { .seconds($0) })
    }

    @Test("runs while nothing happens")
    func passes() {
        func left(_ seconds: Int) -> Duration {
            backoff.pause(here: record(8, ago: seconds), elsewhere: nil, isKnownAddress: true, now: now)
        }
        #expect(left(3) == .seconds(5))
        #expect(left(8) == .zero)
        #expect(left(90_000) == .zero)
    }

    @Test("is not imposed by others where the account was signed in before, and is a minute at most elsewhere")
    func others() {
        func pause(known: Bool) -> Duration {
            backoff.pause(here: nil, elsewhere: record(100_000), isKnownAddress: known, now: now)
        }
        #expect(pause(known: true) == .zero)
        #expect(pause(known: false) == .seconds(60))
        #expect(backoff.pause(here: nil, elsewhere: record(49), isKnownAddress: false, now: now) == .zero)
    }
}
