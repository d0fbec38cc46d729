import Foundation
import Logging
import Money
import ServiceLifecycle
import Stripe
import StripeSandbox
import Synchronization
import Testing

/// A stand-in on a free port of this process, and a gateway to it.
struct World: Sendable {
    let server: StripeSandboxServer
    let gateway: StripeGateway
    let port: UInt16

    /// Runs a stand-in while `body` uses it.
    static func with(
        _ configuration: SandboxConfiguration = SandboxConfiguration(), retry: RetryPolicy = .never,
        timeout: Duration = .seconds(20), _ body: @Sendable @escaping (World) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<UInt16>.makeStream()
        let server = try StripeSandboxServer(configuration, logger: Logger(label: "sandbox")) { port.yield($0) }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: Logger(label: "group")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await number in ports {
                    var settings = try StripeConfiguration(
                        baseURL: "http://127.0.0.1:\(number)", secretKey: "sk_test_swift")
                    settings.retry = retry
                    settings.requestTimeout = timeout
                    let http = StripeHTTP(settings)
                    let gateway = http.gateway(logger: Logger(label: "gateway"))
                    let world = World(server: server, gateway: gateway, port: number)
                    let result: Result<Void, any Error>
                    do { result = .success(try await body(world)) } catch { result = .failure(error) }
                    await http.shutdown()
                    await group.triggerGracefulShutdown()
                    try result.get()
                    return
                }
            }
            try await tasks.waitForAll()
        }
    }

    /// A customer with a card, and a consultant who can be paid.
    func people(card: String = "pm_card_visa") async throws -> (Customer, PaymentMethod, Account) {
        let customer = try await gateway.perform(
            .createCustomer(email: "a@example.org", name: nil, metadata: ["user": "1"], idempotencyKey: key()))
        let method = try await gateway.perform(
            .attach(try id(card), to: customer.id, idempotencyKey: key()))
        let account = try await gateway.perform(
            .createAccount(
                email: "c@example.org", country: "US", schedule: .manual, metadata: [:], idempotencyKey: key()))
        _ = try await gateway.perform(
            .onboardingLink(
                for: account.id, refreshURL: "http://localhost/again", returnURL: "http://localhost/done",
                idempotencyKey: key()))
        return (customer, method, account)
    }

    /// A hold of 100.00 usd with a fee of 15.00.
    func hold(
        _ people: (Customer, PaymentMethod, Account), offSession: Bool = true
    ) -> Hold {
        Hold(
            amount: Money(amount: 10_000, currency: .usd), fee: 1500, customer: people.0.id,
            paymentMethod: people.1.id, destination: people.2.id, isOffSession: offSession,
            metadata: ["session": "s1", "window": "1"])
    }
}

/// A key that was not used before.
func key() throws -> IdempotencyKey { try #require(IdempotencyKey("key-\(UUID().uuidString)")) }

func id<Object>(_ text: String) throws -> StripeID<Object> { try #require(StripeID<Object>(text)) }
