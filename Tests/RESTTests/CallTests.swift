import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import Money
import REST
import Testing

@Suite("A request's content") struct CallTests {
    private struct Profile: Decodable, Equatable {
        enum Kind: String, Decodable { case whole, half }
        struct Part: Decodable, Equatable {
            var name: String
            var kind: Kind?
        }
        var headline: String
        var years: Int
        var isOpen: Bool
        var parts: [Part]
    }

    private func problem(_ body: String, _ mediaType: String? = "application/json") -> Problem? {
        var call = Call(
            route: "PUT /x", body: Array(body.utf8), address: "1.2.3.4", requestID: "r", logger: .quiet)
        call.headers[.contentType] = mediaType
        do throws(Problem) {
            _ = try call.content(Profile.self)
            return nil
        } catch {
            return error
        }
    }

    private static let good = #"{"headline":"h","years":1,"isOpen":true,"parts":[{"name":"a"}],"more":{}}"#

    @Test(
        "is JSON by its media type",
        arguments: [
            ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/x+json", true),
            ("text/plain", false), ("application/x-www-form-urlencoded", false), ("", false), (nil, false),
        ] as [(String?, Bool)])
    func mediaType(type: String?, isTaken: Bool) {
        let problem = problem(Self.good, type)
        #expect((problem == nil) == isTaken)
        #expect(isTaken || problem?.status == .unsupportedMediaType && problem?.code == "not_json")
    }

    @Test("is well formed", arguments: ["", "{", "nonsense", "{\"a\":}", "[1,", "\u{0}", "{\"headline\":\"\u{1}\"}"])
    func wellFormed(body: String) {
        let problem = problem(body)
        #expect(problem?.status == .badRequest)
        #expect(problem?.code == "malformed_json")
    }

    @Test(
        "says which field is not of its type",
        arguments: [
            (#"{"years":1,"isOpen":true,"parts":[]}"#, "/headline"),
            (#"{"headline":null,"years":1,"isOpen":true,"parts":[]}"#, "/headline"),
            (#"{"headline":"h","years":"1","isOpen":true,"parts":[]}"#, "/years"),
            (#"{"headline":"h","years":1e30,"isOpen":true,"parts":[]}"#, ""),
            (#"{"headline":"h","years":1.5,"isOpen":true,"parts":[]}"#, ""),
            (#"{"headline":"h","years":1,"isOpen":1,"parts":[]}"#, "/isOpen"),
            (#"{"headline":"h","years":1,"isOpen":true,"parts":[{"name":"a"},{"name":2}]}"#, "/parts/1/name"),
            (#"{"headline":"h","years":1,"isOpen":true,"parts":[{"name":"a","kind":"none"}]}"#, "/parts/0/kind"),
            (#"{"headline":"h","years":1,"isOpen":true,"parts":{}}"#, "/parts"), ("[]", ""), ("1", ""), ("null", ""),
        ])
    func fields(body: String, pointer: String) {
        let problem = problem(body)
        #expect(problem?.status == .unprocessableContent)
        #expect(problem?.code == "invalid_content")
        #expect(problem?.errors.map(\.pointer) == [pointer])
        // Names of types are ours alone.
        #expect(problem?.detail.contains("Kind") == false)
    }

    @Test("tells everything that is wrong at once")
    func collected() {
        var fields = Fields()
        #expect(fields.check("/a", "x", "a number") { Int($0) } == nil)
        #expect(fields.check("/b", "7", "a number") { Int($0) } == 7)
        fields.refuse("/c", "is too late")
        let problem = #expect(throws: Problem.self) { try fields.finish() }
        #expect(problem?.errors.map(\.pointer) == ["/a", "/c"])
        #expect(throws: Never.self) { try Fields().finish() }
    }

    @Test("does not crash on anything")
    func mutated() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = Array(Self.good.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var call = Call(route: "PUT /x", body: bytes, address: "", requestID: "r", logger: .quiet)
            call.headers[.contentType] = "application/json"
            _ = try? call.content(Profile.self)
        }
    }
}

@Suite("The route table") struct RouteTableTests {
    private func name(_ match: RouteTable.Match) -> String {
        switch match {
        case .found(let route, let parameters):
            route.path + parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        case .otherMethod(let methods): methods.map(\.rawValue).joined(separator: ",")
        case .nothing: "-"
        }
    }

    @Test("takes a literal before a parameter, and the parameter where the literal leads nowhere")
    func precedence() {
        let handler: Route.Handler = { _ in .noContent }
        let table = RouteTable([
            Route(.get, "/a/{x}", .anyone, handler), Route(.get, "/a/b", .anyone, handler),
            Route(.get, "/a/{x}/c", .anyone, handler), Route(.get, "/a/b/d", .anyone, handler),
            Route(.put, "/{y}/b/{z}", .anyone, handler), Route(.get, "/", .anyone, handler),
        ])
        #expect(name(table.match(.get, ["a", "b"])) == "/a/b")
        #expect(name(table.match(.get, ["a", "1"])) == "/a/{x} x=1")
        #expect(name(table.match(.get, ["a", "b", "c"])) == "/a/{x}/c x=b")
        #expect(name(table.match(.put, ["q", "b", "2"])) == "/{y}/b/{z} y=q z=2")
        #expect(name(table.match(.delete, ["a", "b"])) == "GET,HEAD")
        #expect(name(table.match(.get, ["a", ""])) == "-")
        #expect(name(table.match(.get, ["a"])) == "-")
        #expect(name(table.match(.get, [])) == "-")
        #expect(name(table.match(.head, [""])) == "/")
    }
}
