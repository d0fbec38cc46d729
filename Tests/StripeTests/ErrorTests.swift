import Logging
import Stripe
import Synchronization
import Testing

/// A gateway whose answers are given, and which notes what was sent.
final class Script: Sendable {
    private let answers: Mutex<[Result<StripeAnswer, StripeError>]>
    private let sentRequests = Mutex<[StripeRequest]>([])
    private let pauses = Mutex<[Duration]>([])

    init(_ answers: [Result<StripeAnswer, StripeError>]) { self.answers = Mutex(answers) }

    var sent: [StripeRequest] { sentRequests.withLock { $0 } }
    var waited: [Duration] { pauses.withLock { $0 } }

    func gateway(_ retry: RetryPolicy = RetryPolicy()) -> StripeGateway {
        StripeGateway(
            retry: retry, logger: Logger(label: "test"), pause: { wait in self.pauses.withLock { $0.append(wait) } }
        ) { request throws(StripeError) in
            self.sentRequests.withLock { $0.append(request) }
            let next = self.answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { throw StripeError(.unanswered, "no more answers") }
            return try next.get()
        }
    }
}

private func answer(_ status: Int, _ body: String, retryAfter: Int? = nil, shouldRetry: Bool? = nil) -> StripeAnswer {
    StripeAnswer(status: status, body: Array(body.utf8), retryAfter: retryAfter, shouldRetry: shouldRetry)
}

