import Billing
import Database
import DatabaseTesting
import Events
import Identifiers
import Mail
import Money
import Testing

@testable import Payments

@Suite("Issuing invoices", .timeLimit(.minutes(3)))
struct IssuingTests {
    let world: InvoiceWorld

    init() async throws { world = try await InvoiceWorld() }

    private func settled(
        _ session: UniqueID, media: Int = 900, billable: Int = 900, captured: Int64, refunded: Int64 = 0,
        waived: Int64 = 0, forgone: Int64 = 0
    ) -> ChargeSettled {
        ChargeSettled(
            session: session, mediaSeconds: media, billableSeconds: billable, captured: captured, refunded: refunded,
            fee: 0, waived: waived, forgone: forgone)
    }

    @Test("A charged session gets an invoice whose lines are its windows and add up to the cent")
    func lines() async throws {
        // 100.00 an hour.
        let session = try await world.session(captured: [1667, 1666, 1667, 417], rate: 10000)
        let issued = try await world.settle(
            settled(session, media: 1950, billable: 1950, captured: 5417), receiptHead: "abc123")
        let invoice = try #require(issued.first)
        #expect(issued.count == 1 && invoice.kind == .invoice && invoice.number == "2026-000001")
        #expect(
            invoice.lines.map(\.text) == [
                "Window 1: 10:00 of 10:00 at 100.00 USD/h", "Window 2: 10:00 of 10:00 at 100.00 USD/h",
                "Window 3: 10:00 of 10:00 at 100.00 USD/h", "Window 4: 2:30 of 10:00 at 100.00 USD/h",
            ])
        #expect(invoice.lines.map(\.amount) == [1667, 1666, 1667, 417])
        #expect(invoice.lines.compactMap(\.seconds).reduce(0, +) == 1950)
        #expect(invoice.lines.reduce(0) { $0 + $1.amount } == invoice.total.amount)
        #expect(invoice.total == Money(amount: 5417, currency: .usd))
        #expect(invoice.subtotal == invoice.total && invoice.tax.amount.amount == 0 && !invoice.tax.text.isEmpty)
        #expect(invoice.customerName == "Ann <Example>" && invoice.consultantName == "Cora Example")
        #expect(invoice.customerEmail == "\(world.customer)@example.org" && invoice.title == "Why?")
        #expect(invoice.processorIDs.count == 4 && invoice.receiptHead == "abc123" && invoice.notes.isEmpty)
        #expect(invoice.issuer == "Consultant Connect\n1 Example Street" && invoice.issuedAt == InvoiceWorld.now)
    }

    @Test("What is waived, not billed or forgone is said in words, and seconds are those that were billed")
    func words() async throws {
        var machine = ChargeMachine(
            session: try #require(SessionID(UniqueID().description)),
            terms: try ChargeTerms(
                prices: try Prices(rate: Money(amount: 12000, currency: .usd))))
        _ = machine.handle(.accepted, now: InvoiceWorld.now)
        _ = machine.handle(
            .ended(BillableTime(mediaSeconds: 1205, unbilled: [300..<320])), now: InvoiceWorld.now)
        let session = try await world.session(captured: [1933, 2000], machine: machine)
        let invoice = try #require(
            try await world.settle(
                settled(session, media: 1205, billable: 1185, captured: 3933, waived: 17, forgone: 5)
            ).first)
        #expect(invoice.lines.map(\.seconds) == [580, 600])
        #expect(invoice.lines[0].text == "Window 1: 9:40 of 10:00 at 120.00 USD/h")
        #expect(
            invoice.notes == [
                "Not billed: 0:20 of the call, in which the connection was interrupted or poor.",
                "Waived: 0.17 USD, a part of the call that costs less than the smallest amount a card can be charged.",
                "Not asked for: 0.05 USD, time for which no money was held.",
            ])
        #expect(invoice.waived.amount == 17 && invoice.mediaSeconds == 1205 && invoice.billableSeconds == 1185)
    }

    @Test("A free call has no invoice; one of which all was waived has one of 0")
    func free() async throws {
        let session = try await world.session(captured: [])
        #expect(try await world.settle(settled(session, media: 300, billable: 300, captured: 0)).isEmpty)
        #expect(try await world.settle(settled(session, media: 300, billable: 300, captured: 0, forgone: 9)).isEmpty)
        let waived = try await world.settle(settled(session, media: 610, billable: 10, captured: 0, waived: 33))
        #expect(waived.map(\.total.amount) == [0] && waived[0].lines.isEmpty && waived[0].notes.count == 2)
        #expect(
            try await world.settle(settled(session, media: 610, billable: 10, captured: 0, waived: 33)).isEmpty)
        #expect(try await world.settle(settled(UniqueID(), captured: 0)).isEmpty)
    }

    @Test("What is given back gets credit notes for the difference, however often and in whatever order it is told")
    func creditNotes() async throws {
        let session = try await world.session(captured: [2000, 1000])
        let stages = [0, 500, 1200].map { settled(session, captured: 3000, refunded: $0) }
        for stage in stages + stages { try await world.settle(stage) }
        let issued = try await InvoiceStore.of(session: session, on: world.pool)
        #expect(issued.map(\.number) == ["2026-000001", "CN-2026-000001", "CN-2026-000002"])
        #expect(issued.map(\.total.amount) == [3000, 500, 700])
        #expect(issued.dropFirst().allSatisfy { $0.corrects == "2026-000001" && $0.lines.count == 1 })
        #expect(issued[1].lines[0].text == "Given back of invoice 2026-000001")
        #expect(issued[1].lines.reduce(0) { $0 + $1.amount } == issued[1].total.amount)

        let other = try await world.session(captured: [2000, 1000])
        let late = try await world.settle(settled(other, captured: 3000, refunded: 3000))
        #expect(late.map(\.kind) == [.invoice, .creditNote] && late.map(\.total.amount) == [3000, 3000])
        for stage in [500, 0, 3000] {
            #expect(try await world.settle(settled(other, captured: 3000, refunded: Int64(stage))).isEmpty)
        }
    }

    @Test("Two deliveries at once issue once")
    func atOnce() async throws {
        let session = try await world.session(captured: [2000])
        let event = settled(session, media: 600, billable: 600, captured: 2000)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try await world.settle(event).count } }
            return try await group.reduce(0, +)
        }
        #expect(counts == 1)
    }

    @Test(
        "What is found to be charged later gets an invoice of its own; an event that is behind the payments issues nothing"
    )
    func later() async throws {
        let session = try await world.session(captured: [2000])
        try await world.settle(settled(session, captured: 2000))
        try await world.pay(session, window: 2, 1000)
        #expect(try await world.settle(settled(session, captured: 2000)).isEmpty)
        let further = try await world.settle(settled(session, captured: 3000))
        #expect(further.map(\.total.amount) == [1000] && further[0].lines.map(\.amount) == [1000])
        #expect(further[0].notes.first?.contains("in addition") == true)
    }

    @Test("Amounts that contradict the payments issue nothing and fail")
    func contradictions() async throws {
        let session = try await world.session(captured: [2000])
        await #expect(throws: Invoices.Refusal.paymentsMissing) {
            try await world.settle(settled(session, captured: 2001))
        }
        let free = try await world.session(captured: [])
        try await world.settle(settled(free, captured: 0, waived: 5))
        await #expect(throws: Invoices.Refusal.refundBeyondInvoices) {
            try await world.settle(settled(free, captured: 0, refunded: 1))
        }
        #expect(try await world.value("SELECT count(*) FROM invoices", as: Int.self) == 1)
    }

    @Test("A tax is taken out of the total, kept with the invoice, and held to by its credit notes")
    func tax() async throws {
        #expect(InvoiceTerms.Tax(basisPoints: 1900, text: "").part(of: 11900) == 1900)
        #expect(InvoiceTerms.Tax(basisPoints: 2000, text: "").part(of: 3) == 1)
        #expect(InvoiceTerms.Tax(basisPoints: 10_000, text: "").part(of: .max) > 0)
        let vat = InvoiceTerms.Tax(basisPoints: 725, text: "VAT.")
        let world = try await InvoiceWorld(tax: vat)
        let session = try await world.session(captured: [2145])
        let invoice = try #require(
            try await world.settle(settled(session, media: 600, billable: 600, captured: 2145)).first)
        #expect(invoice.tax.basisPoints == 725 && invoice.tax.amount.amount == 145 && invoice.subtotal.amount == 2000)
        let untaxed = Invoices(terms: InvoiceTerms(issuer: "X", isSimulated: true), clientURL: "")
        let note = try await world.pool.withTransaction {
            try await untaxed.settled(
                settled(session, media: 600, billable: 600, captured: 2145, refunded: 2145), at: InvoiceWorld.now,
                in: $0)
        }
        #expect(note.map(\.tax.amount.amount) == [145] && note[0].tax.text == "VAT.")
    }

    @Test("Currencies without and with three decimal places are written as they are")
    func currencies() async throws {
        let session = try await world.session(captured: [2000], rate: 12000, currency: .jpy)
        let yen = try #require(
            try await world.settle(settled(session, media: 600, billable: 600, captured: 2000)).first)
        #expect(yen.lines[0].text.hasSuffix("at 12000 JPY/h") && yen.total.text == "2000 JPY")
        #expect(Money(amount: -1205, currency: try #require(Currency("kwd"))).text == "-1.205 KWD")
    }

    @Test("The event says what happened, and is read back; contradictory ones are refused")
    func event() async throws {
        let session = try await world.session(captured: [2000])
        let event = try settled(session, media: 600, billable: 600, captured: 2000).event()
        #expect(event.queue == .sidecar && event.key == "session \(session)" && event.kind == "charge.settled")
        #expect(try ChargeSettled(event) == settled(session, media: 600, billable: 600, captured: 2000))
        try await world.pool.withTransaction { try await Outbox.append(event, in: $0) }
        let reader = EventReader(of: .sidecar, on: world.pool, logger: .quiet) { [world] delivery, transaction in
            let isTaken = try await world.invoices.handle(delivery, in: transaction)
            #expect(isTaken)
        }
        #expect(try await reader.handleBatch() == 1)
        #expect(try await world.value("SELECT count(*) FROM invoices", as: Int.self) == 1)
        let wrong = settled(session, media: 600, billable: 601, captured: 1, refunded: 2)
        #expect(throws: UnreadableEvent.self) { try ChargeSettled(try wrong.event()) }
    }
}
