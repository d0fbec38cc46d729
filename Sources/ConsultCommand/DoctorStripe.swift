import Foundation
import Logging
import Operations
import Stripe

extension Settings {
    /// What is wrong with what is to be said to Stripe; nil: nothing.
    var stripeProblem: String? {
        guard let key = self.stripeSecretKey else { return nil }
        do throws(StripeConfigurationError) {
            _ = try StripeConfiguration(baseURL: self.stripeBase, secretKey: key)
            return nil
        } catch {
            return "CONSULT_STRIPE_SECRET_KEY, CONSULT_STRIPE_API_BASE: \(error.description)"
        }
    }

    /// Whether Stripe answers, and accepts us: its balance is read.
    func examineStripe() async -> Finding {
        let subject = "Stripe"
        guard let key = self.stripeSecretKey else {
            return Finding(
                .warn, subject,
                "no key, so nothing is charged: set CONSULT_STRIPE_SECRET_KEY, or use `consult serve --embedded`, which "
                    + "brings a stand-in")
        }
        do {
            var configuration = try StripeConfiguration(baseURL: self.stripeBase, secretKey: key)
            configuration.retry = .never
            let http = StripeHTTP(configuration)
            let gateway = http.gateway(logger: Logger(label: "consult"))
            let answer: Result<Balance, StripeError>
            do throws(StripeError) {
                answer = .success(try await gateway.perform(.balance()))
            } catch {
                answer = .failure(error)
            }
            await http.shutdown()
            _ = try answer.get()
            guard self.stripeWebhookSecret != nil else {
                return Finding(.warn, subject, "answers, but webhooks are refused: set CONSULT_STRIPE_WEBHOOK_SECRET")
            }
            return Finding(.ok, subject, "answers at \(configuration.baseURL)")
        } catch let error as StripeError {
            return Finding(.fail, subject, "\(error.message) \(advice(error.kind))")
        } catch {
            return Finding(.fail, subject, "\(stripeProblem ?? "\(error)")")
        }
    }

    private func advice(_ kind: StripeError.Kind) -> String {
        switch kind {
        case .notAllowed: "Look at CONSULT_STRIPE_SECRET_KEY."
        case .notSent, .unanswered, .service, .notFound, .invalidRequest:
            "Look at CONSULT_STRIPE_API_BASE, and whether this machine reaches it."
        case .rateLimit, .card, .authenticationRequired, .keyInUse, .keyReused: "Try again later."
        }
    }
}
