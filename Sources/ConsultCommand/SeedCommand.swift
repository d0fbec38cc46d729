import ArgumentParser
import Database
import Demo
import Foundation
import Logging
import Operations
import Passwords

/// `seed --demo`.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Fill the database with people to try the product with.",
        discussion: """
            Works on CONSULT_DATABASE_URL; without it on the data folder's private PostgreSQL, while nothing else uses it. \
            Safe to repeat. Where money is simulated, customers get a card and consultants a payout account. All of them have one password, which is kept in the data folder.
            """)

    @Flag(help: "A dozen consultants, three customers, an admin, past sessions with ratings.")
    var demo = false
    @Flag(help: "Only print who they are, and their password; nothing is written.")
    var list = false
    @OptionGroup var options: SettingOptions

    func validate() throws {
        if !demo { throw ValidationError("say what to seed: --demo") }
    }

    func run() async throws {
        let settings = try options.settings()
        if list { return try printLogIns(settings) }
        bootstrapLogging(level: max(settings.logLevel, .warning), format: settings.logFormat)
        do {
            let store = try await DataStore.open(settings, embedded: true, logger: Logger(label: "consult"))
            do {
                try await store.requireMigrated(settings)
                try await store.seed(settings)
                await store.seedPayments(settings, logger: Logger(label: "consult"))
            } catch {
                await store.close()
                throw error
            }
            await store.close()
            try printLogIns(settings)
        } catch let code as ExitCode {
            throw code
        } catch {
            printError("consult: \(error)")
            throw ExitCode.failure
        }
    }

    private func printLogIns(_ settings: Settings) throws {
        print("Password of all: \(try settings.demoPassword())")
        for logIn in DemoSeed.logIns {
            print("\(logIn.role.padding(toLength: 11, withPad: " ", startingAt: 0))\(logIn.email)  \(logIn.name)")
        }
    }
}

extension DataStore {
    /// Makes the people of the demonstration, or gives them the data folder's password again.
    func seed(_ settings: Settings) async throws {
        let hasher = try PasswordHasher()
        try await DemoSeed.apply(passwordHash: try await hasher.hash(try settings.demoPassword()), on: pool)
    }
}

extension Settings {
    /// The password of the demonstration's people: of the data folder, made there where it is missing.
    func demoPassword() throws -> String {
        try makeDataFolder()
        let file = self.dataFolder + "/demo-password"
        if let text = try? String(contentsOfFile: file, encoding: .utf8) {
            let password = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if !password.isEmpty { return password }
        }
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let password = (0..<4).map { _ in String((0..<4).map { _ in letters.randomElement() ?? "x" }) }
            .joined(separator: "-")
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data((password + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        return password
    }
}