private let customer = answer(200, #"{"id":"cus_1","object":"customer"}"#)

@Suite struct ErrorTests {
    @Test(arguments: [
        (402, #"{"error":{"type":"card_error","code":"card_declined"}}"#, StripeError.Kind.card),
        (402, #"{"error":{"type":"card_error","code":"authentication_required"}}"#, .authenticationRequired),
        (402, #"{"error":{"decline_code":"authentication_required"}}"#, .authenticationRequired),
        (400, #"{"error":{"type":"idempotency_error"}}"#, .keyReused),
        (409, #"{"error":{"type":"idempotency_error"}}"#, .keyInUse),
        (409, "", .keyInUse),
        (429, #"{"error":{"type":"invalid_request_error","code":"rate_limit"}}"#, .rateLimit),
        (400, #"{"error":{"type":"invalid_request_error","param":"amount"}}"#, .invalidRequest),
        (404, "{}", .notFound), (401, "[]", .notAllowed), (403, "<html>", .notAllowed),
        (500, "", .service), (502, "<html>", .service), (302, "", .service), (0, "", .service), (-5, "", .service),
        (999, "{\"error\":7}", .service), (418, #"{"error":{"type":7,"code":[]}}"#, .invalidRequest),
    ])
    func eachAnswerHasItsKind(_ status: Int, _ body: String, _ kind: StripeError.Kind) async {
        let script = Script([.success(answer(status, body))])
        let error = await #expect(throws: StripeError.self) {
            try await script.gateway(.never).send(StripeRequest(.get, "/v1/balance"))
        }
        #expect(error?.kind == kind)
    }

    @Test func aDeclineSaysWhyAndWhatItLeftBehind() async throws {
        let body = """
            {"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",\
            "message":"No.","payment_intent":{"id":"pi_9","object":"payment_intent"}}}
            """
        let script = Script([.success(answer(402, body))])
        let error = await #expect(throws: StripeError.self) {
            try await script.gateway().send(StripeRequest(.get, "/v1/x"))
        }
        #expect(error?.declineCode == "insufficient_funds")
        #expect(error?.intent == "pi_9")
        #expect(error?.leavesOutcomeUnknown == false)
    }

    @Test func aSuccessThatCannotBeReadLeavesTheOutcomeUnknown() async throws {
        for body in ["", "null", "[]", #"{"id":"../x"}"#, #"{"id":7}"#] {
            let script = Script([.success(answer(200, body))])
            let id = try #require(StripeID<Customer>("cus_1"))
            let error = await #expect(throws: StripeError.self) { try await script.gateway().perform(.customer(id)) }
            #expect(error?.leavesOutcomeUnknown == true)
        }
    }
}

@Suite struct RetryTests {
    let keyed: StripeRequest
    let plain = StripeRequest(.post, "/v1/customers")

    init() throws {
        keyed = StripeRequest(.post, "/v1/customers", idempotencyKey: try key())
    }

    @Test func theSameRequestGoesOutAgainWhereItsKeyAllows() async throws {
        let script = Script([
            .failure(StripeError(.unanswered, "cut")), .success(answer(500, "")), .success(customer),
        ])
        _ = try await script.gateway().send(keyed)
        #expect(script.sent == [keyed, keyed, keyed])
        #expect(script.waited.count == 2)
    }

    @Test func aPostWithoutAKeyGoesOutOnceUnlessItWasNeverSent() async throws {
        let lost = Script([.failure(StripeError(.unanswered, "cut")), .success(customer)])
        await #expect(throws: StripeError.self) { try await lost.gateway().send(plain) }
        #expect(lost.sent.count == 1)
        let refused = Script([.failure(StripeError(.notSent, "refused")), .success(customer)])
        _ = try await refused.gateway().send(plain)
        #expect(refused.sent.count == 2)
    }

    @Test func attemptsAreBounded() async {
        let script = Script(Array(repeating: .success(answer(503, "")), count: 10))
        await #expect(throws: StripeError.self) { try await script.gateway().send(keyed) }
        #expect(script.sent.count == 3)
    }

    @Test func noDeclineIsTriedAgain() async {
        for status in [400, 401, 402, 403, 404] {
            let script = Script([.success(answer(status, "{}")), .success(customer)])
            await #expect(throws: StripeError.self) { try await script.gateway().send(keyed) }
            #expect(script.sent.count == 1)
        }
    }

    @Test func stripesOwnWordOutweighsTheStatus() async throws {
        let no = Script([.success(answer(500, "", shouldRetry: false)), .success(customer)])
        await #expect(throws: StripeError.self) { try await no.gateway().send(keyed) }
        #expect(no.sent.count == 1)
        let yes = Script([.success(answer(400, "{}", shouldRetry: true)), .success(customer)])
        _ = try await yes.gateway().send(keyed)
        #expect(yes.sent.count == 2)
    }

    @Test func retryAfterIsObeyedWithinReason() async throws {
        let soon = Script([.success(answer(429, "{}", retryAfter: 2)), .success(customer)])
        _ = try await soon.gateway().send(keyed)
        #expect(soon.waited == [.seconds(2)])
        for asked in [6, Int.max] {
            let late = Script([.success(answer(429, "{}", retryAfter: asked)), .success(customer)])
            await #expect(throws: StripeError.self) { try await late.gateway().send(keyed) }
        }
    }

    @Test func waitsDoubleUpToTheLongest() throws {
        let policy = RetryPolicy(attempts: 100)
        let error = StripeError(.service, "")
        let waits = [1, 2, 3, 4, 5, 90].map {
            policy.wait(after: error, answer: nil, to: keyed, attempt: $0, jitter: 1)
        }
        #expect(
            waits == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }
}

@Suite struct ConfigurationTests {
    @Test(arguments: ["", "stripe", "ftp://x", "https://", "https://a/v1", "https://u:p@a", "https://a?b=c"])
    func anAddressThatIsNoneIsRefused(_ address: String) {
        #expect(throws: StripeConfigurationError.self) {
            try StripeConfiguration(baseURL: address, secretKey: "sk_test_1")
        }
    }

    @Test func aLiveKeyNeverTravelsUnencrypted() throws {
        #expect(throws: StripeConfigurationError.self) {
            try StripeConfiguration(baseURL: "http://127.0.0.1:1", secretKey: "sk_live_1")
        }
        let live = try StripeConfiguration(baseURL: "https://a.example/", secretKey: "sk_live_1")
        #expect(live.baseURL == "https://a.example")
    }

    @Test(arguments: ["", "sk test", "sk\r\nX: y"]) func aKeyThatIsNoneIsRefused(_ key: String) {
        #expect(throws: StripeConfigurationError.self) { try StripeConfiguration(secretKey: key) }
    }
}
