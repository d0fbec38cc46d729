import DatabaseTesting
import Logging
import Payments
import Stripe
import Testing

@Suite("Who moves the money")
struct ProcessorTests {
    @Test("Where Stripe is not configured nothing leaves the process, and the error says so")
    func unavailable() async {
        let processor = PaymentProcessor(gateway: .unavailable(logger: .quiet), isSimulated: false)
        await #expect {
            try await processor.gateway.perform(StripeCall<Balance>.balance())
        } throws: { error in
            (error as? StripeError)?.kind == .notSent && !"\(error)".isEmpty
        }
    }
}
