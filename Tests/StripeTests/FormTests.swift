import Foundation
import Stripe
import Testing

@Suite struct FormTests {
    @Test func parametersNestByBracketsAndKeepTheirOrder() {
        var form = Form()
        form.add("amount", Int64(1250))
        form.add("metadata", ["b": "2", "a": "1 & ü"])
        form.add("expand", ["latest_charge"])
        form.add("confirm", true)
        form.add("description", nil as String?)
        #expect(
            form.encoded
                == "amount=1250&metadata%5Ba%5D=1%20%26%20%C3%BC&metadata%5Bb%5D=2&expand%5B%5D=latest_charge&confirm=true"
        )
    }

    @Test func whatWasEncodedIsReadAgain() throws {
        var form = Form()
        form.add("a[b][c]", "ü = & + %")
        form.add("empty", "")
        #expect(try #require(Form(encoded: form.encoded)) == form)
        #expect(Form(encoded: "a=1+2&b=%20")?.parameters.map(\.value) == ["1 2", " "])
    }

    @Test(arguments: ["a=%", "a=%G0", "a=%C3", "%FF=1"]) func brokenEscapesAreRefused(_ text: String) {
        #expect(Form(encoded: text) == nil)
    }

    @Test func aRequestSurvivesBeingStoredAsText() throws {
        let key = try #require(IdempotencyKey("hold:1"))
        let intent = try #require(StripeID<PaymentIntent>("pi_1"))
        let request = StripeCall.capture(intent, amount: 500, fee: 75, idempotencyKey: key).request
        let stored = try JSONEncoder().encode(request)
        let again = try JSONDecoder().decode(StripeRequest.self, from: stored)
        #expect(again == request)
        #expect(again.form == "amount_to_capture=500&application_fee_amount=75&expand%5B%5D=latest_charge")
        #expect(again.target == "/v1/payment_intents/pi_1/capture")
    }

    @Test(arguments: ["", "a/b", "../x", "a?b", "ü", String(repeating: "a", count: 256)])
    func anIDThatCouldAlterAPathIsNone(_ text: String) {
        #expect(StripeID<Customer>(text) == nil)
    }

    @Test(arguments: ["", "a b", "ä", "a\n", String(repeating: "k", count: 256)])
    func aKeyIsVisibleASCII(_ text: String) {
        #expect(IdempotencyKey(text) == nil)
    }
}
