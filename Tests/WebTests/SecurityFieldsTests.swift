import Testing

@testable import Web

@Suite struct SecurityFieldsTests {
    /// The sources of each directive of a page's policy.
    private func policy(of configuration: ClientConfiguration) throws -> [String: [String]] {
        let addresses = configuration.addresses(host: "example.org", isSecure: true)
        let fields = configuration.pageFields(for: addresses)
        let policy = try #require(fields.first { $0.name == "Content-Security-Policy" }).value
        let directives = policy.split(separator: ";").map { $0.split(separator: " ").map(String.init) }
        return Dictionary(uniqueKeysWithValues: directives.map { ($0[0], Array($0.dropFirst())) })
    }

    @Test func `a page loads nothing from elsewhere and connects to our own addresses`() throws {
        let policy = try policy(of: ClientConfiguration(websocket: .here, api: .here, version: "1"))
        #expect(policy["script-src"] == ["'self'"])
        #expect(policy["connect-src"] == ["'self'", "wss://example.org", "https://example.org"])
        #expect(policy["frame-src"] == nil)
        #expect(policy["default-src"] == ["'self'"])
        #expect(!policy.values.joined().contains { $0.contains("stripe") })
    }

    @Test func `where browsers send cards to Stripe its script, frames and API are let in, and no more`() throws {
        let policy = try policy(
            of: ClientConfiguration(websocket: .here, api: nil, version: "1", sendsCards: true))
        let script = ["https://js.stripe.com", "https://*.js.stripe.com"]
        #expect(policy["script-src"] == ["'self'"] + script)
        #expect(policy["frame-src"] == ["'self'"] + script + ["https://hooks.stripe.com"])
        #expect(policy["connect-src"] == ["'self'", "wss://example.org", "https://api.stripe.com"])
        for directive in ["default-src", "style-src"] { #expect(policy[directive] == ["'self'"]) }
        #expect(policy["img-src"] == ["'self'", "data:", "blob:"])
    }
}
