import Database
import DatabaseTesting
import Events
import Testing

@testable import Payments

@Suite("The numbers of invoices", .timeLimit(.minutes(3)))
struct InvoiceNumberTests {
    private struct Abandoned: Error {}

    @Test("have no gap and no double where fifty transactions draw them at once and a third are rolled back")
    func concurrent() async throws {
        let world = try await InvoiceWorld(connections: 12)
        let drawn = try await withThrowingTaskGroup(of: String?.self) { group in
            for index in 0..<50 {
                group.addTask {
                    do {
                        return try await world.pool.withTransaction { transaction in
                            let number = try await InvoiceNumber.draw(.invoice, at: InvoiceWorld.now, in: transaction)
                            if index % 3 == 0 { throw Abandoned() }
                            return number
                        }
                    } catch is Abandoned {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [String]()) { numbers, number in
                if let number { numbers.append(number) }
            }
        }
        #expect(drawn.sorted() == (1...33).map { InvoiceNumber.text(.invoice, year: 2026, $0) })
    }

    @Test("begin anew with the year in UTC, and credit notes have their own")
    func sequences() async throws {
        let world = try await InvoiceWorld()
        let year = try #require(Timestamp("2027-01-01T00:00:00Z"))
        let drawn = try await world.pool.withTransaction { transaction in
            var numbers: [String] = []
            for (kind, moment) in [
                (InvoiceKind.invoice, InvoiceWorld.now), (.creditNote, InvoiceWorld.now),
                (.invoice, year.advanced(by: .microseconds(-1))), (.invoice, year), (.creditNote, year),
            ] { numbers.append(try await InvoiceNumber.draw(kind, at: moment, in: transaction)) }
            return numbers
        }
        #expect(drawn == ["2026-000001", "CN-2026-000001", "2026-000002", "2027-000001", "CN-2027-000001"])
        #expect(InvoiceNumber.text(.invoice, year: 2026, 1_234_567) == "2026-1234567")
    }

    @Test("leave no gap where an invoice is issued and rolled back")
    func rollback() async throws {
        let world = try await InvoiceWorld()
        let session = try await world.session(captured: [2000])
        let settled = ChargeSettled(
            session: session, mediaSeconds: 600, billableSeconds: 600, captured: 2000, fee: 300)
        await #expect(throws: Abandoned.self) {
            try await world.pool.withTransaction { transaction in
                #expect(
                    try await world.invoices.settled(settled, at: InvoiceWorld.now, in: transaction).count == 1)
                throw Abandoned()
            }
        }
        #expect(try await world.settle(settled).map(\.number) == ["2026-000001"])
    }
}
