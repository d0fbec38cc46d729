import Database
import HTTPTypes
import Identifiers
import Payments
import REST
import Stripe
import StripeSandbox
import Testing

@Suite("Payout accounts", .timeLimit(.minutes(2))) struct PayoutAccountTests {
    private struct View: Decodable {
        let state: String
        let payoutsEnabled: Bool
        let requirements: [String]
        let interval: String
        let simulated: Bool
    }

    private func shown(_ world: AccountsWorld) async throws -> View {
        try await world.payouts.show(request(by: world.cora, .consultant)).content()
    }

    @Test("With the stand-in an account is ready as soon as a link was made, and is made once")
    func once() async throws {
        let world = try await AccountsWorld()
        var view = try await shown(world)
        #expect(view.state == "none" && view.interval == "weekly" && view.simulated)
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) == nil)
        struct Link: Decodable { let url: String }
        let link: Link = try await world.payouts.open(request("{}", by: world.cora, .consultant)).content()
        #expect(link.url.contains("/_sandbox/onboarding/"))
        let account = try #require(try await PaymentAccounts.payee(of: world.cora, on: world.pool))
        view = try await shown(world)
        #expect(view.state == "enabled" && view.payoutsEnabled && view.requirements.isEmpty)
        _ = try await world.accounts.openPayoutAccount(of: world.cora)
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) == account)
        #expect(try await world.value("SELECT request IS NULL FROM payout_accounts", as: Bool.self))
    }

    @Test("An account that still owes answers is pending, and is read when its holder is back")
    func onboarding() async throws {
        var options = SandboxOptions()
        options.enablesAccountsAtOnce = false
        let world = try await AccountsWorld(options: options)
        let url = try await world.accounts.openPayoutAccount(of: world.cora)
        var view = try await shown(world)
        #expect(view.state == "pending" && !view.payoutsEnabled && view.requirements.contains("external_account"))
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) == nil)
        let token = try #require(url.split(separator: "/").last)
        world.sandbox.perform(.onboard(token: String(token)))
        view = try await shown(world)
        #expect(view.state == "enabled")
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) != nil)
    }

    @Test("A webhook says so, too; an older reading does not undo a newer one")
    func webhook() async throws {
        var options = SandboxOptions()
        options.enablesAccountsAtOnce = false
        let world = try await AccountsWorld(options: options)
        let url = try await world.accounts.openPayoutAccount(of: world.cora)
        world.sandbox.perform(.onboard(token: String(try #require(url.split(separator: "/").last))))
        #expect(try await world.deliver(times: 2) > 0)
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) != nil)
        try await world.pool.query(
            "UPDATE payout_accounts SET read_at = now() + interval '1 minute', is_payable = false")
        let event =
            #"{"id": "evt_1", "type": "account.updated", "created": 1, "data": {"object": {"object": "account", "id": "%"}}}"#
        let id = try await world.value("SELECT processor_id FROM payout_accounts", as: String.self)
        for known in [id, "acct_unknown"] {
            let body = event.replacing("%", with: known)
            #expect(try await world.accounts.handle(StripeEvent(json: Array(body.utf8))))
        }
        #expect(try await PaymentAccounts.payee(of: world.cora, on: world.pool) == nil)
    }

    @Test("An attempt whose answer was lost is sent again as it was, also under another address")
    func crash() async throws {
        let world = try await AccountsWorld()
        world.sandbox.inject(
            SandboxFault(match: .init(method: "POST", pathPrefix: "/v1/accounts"), kind: .appliedThenCut))
        await #expect(throws: PaymentAccountError.unavailable) {
            _ = try await world.accounts.openPayoutAccount(of: world.cora)
        }
        #expect(try await shown(world).state == "none")
        try await world.pool.query("UPDATE users SET email = 'new@example.org' WHERE id = \(world.cora)")
        _ = try await world.ready()
        let list = try await world.gateway.perform(StripeCall<StripeList<Account>>(StripeRequest(.get, "/v1/accounts")))
        #expect(list.data.count == 1)
    }

    @Test("The interval is changed at Stripe")
    func interval() async throws {
        let world = try await AccountsWorld()
        let none = try await refused {
            try await world.payouts.update(request(#"{"interval": "daily"}"#, by: world.cora, .consultant))
        }
        #expect(none.code == "payout_account_not_found" && none.status == .notFound)
        let account = try await world.ready()
        for interval in ["daily", "manual", "monthly", "weekly"] {
            let view: View = try await world.payouts.update(
                request(#"{"interval": "\#(interval)"}"#, by: world.cora, .consultant)
            ).content()
            #expect(view.interval == interval)
            let read = try await world.gateway.perform(.account(account))
            #expect(read.settings?.payouts?.schedule?.interval == interval)
        }
        let wrong = try await refused {
            try await world.payouts.update(request(#"{"interval": "hourly"}"#, by: world.cora, .consultant))
        }
        #expect(wrong.code == "invalid_content")
    }

    @Test("A country that is none is refused, and another may be tried")
    func country() async throws {
        let world = try await AccountsWorld()
        let wrong = try await refused {
            try await world.payouts.open(request(#"{"country": "Germany"}"#, by: world.cora, .consultant))
        }
        #expect(wrong.code == "invalid_content")
        _ = try await world.payouts.open(request(#"{"country": "DE"}"#, by: world.cora, .consultant))
        let id = try #require(try await PaymentAccounts.payee(of: world.cora, on: world.pool))
        #expect(try await world.gateway.perform(.account(try stripeID(id))).country == "DE")
    }
}
