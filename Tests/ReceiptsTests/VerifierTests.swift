import Events
import Money
import Receipts
import Testing
import Tokens

/// Every way to forge a receipt, and what is said about it.
@Suite("A receipt")
struct VerifierTests {
    private let key = SigningKey.generate()
    private let terms = ReceiptTerms(
        session: "0191-s", customer: "0191-a", consultant: "0191-b", mode: "relay",
        rate: Money(amount: 12000, currency: .usd), thresholdSeconds: 600, commissionBasisPoints: 1500)

    /// A receipt of these records, as whoever has a key would make it.
    private func receipt(_ flows: [SessionFlow], by key: SigningKey, totals: ReceiptTotals? = nil) throws
        -> CanonicalJSON
    {
        var chain = HashChain(terms: terms.canonical)
        let records = flows.map { flow in
            chain.append(flow.canonical)
            return flow.canonical.with("hash", .string(chain.text))
        }
        let statement = CanonicalJSON.object([
            "version": .integer(1), "session": .string(terms.session), "terms": terms.canonical,
            "head": .string(chain.text), "totals": (totals ?? ReceiptTotals(flows)).canonical,
            "payments": .array([]), "revision": .integer(1), "sealedAt": .string("2026-11-26T10:01:00Z"),
            "keyId": .string(key.publicKey.id),
        ])
        return statement.with("records", .array(records))
            .with("signature", .string(try key.signature(over: statement.bytes)))
    }

    private func genuine() throws -> CanonicalJSON { try receipt([flow(1), flow(2), flow(3, seconds: 4)], by: key) }

    private func findings(_ receipt: CanonicalJSON, keys: [VerificationKey]? = nil) -> [String] {
        ReceiptVerifier(keys: keys ?? [key.publicKey]).check(receipt).findings.map { "\($0.rule.rawValue) \($0.place)" }
    }

    private func changing(_ receipt: CanonicalJSON, _ body: (inout [CanonicalJSON]) throws -> Void) throws
        -> CanonicalJSON
    {
        var records = try #require(receipt["records"]?.elements)
        try body(&records)
        return receipt.with("records", .array(records))
    }

    @Test("as it was signed is genuine, also spelled otherwise")
    func isGenuine() throws {
        let receipt = try genuine()
        #expect(findings(receipt) == [])
        let other = receipt.text.replacing("\",", with: "\" ,\n  ").replacing("usd", with: "\\u0075sd")
        #expect(findings(try CanonicalJSON(parsing: Array(other.utf8))) == [])
    }

    @Test("with a record altered names the record")
    func altered() throws {
        let forged = try changing(try genuine()) { $0[1] = $0[1].with("endedAt", .string("2026-11-26T11:00:00.000Z")) }
        #expect(findings(forged) == ["record_altered record 2"])
        let extra = try changing(try genuine()) { $0[0] = $0[0].with("note", .string("hello")) }
        #expect(findings(extra) == ["record_altered record 1"])
    }

    @Test("with a record altered and hashed again names the next one, or the head")
    func rehashed() throws {
        let second = try changing(try genuine()) { records in
            records[1] = try Self.rehash(records, at: 1) { $0.with("endedAt", .string("later")) }
        }
        #expect(findings(second) == ["record_altered record 3"])
        let last = try changing(try genuine()) { records in
            records[2] = try Self.rehash(records, at: 2) { $0.with("endedAt", .string("later")) }
        }
        #expect(findings(last) == ["head head"])
    }

    private static func rehash(
        _ records: [CanonicalJSON], at index: Int, _ body: (CanonicalJSON) -> CanonicalJSON
    ) throws -> CanonicalJSON {
        let text = try #require(records[index - 1]["hash"]?.string)
        let digits = Array(text.utf8)
        let before = stride(from: 0, to: 64, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        var chain = HashChain(head: before)
        let record = body(records[index].without("hash"))
        chain.append(record)
        return record.with("hash", .string(chain.text))
    }

    @Test("with records missing says which, at the end too")
    func missing() throws {
        let receipt = try genuine()
        let middle = findings(try changing(receipt) { $0.remove(at: 1) })
        #expect(middle.first == "record_missing record 2" && middle.contains("totals totals.mediaSeconds"))
        let last = findings(try changing(receipt) { _ = $0.removeLast() })
        #expect(last.first == "record_missing record 3" && !last.contains { $0.hasPrefix("record_altered") })
        // With the totals made to fit only the head and the signature are left to tell.
        let fitted = try changing(receipt) { _ = $0.removeLast() }.with(
            "totals", ReceiptTotals([flow(1), flow(2)]).canonical)
        #expect(findings(fitted) == ["head head", "signature signature"])
    }

    @Test("with records in another order says so")
    func reordered() throws {
        let found = findings(try changing(try genuine()) { $0.swapAt(0, 1) })
        #expect(found.contains("record_reordered record 1") && !found.contains("signature signature"))
        let twice = findings(try changing(try genuine()) { $0.insert($0[0], at: 1) })
        #expect(twice.contains("record_reordered record 1") && twice.contains("totals totals.records"))
    }

    @Test("with wrong totals names each of them, whoever signed it")
    func totals() throws {
        let receipt = try receipt([flow(1), flow(2)], by: key, totals: ReceiptTotals([flow(1), flow(2, seconds: 9)]))
        #expect(
            findings(receipt) == [
                "totals totals.billableSeconds", "totals totals.mediaSeconds", "totals totals.milliseconds",
            ])
    }

    @Test("whose records claim what cannot be is refused even where it is signed")
    func implausible() throws {
        var quick = flow(1)
        quick.milliseconds = 8000
        #expect(findings(try receipt([quick], by: key)) == ["record_implausible record 1"])
        var gap = flow(2)
        gap.startSecond = 17
        #expect(findings(try receipt([flow(1), gap], by: key)) == ["record_implausible record 2"])
    }

    @Test("signed by another key, or altered in what is signed, is refused")
    func signatures() throws {
        let stranger = SigningKey.generate()
        let forged = try receipt([flow(1)], by: stranger)
        #expect(findings(forged) == ["key_unknown keyId"])
        #expect(findings(forged.with("keyId", .string(key.publicKey.id))) == ["signature signature"])
        #expect(findings(forged, keys: [key.publicKey, stranger.publicKey]) == [])
        let receipt = try genuine()
        #expect(findings(receipt.with("invoice", .string("CC-1"))) == ["signature signature"])
        #expect(findings(receipt.without("signature")) == ["signature signature"])
        let terms = try #require(receipt["terms"]).with("thresholdSeconds", .integer(0))
        #expect(findings(receipt.with("terms", terms)) == ["record_altered record 1", "signature signature"])
        #expect(
            findings(receipt.with("session", .string("other"))) == ["terms terms.session", "signature signature"])
    }

    @Test("that is none is malformed")
    func malformed() throws {
        #expect(findings(.object([:])) == ["malformed receipt"])
        #expect(findings(try genuine().with("version", .integer(2))) == ["malformed receipt"])
        let found = findings(try genuine().with("records", .array([.string("record")])))
        #expect(found.first == "record_missing record 1" && found.contains("record_altered record 1"))
    }

    @Test("is checked with published keys, a key's text and PEM alike")
    func keys() throws {
        #expect(key.publicKey.jwks.verificationKeys == [key.publicKey])
        #expect(VerificationKey(key.publicKey.x) == key.publicKey)
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
            -----END PUBLIC KEY-----
            """
        #expect(VerificationKey(pem)?.x == "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE")
        #expect(VerificationKey("no key") == nil)
    }
}
