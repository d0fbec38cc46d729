import ArgumentParser
import Foundation
import Identifiers
import Operations
import Tokens

/// Mints a room token by hand.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Mint a room token, without the marketplace.",
        discussion: """
            The token is all that is printed on standard output. The same name is the same person in a room.

            """ + SettingOptions.discussion)

    @Option(help: "The room it opens: 1 to 128 characters of A-Z a-z 0-9 - _ . :")
    var room: String

    @Option(help: "The name the other side sees.")
    var name: String

    @Option(help: "customer, consultant or observer.", transform: { try chosen($0, from: roles) })
    var role: Role = .customer

    @Option(
        help: "relay: through the server, which meters the call; p2p: straight between the browsers.",
        transform: { try chosen($0, from: RoomMode.allCases) })
    var mode: RoomMode = .relay

    @Option(name: .customLong("ttl"), help: "How long it is valid, like 600, 10m or 1h.")
    var timeToLive = "1h"

    @Flag(help: "A room without a threshold: media is never gated.")
    var unmetered = false

    @OptionGroup var options: SettingOptions

    func validate() throws {
        guard RoomID(room) != nil else {
            throw ValidationError("--room must be 1 to 128 characters of A-Z a-z 0-9 - _ . :")
        }
        guard let seconds = parseDuration(timeToLive), (1...31_536_000).contains(seconds) else {
            throw ValidationError("--ttl must be a time from 1 second to a year, like 600, 10m or 1h")
        }
    }

    func run() async throws {
        let settings = try options.settings()
        let key = try settings.signingKey()
        guard let room = RoomID(room), let user = UserID.guest(named: name, in: room),
            let seconds = parseDuration(timeToLive)
        else { throw ExitCode(EX_USAGE) }
        let token: RoomToken
        do {
            let now = Date()
            token = try RoomToken(
                room: room, user: user, name: name, role: role, mode: mode, unmetered: unmetered, issuedAt: now,
                expiresAt: now.addingTimeInterval(Double(seconds)))
        } catch {
            printError("consult: --name or --role: \(error.message)")
            throw ExitCode(EX_USAGE)
        }
        print(try await TokenSigner(key: key).sign(token))
    }
}

/// The roles that a room has; an admin is never in one.
private let roles: [Role] = [.customer, .consultant, .observer]

/// The choice that `text` names.
private func chosen<Choice: RawRepresentable<String>>(_ text: String, from choices: [Choice]) throws -> Choice {
    guard let choice = choices.first(where: { $0.rawValue == text }) else {
        throw ValidationError("expected one of " + choices.map(\.rawValue).joined(separator: ", "))
    }
    return choice
}
