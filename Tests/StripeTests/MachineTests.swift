import Stripe
import StripeSandbox
import TestSupport
import Testing

@Suite struct MachineTests {
    private var sandbox = Sandbox(seed: 1)

    private func request(
        _ method: String, _ path: String, _ form: String = "", key: String? = nil, version: String? = stripeVersion
    ) -> SandboxAction {
        .request(
            SandboxRequest(
                method: method, path: path, form: form, key: "sk_test_1", version: version, idempotencyKey: key))
    }

    @Test(arguments: [
        ("amount=1000&currency=usd&payment_method_types[]=card", "parameter_unknown"),
        ("amount=1000&currency=usd&transfer_data[destinatoin]=x", "parameter_unknown"),
        ("currency=usd", "parameter_missing"), ("amount=1000", "parameter_missing"),
        ("amount=10&currency=usd", "amount_too_small"), ("amount=100000000&currency=usd", "amount_too_large"),
        ("amount=1e3&currency=usd", "parameter_invalid_integer"),
    ])
    func whatStripeWouldRefuseIsRefused(_ form: String, _ code: String) {
        var sandbox = sandbox
        let reply = sandbox.apply(request("POST", "/v1/payment_intents", form), now: 1)
        #expect(reply.status == 400)
        #expect(reply.body.contains("\"code\":\"\(code)\""))
    }

    @Test func aKeyAndTheVersionAreAskedFor() {
        var sandbox = sandbox
        let old = sandbox.apply(request("GET", "/v1/balance", version: "2020-08-27"), now: 1)
        #expect(old.status == 400)
        let stranger = SandboxRequest(method: "GET", path: "/v1/balance", key: nil, version: nil)
        #expect(sandbox.apply(.request(stranger), now: 1).status == 401)
        #expect(sandbox.apply(request("GET", "/v1/nothing"), now: 1).status == 404)
    }

    @Test func theSameActionsMakeTheSameObjects() {
        var replies: [[SandboxReply]] = []
        for _ in 0..<2 {
            var sandbox = sandbox
            replies.append(
                (0..<5).map { sandbox.apply(request("POST", "/v1/customers", "name=n\($0)", key: "k\($0)"), now: 7) })
        }
        #expect(replies[0] == replies[1])
        #expect(Set(replies[0].map(\.body)).count == 5)
    }

    @Test func aListHasPages() {
        var sandbox = sandbox
        for number in 0..<25 {
            _ = sandbox.apply(request("POST", "/v1/customers", "name=n\(number)"), now: Int64(number))
        }
        let first = sandbox.apply(request("GET", "/v1/customers"), now: 99).body
        #expect(first.contains("\"has_more\":true"))
        #expect(first.contains("n24") && first.contains("\"n15\"") && !first.contains("\"n14\""))
        let early = sandbox.apply(request("GET", "/v1/customers", "created[lt]=3&limit=100"), now: 99).body
        #expect(early.contains("\"n2\"") && !early.contains("\"n3\"") && early.contains("\"has_more\":false"))
        #expect(sandbox.apply(request("GET", "/v1/customers", "limit=0"), now: 99).status == 400)
    }

    @Test func aKeyIsForgottenAfterADay() {
        var sandbox = sandbox
        let action = request("POST", "/v1/customers", "name=a", key: "k")
        let first = sandbox.apply(action, now: 0)
        #expect(sandbox.apply(action, now: 86_400).isReplay)
        let late = sandbox.apply(action, now: 86_401)
        #expect(!late.isReplay && late.body != first.body)
    }

    @Test func nonsenseIsAnsweredAndNeverTraps() {
        var sandbox = sandbox
        var chance = SeededGenerator(seed: 9)
        let words = [
            "amount", "currency", "usd", "-9223372036854775808", "9223372036854775807", "=", "&", "[", "]", "%", "%ff",
            "metadata", "limit", "starting_after", "created[gt]", "created[lt]", "pi_1", "expand[]", "latest_charge",
            "a.b.c.d.e", "confirm=true", "\u{0}", "ü",
        ]
        let paths = [
            "/v1/customers", "/v1/payment_intents", "/v1/payment_intents/pi_1/capture", "/v1/refunds", "/v1/payouts",
            "/v1/events", "/v1/accounts", "/v1/disputes", "/v1//", "/", "", "/v1/customers/../x",
        ]
        for step in 0..<5000 {
            let form = (0..<Int.random(in: 0...12, using: &chance)).map { _ in words.randomElement(using: &chance) ?? ""
            }
            let path = paths.randomElement(using: &chance) ?? ""
            let method = ["GET", "POST", "DELETE", "PUT"].randomElement(using: &chance) ?? "GET"
            let now = step % 50 == 0 ? [Int64.max, .min, 0].randomElement(using: &chance) ?? 0 : Int64(step)
            let reply = sandbox.apply(request(method, path, form.joined()), now: now)
            #expect((200..<600).contains(reply.status))
        }
        #expect(sandbox.apply(.advance(seconds: .max), now: 0).status == 200)
        #expect(sandbox.apply(.onboard(token: ""), now: 0).status == 404)
    }
}
