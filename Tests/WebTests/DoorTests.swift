import Testing

@testable import Web

@Suite struct DoorTests {
    @Test(arguments: [
        ("1.2.3.4", "1.2.3.4"), ("::ffff:1.2.3.4", "1.2.3.4"), ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::", "2001:db8:0:1::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"), ("x:y", "x:y"),
    ])
    func `limits count an IPv6 customer's whole network together`(address: String, group: String) {
        #expect(AddressGroup.of(address) == group)
    }

    @Test(
        arguments: [
            ("/", []), ("/a.js", ["a.js"]), ("/assets/a-1.js", ["assets", "a-1.js"]), ("a", nil), ("", nil),
            ("//a", nil),
            ("/..", nil), ("/a/../b", nil), ("/.git/config", nil), ("/a/", nil), ("/a\\b", nil), ("/a\u{0}", nil),
            ("/a b", nil), ("/" + String(repeating: "a", count: 600), nil),
        ] as [(String, [String]?)])
    func `paths are taken apart strictly`(path: String, parts: [String]?) {
        #expect(StaticFiles.parts(of: path) == parts)
    }

    @Test(
        arguments: [
            ("http://a.example", "a.example"), ("https://a.example:8443/x?y#z", "a.example"),
            ("wss://[::1]:80", "[::1]"),
            ("ftp://a.example", nil), ("http://", nil), ("http://a@b", nil), ("http://a:1:2", nil), ("null", nil),
            ("http://[::1", nil), ("http://[::1]x", nil), ("http://a b", nil),
        ] as [(String, String?)])
    func `a URL's host is read strictly`(url: String, host: String?) {
        #expect(OriginPolicy.host(ofURL: url) == host)
    }
}
