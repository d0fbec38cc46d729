import Foundation
import TestSupport
import Testing

@testable import Signaling

@Suite struct JSONTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("-0", .integer(0)),
            ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5e3", .number(1500)),
            ("1E-2", .number(0.01)),
            (#""a\u00e9\n\/\"""#, .string("aé\n/\"")), (#""\ud83d\ude00""#, .string("😀")),
            (#""\ud83d!""#, .string("\u{FFFD}!")), (#""\ud83d\u0041""#, .string("\u{FFFD}A")),
            (#""\ude00""#, .string("\u{FFFD}")), ("[]", .array([])), ("[1, [2]]", [1, [2]]), ("{}", [:]),
            (#"{"a":1,"b":{"c":null}}"#, ["a": 1, "b": ["c": .null]]),
        ] as [(String, JSONValue)])
    func `JSON is read as RFC 8259 has it`(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "-", "1.", ".5", "1e", "+1", "1e999", "\"", "\"\\x\"", "\"\\u12\"", "\"\u{1}\"",
        "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{", "1 2", "[]]", "'a'", "NaN",
        "\u{FEFF}1",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func `bytes that aren't UTF-8 are refused`() {
        for bytes: [UInt8] in [[0x22, 0xC3, 0x28, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xC0]] {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test func `nesting has a bound, whatever the message's size`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(JSONParser.maximumDepth + 1)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(JSONParser.maximumDepth + 2)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(32768)) }
        let objects = Array(String(repeating: #"{"a":"#, count: 10000).utf8)
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(objects) }
    }

    @Test func `what is written is read back, by us and by Foundation`() throws {
        let value: JSONValue = [
            "text": .string("\u{0}\u{1F}\"\\\n\r\té😀\u{2028}"), "numbers": [0, -1, .number(0.1), .number(1e300)],
            "flags": [true, false, .null], "": [:],
        ]
        #expect(try JSONParser.parse(value.serialized()) == value)
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(value.serialized())) }
        #expect(JSONValue.number(.infinity).serialized() == Array("null".utf8))
    }

    @Test func `seeded mutations never trap, and what is taken survives a round trip`() throws {
        let samples = [
            #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"token":"a.b.c","resume":"x","chatSequence":7}}"#,
            #"{"jsonrpc":"2.0","method":"media.stats","params":{"mic":{"bytesReceived":1.5e3,"jitter":-0.0}}}"#,
            #"[{"a":[1,2,{"b":"\ud83d\ude00\u0000"}]},null,true,1e-7]"#,
        ].map { Array($0.utf8) }
        var random = SeededGenerator(seed: 11)
        for round in 0..<6000 {
            var bytes = samples[round % samples.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch UInt8.random(in: 0...3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { bytes = [UInt8(ascii: "1")] }
            }
            _ = try? IncomingMessage(bytes)
            guard let value = try? JSONParser.parse(bytes) else { continue }
            #expect(try JSONParser.parse(value.serialized()) == value)
        }
    }
}
