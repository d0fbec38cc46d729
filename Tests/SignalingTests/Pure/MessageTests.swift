import Relay
import Testing

@testable import Signaling

@Suite struct MessageTests {
    func failure(_ text: String) -> IncomingMessage.Failure? {
        do throws(IncomingMessage.Failure) {
            _ = try IncomingMessage(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a request has an id, a notification none`() throws {
        let ids: [(String, RequestID)] = [
            ("7", .integer(7)), (#""a""#, .string("a")), ("1.5", .number(1.5)), ("null", .null),
        ]
        for (text, id) in ids {
            let bytes = Array(#"{"jsonrpc":"2.0","id":\#(text),"method":"ping"}"#.utf8)
            #expect(try IncomingMessage(bytes).id == id)
        }
        let notification = try IncomingMessage(Array(#"{"jsonrpc":"2.0","method":"media.state"}"#.utf8))
        #expect(notification.id == nil)
        #expect(notification.method == "media.state")
    }

    @Test(
        arguments: [
            ("{", -32700, "parse_error", RequestID.null), ("[]", -32600, "batch_unsupported", .null),
            (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, "batch_unsupported", .null),
            ("\"x\"", -32600, "not_an_object", .null), ("{}", -32600, "wrong_version", .null),
            (#"{"id":5,"method":"ping"}"#, -32600, "wrong_version", .integer(5)),
            (#"{"jsonrpc":2.0,"id":5,"method":"ping"}"#, -32600, "wrong_version", .integer(5)),
            (#"{"jsonrpc":"2.0","id":5}"#, -32600, "no_method", .integer(5)),
            (#"{"jsonrpc":"2.0","id":5,"result":{}}"#, -32600, "no_method", .integer(5)),
            (#"{"jsonrpc":"2.0","id":"x","method":7}"#, -32600, "no_method", .string("x")),
            (#"{"jsonrpc":"2.0","id":[],"method":"ping"}"#, -32600, "wrong_id", .null),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600, "wrong_id", .null),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, -32602, "invalid_params", .integer(1)),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, -32602, "invalid_params", .integer(1)),
        ] as [(String, Int, String, RequestID)])
    func `what is no request says why, with the id where there is one`(
        text: String, code: Int, name: String, id: RequestID
    ) throws {
        let found = try #require(failure(text))
        #expect(found.error.code.rawValue == Int64(code))
        #expect(found.error.name == name)
        #expect(found.id == id)
        #expect(found.error.isProtocolError)
    }

    @Test func `long methods and ids are refused`() {
        let long = String(repeating: "x", count: 129)
        #expect(failure(#"{"jsonrpc":"2.0","id":1,"method":"\#(long)"}"#)?.error.name == "no_method")
        #expect(failure(#"{"jsonrpc":"2.0","id":"\#(long)","method":"ping"}"#)?.error.name == "wrong_id")
    }

    @Test func `parameters have types and bounds`() throws {
        let params = Parameters(["text": "four", "flag": true, "number": 7, "none": .null, "object": ["a": 1]])
        #expect(try params.string("text", maximumBytes: 4) == "four")
        #expect(throws: RPCError.self) { try params.string("text", maximumBytes: 3) }
        #expect(throws: RPCError.self) { try params.string("missing", maximumBytes: 9) }
        #expect(throws: RPCError.self) { try params.string("none", maximumBytes: 9) }
        #expect(throws: RPCError.self) { try params.string("number", maximumBytes: 9) }
        #expect(try params.optionalString("none", maximumBytes: 9) == nil)
        #expect(try params.optionalBool("flag") == true)
        #expect(throws: RPCError.self) { try params.optionalBool("text") }
        #expect(try params.optionalInteger("number", in: 0...7) == 7)
        #expect(throws: RPCError.self) { try params.optionalInteger("number", in: 0...6) }
        #expect(try params.optionalCounter("number") == 7)
        #expect(throws: RPCError.self) { try params.optionalCounter("text") }
        #expect(try params.optionalObject("object")?.optionalCounter("a") == 1)
        #expect(throws: RPCError.self) { try params.optionalObject("flag") }
    }

    @Test func `the relay's errors become the protocol's`() {
        let description = RPCError.relay(RelayError(.invalidDescription, "line 12: no fingerprint"))
        #expect(description.code == .invalidParams)
        #expect(description.details == ["line": 12, "reason": "no fingerprint"])
        #expect(!description.isProtocolError)
        #expect(RPCError.relay(RelayError(.invalidDescription, "no m-line")).details == ["reason": "no m-line"])
        #expect(RPCError.relay(RelayError(.noCommonCodec, "")).name == "no_common_codec")
        #expect(RPCError.relay(RelayError(.noCommonCodec, "")).code == .conflict)
        #expect(RPCError.relay(RelayError(.unavailable, "")).code == .unavailable)
        #expect(RPCError.relay(RelayError(.full, "")) == .roomFull)
        #expect(RPCError.relay(RelayError(.notFound, "")).code == .notFound)
    }

    @Test func `an error's data names its code`() throws {
        guard case .object(let error) = RPCError.roomEnded(.unpaid).json else { return }
        #expect(error["code"] == -32004)
        #expect(error["data"] == ["code": "room_ended", "reason": "unpaid"])
    }
}
