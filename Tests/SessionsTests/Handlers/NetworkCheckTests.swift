import Database
import HTTPTypes
import Identifiers
import REST
import Sessions
import Testing

@Suite("A network check") struct NetworkCheckTests {
    private let handlers = NetworkCheckHandlers(
        door: .init(
            room: { user in .init(room: "check-1", token: "near \(user)", returnToken: "far", seconds: 60) },
            iceServers: { _ in [.init(urls: ["stun:stun.example.org"])] }))

    @Test("gets a room, both of its tokens, and where to go with them")
    func begins() async throws {
        let user = UniqueID()
        let json = try await handlers.begin(call(by: user)).json
        #expect(json["room"].string == "check-1" && json["token"].string == "near \(user)")
        #expect(json["returnToken"].string == "far" && json["expiresIn"].int == 60)
        #expect(json["url"].string == "ws://localhost:8081/ws")
        #expect(json["iceServers"][0]["urls"][0].string == "stun:stun.example.org")
    }

    @Test("needs somebody who asks, and a place to go to")
    func refusals() async throws {
        let nobody = try await refusal { try await handlers.begin(call()) }
        #expect(nobody.status == .unauthorized)
        var homeless = call(by: UniqueID())
        homeless.webSocketURL = nil
        let problem = try await refusal { try await handlers.begin(homeless) }
        #expect(problem.status == .badRequest && problem.code == "invalid_host")
    }
}
