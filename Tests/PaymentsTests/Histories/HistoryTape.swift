import Billing
import Database
import Synchronization
import TestSupport

@testable import Payments

/// The time of a history: seconds since it began, and what that is on our clocks.
final class HistoryClock: Sendable {
    private let start = Timestamp(secondsSince1970: Timestamp.now().microseconds / 1_000_000)
    private let passed = Mutex(0)

    /// Seconds since it began.
    var seconds: Int { passed.withLock { $0 } }
    /// The time of the charge machines.
    var now: Timestamp { start.advanced(by: .seconds(seconds)) }
    /// Stripe's time, in seconds since 1970.
    var second: Int64 { now.microseconds / 1_000_000 }

    func advance(_ seconds: Int) { passed.withLock { $0 += seconds } }

    /// The first whole second of the history at which a time has come.
    func seconds(at time: Timestamp) -> Int { Int((time.microseconds - start.microseconds + 999_999) / 1_000_000) }
}

/// The records of a call's media: what is known of it by now.
final class HistoryTape: Sendable {
    private struct State {
        var records: [MediaRecord] = []
        var reached = 0
        /// From this one on they are known only after the end.
        var known: Int?
    }

    private let state = Mutex(State())

    /// The media clock stands there: whole stretches of ten seconds have their record.
    func reach(_ media: Int, unbilled: Int, late: Int, _ random: inout SeededGenerator) {
        while state.withLock({ $0.reached + 10 <= media }) {
            let packets = random.below(100) < unbilled ? 0 : 500
            let isLate = random.below(100) < late
            state.withLock { state in
                if isLate, state.known == nil { state.known = state.records.count }
                state.reached += 10
                state.records.append(
                    MediaRecord(
                        mediaSeconds: 10, fromCustomer: .init(packets: packets), fromConsultant: .init(packets: 500)))
            }
        }
    }

    /// Whether records became known only after a window may have been charged.
    var isLate: Bool { state.withLock { $0.records.count > ($0.known ?? .max) } }

    private let isComplete = Mutex(false)

    /// After the end all are known.
    func complete() { isComplete.withLock { $0 = true } }

    /// What is known of them.
    var records: [MediaRecord] {
        let isWhole = isComplete.withLock { $0 }
        return state.withLock { state in Array(state.records.prefix(isWhole ? .max : state.known ?? .max)) }
    }
}

/// What charges in one life of a sidecar.
struct HistoryOffice: Sendable {
    let store: ChargeStore
    let runner: ChargeRunner
    let observer: ChargeObserver
    let courier: ChargeCourier
}
