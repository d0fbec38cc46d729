import Database
import Payments
import Stripe
import StripeSandbox
import Synchronization
import Testing

@Suite("Customers at Stripe", .timeLimit(.minutes(2))) struct CustomerTests {
    private static let customers = SandboxFault.Match(method: "POST", pathPrefix: "/v1/customers")

    /// How many were made.
    private func made(_ world: AccountsWorld) async throws -> Int {
        let list = try await world.gateway.perform(
            StripeCall<StripeList<Customer>>(StripeRequest(.get, "/v1/customers")))
        return list.data.count
    }

    @Test(
        "An attempt that ends between the row and the answer is gone on with: one customer",
        arguments: [SandboxFault.Kind.cut, .appliedThenCut, .http429])
    func crash(kind: SandboxFault.Kind) async throws {
        let world = try await AccountsWorld()
        world.sandbox.inject(SandboxFault(match: Self.customers, kind: kind))
        await #expect(throws: PaymentAccountError.unavailable) { try await world.store() }
        #expect(
            try await world.value("SELECT count(*) FROM payment_customers WHERE processor_id IS NULL", as: Int.self)
                == 1)
        try await world.store()
        #expect(try await made(world) == 1)
        // Their metadata names our user, and nothing else is said about them.
        let payer = try #require(try await PaymentAccounts.payer(of: world.ada, on: world.pool))
        let customer = try await world.gateway.perform(.customer(try stripeID(payer.customer)))
        #expect(customer.metadata == ["user": world.ada.description] && customer.email == nil)
    }

    @Test(
        "A failure that Stripe repeats under its key is left behind",
        arguments: [SandboxFault.Kind.http500, .applied500])
    func failure(kind: SandboxFault.Kind) async throws {
        let world = try await AccountsWorld()
        world.sandbox.inject(SandboxFault(match: Self.customers, kind: kind))
        await #expect(throws: PaymentAccountError.failed) { try await world.store() }
        try await world.store()
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool) != nil)
    }

    @Test("Two at once lead to one customer")
    func race() async throws {
        let world = try await AccountsWorld()
        async let first = world.accounts.beginSetup(of: world.ada)
        async let second = world.accounts.beginSetup(of: world.ada)
        let (one, other) = try await (first, second)
        #expect(one.customer == other.customer && one.id != other.id)
        #expect(try await made(world) == 1)
    }

    @Test("The customer of an erased account is removed from Stripe with their cards, and then here")
    func erasure() async throws {
        let world = try await AccountsWorld()
        let card = try await world.store()
        let payer = try #require(try await PaymentAccounts.payer(of: world.ada, on: world.pool))
        _ = try await world.accounts.beginSetup(of: world.ben)
        _ = try await world.pool.pipeline([
            "DELETE FROM payment_methods WHERE user_id = \(world.ada)",
            "UPDATE payment_customers SET erased_at = now() WHERE user_id = \(world.ada)",
            "UPDATE users SET erased_at = now() WHERE id = \(world.ada)",
        ])
        await #expect(throws: PaymentAccountError.accountGone) { try await world.store() }
        // What was on its way does not bring the card back.
        try await world.deliver()
        #expect(try await world.value("SELECT count(*) FROM payment_methods", as: Int.self) == 0)
        world.sandbox.inject(SandboxFault(match: .init(method: "DELETE"), kind: .appliedThenCut))
        await #expect(throws: PaymentAccountError.self) { try await world.accounts.removeErasedCustomers() }
        #expect(try await world.accounts.removeErasedCustomers() == 1)
        #expect(try await world.accounts.removeErasedCustomers() == 0)
        #expect(try await world.gateway.perform(.customer(try stripeID(payer.customer))).deleted == true)
        #expect(try await world.gateway.perform(.paymentMethod(try stripeID(card.processorID))).customer == nil)
        #expect(try await world.value("SELECT user_id FROM payment_customers", as: UniqueID.self) == world.ben)
    }
}
