import Receipts
import TestSupport
import Testing

@Suite("JSON with one spelling")
struct CanonicalJSONTests {
    private func parse(_ text: String) throws -> CanonicalJSON { try CanonicalJSON(parsing: Array(text.utf8)) }

    @Test("sorts members, leaves out space and escapes as RFC 8785 does")
    func spelling() throws {
        let value = try parse(
            " { \"b\" : [ 1 , -20, \"\\u00e9\\/\\ud83d\\ude00\" ], \"a\\n\" : { } , \"\\u20ac\":\"\u{1}\\\"\" } "
                .replacing("\u{1}", with: "\\u0001"))
        #expect(value.text == #"{"a\n":{},"b":[1,-20,"é/😀"],"€":"\u0001\""}"#)
        #expect(try parse(value.text) == value)
    }

    @Test(
        "refuses what has no one spelling",
        arguments: [
            "", "{", "[1,]", "1.0", "1e3", "01", "-0", "9007199254740992", "true", "null", #"{"a":1,"a":2}"#,
            #""\ud83d""#,
            "\"\u{1}\"", "1 2", #"{"a"}"#, #""\x""#, #""\u+123""#, "--1",
        ])
    func refuses(_ text: String) {
        #expect(throws: CanonicalJSON.Malformed.self) { try parse(text) }
    }

    @Test("survives whatever bytes come")
    func mutations() throws {
        let text = Array(#"{"records":[{"number":1,"hash":"00\u00e9"}],"version":1}"#.utf8)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if let value = try? CanonicalJSON(parsing: bytes) {
                #expect(try CanonicalJSON(parsing: value.bytes) == value)
            }
        }
        #expect(throws: CanonicalJSON.Malformed.self) {
            try CanonicalJSON(parsing: Array(String(repeating: "[", count: 100_000).utf8))
        }
    }
}
