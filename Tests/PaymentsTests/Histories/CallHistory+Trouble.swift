import Billing
import Database
import DatabaseTesting
import Stripe
import StripeSandbox
import TestSupport

@testable import Payments

/// What happens around the call: time, webhooks, faults, and the ends of processes.
extension CallHistory {
    // MARK: Processes

    /// A process begins.
    func startOffice() {
        let gateway = StripeGateway(retry: .never, logger: .quiet, pause: { _ in }) {
            [weak self] request throws(StripeError) in
            guard let self else { throw StripeError(.notSent, "The history is over.") }
            return try await self.exchange(request)
        }
        let processor = PaymentProcessor(gateway: gateway, isSimulated: true)
        let store = ChargeStore(isSimulated: true, clock: { [clock] in clock.now }) { [tape] _, _ in tape.records }
        office = HistoryOffice(
            store: store, runner: ChargeRunner(pool: pool, store: store, processor: processor, logger: .quiet),
            observer: ChargeObserver(pool: pool, store: store, processor: processor),
            courier: ChargeCourier(gateway))
    }

    /// The process is killed, and another one begins.
    private func crash(_ when: String) async {
        note("crash \(when)")
        startOffice()
        await office?.runner.resume()
    }

    private var crashesNow: Bool { isTroubled && random.below(100) < plan.crashes }

    /// What arrives from elsewhere is handled in one transaction; where the process dies before its commit, it comes again.
    func transact(
        _ body: @escaping @Sendable (HistoryOffice, Transaction) async throws -> Void
    ) async throws {
        guard let office else { return }
        if crashesNow {
            do {
                try await pool.withTransaction { transaction in
                    try await body(office, transaction)
                    throw Killed()
                }
            } catch is Killed {
                await crash("before a commit")
            }
        }
        guard let office = self.office else { return }
        try await pool.withTransaction { try await body(office, $0) }
        if crashesNow { await crash("after a commit") }
        if random.below(3) > 0 { try await work() }
    }

    private struct Killed: Error {}

    // MARK: Time

    /// Lets time pass, and what is due happen, in any order.
    func pass(_ seconds: Int) async throws {
        clock.advance(seconds)
        sandbox.set(now: clock.second)
        collectEvents()
        while let index = agenda.indices.filter({ agenda[$0].due <= clock.seconds }).randomElement(using: &random) {
            switch agenda.remove(at: index).errand {
            case .webhook(let body, let failures): try await tell(body, failures)
            case .request(let request):
                note("late request")
                _ = try? await wire.send(request)
                collectEvents()
            }
        }
        try await office?.runner.tick()
        try await work()
    }

    /// Sends what waits, and takes the answers in.
    func work() async throws { while try await step() {} }

    private func step() async throws -> Bool {
        guard let office else { return false }
        guard crashesNow else { return try await office.runner.step() }
        guard let request = try await ChargeRequest.claim(on: pool) else { return false }
        if random.below(2) == 0 {
            _ = await office.courier.bring(request)
            await crash("with an answer")
        } else {
            await crash("with a request")
        }
        return true
    }

    // MARK: Webhooks

    /// Puts what Stripe tells on its way: some of it never arrives, some twice, all of it in another order.
    func collectEvents() {
        for body in sandbox.takeEvents() {
            if isTroubled, random.below(100) < plan.lostWebhooks {
                note("webhook lost")
                continue
            }
            schedule(.webhook(body: body, failures: 0), within: plan.webhookDelay)
            if random.below(100) < plan.doubledWebhooks {
                note("webhook doubled")
                schedule(.webhook(body: body, failures: 0), within: plan.webhookDelay)
            }
        }
    }

    private func schedule(_ errand: Errand, within delay: Int) {
        agenda.append((clock.seconds + (delay > 0 ? random.below(delay) : 0), errand))
    }

    private func tell(_ body: String, _ failures: Int) async throws {
        do {
            _ = try await office?.observer.handle(try StripeEvent(json: Array(body.utf8)))
        } catch is StripeError {
            note("webhook again")
            agenda.append((clock.seconds + 1 << min(failures, 6), .webhook(body: body, failures: failures + 1)))
        }
    }

    // MARK: Faults

    /// The way to Stripe, on which much may happen.
    private func exchange(_ request: StripeRequest) async throws(StripeError) -> StripeAnswer {
        defer { collectEvents() }
        if isTroubled, request.path == "/v1/payment_intents", request.method == .post,
            random.below(100) < plan.declines
        {
            inject(random.below(4) == 0 ? .authenticationRequired : .declined)
            return try await wire.send(request)
        }
        guard isTroubled, random.below(100) < plan.faults else { return try await wire.send(request) }
        switch random.below(10) {
        case 0:
            note("slow")
            await meanwhile()
            return try await wire.send(request)
        case 1:
            note("slow answer")
            let answer = try await wire.send(request)
            await meanwhile()
            return answer
        case 2:
            note("timeout")
            _ = try await wire.send(request)
            await meanwhile()
            throw StripeError(.unanswered, "Nothing came back.")
        case 3:
            // It arrives when nobody waits for it any more.
            note("timeout on the way")
            agenda.append((clock.seconds + random.below(45), .request(request)))
            throw StripeError(.unanswered, "Nothing came back.")
        default:
            inject(Self.faultKinds[random.below(Self.faultKinds.count)])
            return try await wire.send(request)
        }
    }

    private static let faultKinds: [SandboxFault.Kind] = [
        .appliedThenCut, .cut, .http500, .applied500, .http429, .webhookLost, .webhookDoubled,
    ]

    /// The next request, which follows at once, meets this.
    private func inject(_ kind: SandboxFault.Kind) {
        note(kind.rawValue)
        sandbox.inject(SandboxFault(kind: kind, times: 1))
    }

    /// While a request is under way the world goes on, other requests included.
    private func meanwhile() async {
        guard depth < 2 else { return }
        depth += 1
        defer { depth -= 1 }
        do {
            try await pass(1 + random.below(20))
        } catch {
            complain("\(error)")
        }
    }
}
