internal import Billing
internal import Database
internal import Stripe

/// Brings one request to Stripe, and what it says back. Sent once: what is sent again is the machine's to decide.
struct ChargeCourier: Sendable {
    private let gateway: StripeGateway

    init(_ gateway: StripeGateway) { self.gateway = gateway.once }

    /// What a request came to.
    struct Word: Sendable {
        /// What the machine hears.
        let event: ChargeMachine.Event
        /// The processor's name of the payment, where it is known now.
        let processor: String?
        /// For whoever looks: the HTTP status, where there was one, and the code of what went wrong.
        var status: Int?
        var code: String?
    }

    func bring(_ request: ChargeRequest) async -> Word {
        request.isInquiry ? await inquire(request) : await send(request)
    }

    // MARK: Sending

    private func send(_ request: ChargeRequest) async -> Word {
        do throws(StripeError) {
            let intent: PaymentIntent
            switch request.kind {
            case .hold, .capture, .cancel: intent = try await gateway.perform(StripeCall(request.request))
            case .refund:
                // Answered by the payment as it is read afterwards.
                let refund: Refund = try await gateway.perform(StripeCall(request.request))
                guard let id = refund.paymentIntent ?? request.processor else {
                    return Word(event: .answered(key: request.key, .unclear), processor: nil, status: 200)
                }
                intent = try await read(id)
            }
            let answer = PaymentFact(intent).map { StepAnswer.fact($0) } ?? .unknown
            return Word(event: .answered(key: request.key, answer), processor: intent.id.text, status: 200)
        } catch {
            return Word(
                event: .answered(key: request.key, StepAnswer(error)), processor: error.intent, status: error.status,
                code: error.declineCode ?? error.code ?? error.kind.rawValue)
        }
    }

    /// After a refund that was done the payment has to be read; where that fails it is not known what it is by now.
    private func read(_ id: StripeID<PaymentIntent>) async throws(StripeError) -> PaymentIntent {
        do {
            return try await gateway.perform(.paymentIntent(id))
        } catch {
            throw StripeError(.service, "the payment cannot be read after its refund: \(error.message)")
        }
    }

    // MARK: Inquiring

    private func inquire(_ request: ChargeRequest) async -> Word {
        do throws(StripeError) {
            guard let intent = try await find(request) else {
                return Word(event: .found(key: request.key, .absent), processor: nil)
            }
            let finding = PaymentFact(intent).map { Finding.fact($0) } ?? .unknown
            return Word(event: .found(key: request.key, finding), processor: intent.id.text, status: 200)
        } catch {
            return Word(
                event: .found(key: request.key, .unknown), processor: nil, status: error.status,
                code: error.kind.rawValue)
        }
    }

    /// The payment at Stripe: by its id, or where that was never learnt by the name we gave it.
    private func find(_ request: ChargeRequest) async throws(StripeError) -> PaymentIntent? {
        if let id = request.processor {
            do {
                return try await gateway.perform(.paymentIntent(id))
            } catch  where error.kind == .notFound {
                return nil
            }
        }
        guard let customer = request.customer else { return nil }
        // An hour earlier, so that clocks that differ hide nothing.
        let since = request.since.microseconds / 1_000_000 - 3600
        var last: StripeID<PaymentIntent>?
        while true {
            let page = try await gateway.perform(
                StripeCall<StripeList<PaymentIntent>>.paymentIntents(customer: customer, since: since, after: last))
            if let found = page.data.first(where: { $0.metadata?["payment"] == request.name }) {
                return try await gateway.perform(.paymentIntent(found.id))
            }
            guard page.hasMore, let end = page.data.last?.id else { return nil }
            last = end
        }
    }
}
