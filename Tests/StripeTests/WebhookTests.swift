import Stripe
import TestSupport
import Testing

@Suite struct WebhookTests {
    static let body = Array(#"{"id":"evt_1","object":"event"}"#.utf8)

    /// Signed by PyPI `stripe` 16.1.0 (`WebhookSignature.generate_signature_header`).
    static let reference = "t=1790000000,v1=00ba81aba90a4cf87c6f87127da13e8e98cddfe214e9e97b0fdfc547be8acead"

    @Test func whatTheOfficialSDKSignedIsAccepted() throws {
        try WebhookSignature.verify(Self.body, header: Self.reference, secrets: ["whsec_test"], now: 1_790_000_000)
        #expect(WebhookSignature.header(Self.body, secret: "whsec_test", at: 1_790_000_000) == Self.reference)
    }

    @Test func eitherSecretWillDoWhileOneReplacesTheOther() throws {
        let old = WebhookSignature.header(Self.body, secret: "old", at: 100)
        let new = WebhookSignature.header(Self.body, secret: "new", at: 100)
        let both = old + "," + new.split(separator: ",")[1] + ",v0=ignored"
        for secrets in [["old"], ["new"], ["other", "new"]] {
            try WebhookSignature.verify(Self.body, header: both, secrets: secrets, now: 100)
        }
        #expect(throws: WebhookError.forged) {
            try WebhookSignature.verify(Self.body, header: both, secrets: ["other", ""], now: 100)
        }
    }

    @Test func fiveMinutesAreTolerated() throws {
        let header = WebhookSignature.header(Self.body, secret: "s", at: 1000)
        for now in [700, 1000, 1300] as [Int64] {
            try WebhookSignature.verify(Self.body, header: header, secrets: ["s"], now: now)
        }
        for now in [699, 1301, .max, .min] as [Int64] {
            #expect(throws: WebhookError.stale) {
                try WebhookSignature.verify(Self.body, header: header, secrets: ["s"], now: now)
            }
        }
    }

    @Test func aChangedBodyIsForged() {
        let header = WebhookSignature.header(Self.body, secret: "s", at: 1000)
        #expect(throws: WebhookError.forged) {
            try WebhookSignature.verify(Self.body + [32], header: header, secrets: ["s"], now: 1000)
        }
    }

    @Test(arguments: [
        nil, "", "t=1", "v1=00", "t=x,v1=" + String(repeating: "0", count: 64), "t=1,v1=zz", ",,,=,t=,v1=",
    ])
    func aHeaderWithoutTimeOrSignatureIsUnsigned(_ header: String?) {
        #expect(throws: WebhookError.unsigned) {
            try WebhookSignature.verify(Self.body, header: header, secrets: ["s"], now: 1)
        }
    }

    @Test func noMutationOfHeaderOrBodyIsAccepted() {
        let header = WebhookSignature.header(Self.body, secret: "s", at: 1000)
        var chance = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            var changed = Array(header.utf8)
            let index = Int.random(in: 0..<changed.count, using: &chance)
            changed[index] = UInt8.random(in: 32...126, using: &chance)
            let text = String(decoding: changed, as: UTF8.self)
            guard text != header else { continue }
            #expect(throws: WebhookError.self) {
                try WebhookSignature.verify(Self.body, header: text, secrets: ["s"], now: 1000)
            }
        }
    }

    @Test func anEventNamesItsObjectAndAccount() throws {
        let json = """
            {"id":"evt_1","object":"event","type":"payout.paid","created":5,"livemode":false,"account":"acct_1",
            "data":{"object":{"object":"payout","id":"po_1","new_field":{}}}}
            """
        let event = try StripeEvent(json: Array(json.utf8))
        #expect(event.subject.kind == "payout")
        #expect(event.subject.id == "po_1")
        #expect(event.account?.text == "acct_1")
        let huge = #"{"id":"evt_1","type":"x","created":1e300,"data":{}}"#
        for broken in ["", "{}", "[]", "nonsense", #"{"id":1}"#, huge] {
            #expect(throws: WebhookError.malformed) { try StripeEvent(json: Array(broken.utf8)) }
        }
    }
}
