import Foundation
import Identifiers
import Logging
import Relay
import Testing
import Tokens

@testable import Signaling

/// A running server with the key its tokens are signed with.
struct LiveServer: Sendable {
    let server: SignalingServer
    let port: UInt16
    let key: SigningKey
    let signer: TokenSigner

    /// Runs `body` against a fresh server on a free port, and shuts it down.
    static func with<Value>(
        plane: (any CallPlane)? = nil, marketplace: (any Marketplace)? = nil, key: SigningKey = .generate(),
        _ change: (inout SignalingConfiguration) -> Void = { _ in },
        _ body: (LiveServer) async throws -> Value
    ) async throws -> Value {
        var configuration = SignalingConfiguration(bind: "127.0.0.1", port: 0, version: "test")
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let server = SignalingServer(
            configuration: configuration, plane: plane, verifier: TokenVerifier(key: key.publicKey),
            marketplace: marketplace, logger: logger)
        let port = try await server.start()
        do {
            let value = try await body(
                LiveServer(server: server, port: port, key: key, signer: await TokenSigner(key: key)))
            await server.shutdown()
            return value
        } catch {
            await server.shutdown()
            throw error
        }
    }

    func token(
        _ name: String, room: String = "room", role: Role = .customer, mode: RoomMode = .p2p, unmetered: Bool = false,
        ttl: TimeInterval = 3600
    ) async throws -> JSONValue {
        let id = try #require(RoomID(room))
        let user = try #require(UserID(name.lowercased()))
        let token = try RoomToken(
            room: id, user: user, name: name, role: role, mode: mode, unmetered: unmetered, issuedAt: Date(),
            expiresAt: Date(timeIntervalSinceNow: ttl))
        return .string(try await signer.sign(token))
    }

    /// An account's access token; `family` is the sign-in it came from.
    func access(
        _ name: String, role: Role = .consultant, family: String = "sign-in", ttl: TimeInterval = 900
    ) async throws -> JSONValue {
        let token = AccessToken(
            user: try #require(UserID(name.lowercased())), role: role, family: family, isVerified: true,
            issuedAt: Date(), expiresAt: Date(timeIntervalSinceNow: ttl))
        return .string(try await signer.sign(token))
    }

    /// An account's client that has said hello.
    func signIn(_ name: String, role: Role = .consultant, family: String = "sign-in") async throws -> Client {
        let client = try await connect()
        try await client.call("hello", ["token": access(name, role: role, family: family)])
        return client
    }

    func connect(receiveBuffer: Int32 = 0, answersPings: Bool = true) async throws -> Client {
        Client(try await WebSocketClient(port: port, receiveBuffer: receiveBuffer, answersPings: answersPings))
    }

    /// A client that has said hello, and what it was told.
    func greet(_ name: String, room: String = "room", role: Role = .customer, mode: RoomMode = .p2p) async throws
        -> (client: Client, hello: JSONObject)
    {
        let client = try await connect()
        let hello = try await client.call("hello", ["token": token(name, room: room, role: role, mode: mode)])
        return (client, hello)
    }

    /// A client in a room, and what it was told at the door.
    func enter(
        _ name: String, room: String = "room", role: Role = .customer, mode: RoomMode = .p2p, unmetered: Bool = false
    ) async throws -> (client: Client, hello: JSONObject, room: JSONObject) {
        let token = try await token(name, room: room, role: role, mode: mode, unmetered: unmetered)
        let client = try await connect()
        let hello = try await client.call("hello", ["token": token])
        let joined = try await client.call("room.join", ["token": token])
        return (client, hello, joined)
    }
}
