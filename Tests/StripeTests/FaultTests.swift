import Foundation
import Logging
import Money
import Stripe
import StripeSandbox
import Testing

@Suite struct FaultTests {
    private static let retry = RetryPolicy(attempts: 3, firstWait: .milliseconds(20))
    private static let holds = SandboxFault.Match(method: "POST", pathPrefix: "/v1/payment_intents")

    @Test(arguments: [SandboxFault.Kind.appliedThenCut, .cut, .http429])
    func oneHoldIsMadeHoweverOftenTheAnswerIsLost(_ kind: SandboxFault.Kind) async throws {
        try await World.with(retry: Self.retry) { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: kind, times: 2))
            let held = try await world.gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            #expect(held.status == .known(.requiresCapture))
            #expect(try await world.gateway.perform(.paymentIntents(customer: people.0.id)).data.count == 1)
            let sent = await world.server.received().filter { $0.request.path == "/v1/payment_intents" }
            #expect(Set(sent.filter { $0.request.method == "POST" }.map(\.request)).count == 1)
        }
    }

    @Test func aCutWithoutRetriesLeavesTheOutcomeUnknown() async throws {
        try await World.with { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: .appliedThenCut))
            let call = StripeCall.hold(world.hold(people), idempotencyKey: try key())
            let error = await #expect(throws: StripeError.self) { try await world.gateway.perform(call) }
            #expect(error?.kind == .unanswered)
            #expect(error?.leavesOutcomeUnknown == true)
            // What was stored is sent again and answered from memory.
            let stored = try JSONEncoder().encode(call.request)
            let again = try JSONDecoder().decode(StripeRequest.self, from: stored)
            let answer = try await world.gateway.send(again)
            #expect(answer.isReplay)
            #expect(try await world.gateway.perform(.paymentIntents(customer: people.0.id)).data.count == 1)
        }
    }

    @Test func a500IsKeptUnderItsKey() async throws {
        try await World.with(retry: Self.retry) { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: .http500))
            let call = StripeCall.hold(world.hold(people), idempotencyKey: try key())
            for _ in 0..<2 {
                let error = await #expect(throws: StripeError.self) { try await world.gateway.perform(call) }
                #expect(error?.kind == .service)
            }
            #expect(try await world.gateway.perform(.paymentIntents(customer: people.0.id)).data.isEmpty)
        }
    }

    @Test func a500MayHideAHold() async throws {
        try await World.with { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: .applied500))
            let error = await #expect(throws: StripeError.self) {
                try await world.gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            }
            #expect(error?.leavesOutcomeUnknown == true)
            let made = try await world.gateway.perform(.paymentIntents(customer: people.0.id)).data
            #expect(made.map(\.status) == [.known(.requiresCapture)])
        }
    }

    @Test(arguments: [SandboxFault.Kind.declined, .authenticationRequired])
    func aGoodCardIsRefused(_ kind: SandboxFault.Kind) async throws {
        try await World.with { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: kind))
            let call = StripeCall.hold(world.hold(people), idempotencyKey: try key())
            for _ in 0..<2 {
                let error = await #expect(throws: StripeError.self) { try await world.gateway.perform(call) }
                #expect(error?.kind == (kind == .declined ? .card : .authenticationRequired))
            }
            let held = try await world.gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            #expect(held.status == .known(.requiresCapture))
        }
    }

    @Test func twoAtOnceWithOneKeyMakeOne() async throws {
        try await World.with { world in
            let people = try await world.people()
            await world.server.inject(SandboxFault(match: Self.holds, kind: .slow, milliseconds: 500))
            let call = StripeCall.hold(world.hold(people), idempotencyKey: try key())
            let kinds = await withTaskGroup(of: StripeError.Kind?.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        do throws(StripeError) {
                            _ = try await world.gateway.perform(call)
                            return nil
                        } catch {
                            return error.kind
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(kinds) == [nil, .keyInUse])
            #expect(try await world.gateway.perform(.paymentIntents(customer: people.0.id)).data.count == 1)
        }
    }

    @Test func aSlowAnswerIsNotWaitedForForEver() async throws {
        try await World.with(timeout: .milliseconds(200)) { world in
            await world.server.inject(SandboxFault(kind: .slow, milliseconds: 800))
            let error = await #expect(throws: StripeError.self) { try await world.gateway.perform(.balance()) }
            #expect(error?.kind == .unanswered)
        }
    }

    @Test func aKeyIsGoodForOneRequest() async throws {
        try await World.with { world in
            let key = try key()
            let first = StripeCall.createCustomer(email: "a@b.c", name: nil, metadata: [:], idempotencyKey: key)
            let other = StripeCall.createCustomer(email: "x@y.z", name: nil, metadata: [:], idempotencyKey: key)
            let made = try await world.gateway.perform(first)
            #expect(try await world.gateway.perform(first).id == made.id)
            let error = await #expect(throws: StripeError.self) { try await world.gateway.perform(other) }
            #expect(error?.kind == .keyReused)
        }
    }

    @Test func nobodyAtTheDoorMeansNothingWasSent() async throws {
        let settings = try StripeConfiguration(baseURL: "http://127.0.0.1:1", secretKey: "sk_test_1")
        let http = StripeHTTP(settings)
        let gateway = http.gateway(logger: Logger(label: "test"))
        let error = await #expect(throws: StripeError.self) { try await gateway.perform(.balance()) }
        await http.shutdown()
        #expect(error?.kind == .notSent)
        #expect(error?.leavesOutcomeUnknown == false)
    }

    @Test func aRestartForgetsNothing() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stripe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("state").path
        let key = try key()
        let create = StripeCall.createCustomer(email: "a@b.c", name: nil, metadata: [:], idempotencyKey: key)
        try await World.with(SandboxConfiguration(stateFile: file)) { world in
            _ = try await world.gateway.perform(create)
            let people = try await world.people()
            _ = try await world.gateway.perform(.hold(world.hold(people), idempotencyKey: StripeTests.key()))
        }
        // The end of a line that was being written when the power went.
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"action":{"#.utf8))
        try handle.close()
        for _ in 0..<2 {
            try await World.with(SandboxConfiguration(stateFile: file)) { world in
                let answer = try await world.gateway.send(create.request)
                #expect(answer.isReplay)
                let all = try await world.gateway.perform(.paymentIntents()).data
                #expect(all.map(\.status) == [.known(.requiresCapture)])
            }
        }
    }
}
