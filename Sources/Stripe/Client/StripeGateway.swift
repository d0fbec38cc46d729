internal import Foundation
public import Logging

/// The way to Stripe: sends requests, tries again where the rules allow, and types what comes back.
///
/// ```swift
/// let key = IdempotencyKey("hold:\(session):1")
/// let call = StripeCall.createPaymentIntent(hold, idempotencyKey: key)
/// try await store(call.request)
/// let intent = try await gateway.perform(call)
/// ```
public struct StripeGateway: Sendable {
    /// Sends a request once.
    public typealias Exchange = @Sendable (StripeRequest) async throws(StripeError) -> StripeAnswer

    private let exchange: Exchange
    private let retry: RetryPolicy
    private let pause: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// A gateway over any exchange; tests give their own.
    public init(
        retry: RetryPolicy = RetryPolicy(), logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        exchange: @escaping Exchange
    ) {
        self.exchange = exchange
        self.retry = retry
        self.pause = pause
        self.logger = logger
    }

    /// A gateway that refuses everything: for what must not reach Stripe.
    public static func unavailable(logger: Logger) -> StripeGateway {
        StripeGateway(retry: .never, logger: logger) { _ throws(StripeError) in
            throw StripeError(.notSent, "Stripe is not configured.")
        }
    }

    /// The same way, on which each request is sent once: for whoever decides themselves what is sent again.
    public var once: StripeGateway { StripeGateway(retry: .never, logger: logger, pause: pause, exchange: exchange) }

    /// Sends a call and decodes the object it answers.
    public func perform<Object>(_ call: StripeCall<Object>) async throws(StripeError) -> Object {
        let answer = try await send(call.request)
        do {
            return try JSONDecoder().decode(Object.self, from: Data(answer.body))
        } catch {
            throw StripeError(
                .service, "Stripe's answer to \(call.request.method.rawValue) \(call.request.path) cannot be read.",
                status: answer.status, requestID: answer.requestID)
        }
    }

    /// Sends a request and returns the successful answer as it came.
    public func send(_ request: StripeRequest) async throws(StripeError) -> StripeAnswer {
        var attempt = 0
        while true {
            attempt += 1
            let (failure, answer) = await once(request)
            guard let failure else { return answer }
            let jitter = Double.random(in: 0...1)
            guard
                let wait = retry.wait(
                    after: failure, answer: answer.status == 0 ? nil : answer, to: request, attempt: attempt,
                    jitter: jitter)
            else {
                throw failure
            }
            logger.info(
                "a request to Stripe is sent again",
                metadata: ["path": "\(request.path)", "attempt": "\(attempt)", "reason": "\(failure.kind.rawValue)"])
            guard (try? await pause(wait)) != nil else { throw failure }
        }
    }

    /// One attempt: the answer, and what is wrong with it. Status 0 stands for no answer.
    private func once(_ request: StripeRequest) async -> (StripeError?, StripeAnswer) {
        do {
            let answer = try await exchange(request)
            return (StripeError(answer), answer)
        } catch {
            return (error, StripeAnswer(status: 0, body: []))
        }
    }
}
