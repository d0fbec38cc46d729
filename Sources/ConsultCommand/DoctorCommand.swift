import ArgumentParser
import Foundation
import Identifiers
import Operations
import Signaling
import Tokens

/// Looks at everything a start depends on.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Check settings, ports, files, certificates, database, mail, Stripe, STUN and TURN, and say what to do.",
        discussion: "One line per check: ok, warn or fail. Exits with 1 where one fails.\n\n"
            + SettingOptions.discussion)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        // A TURN server that hangs up during TLS is a finding, not our end.
        signal(SIGPIPE, SIG_IGN)
        var failed = false
        func tell(_ finding: Finding) {
            print(finding)
            failed = failed || finding.verdict == .fail
        }
        switch options.resolve() {
        case .failure(let failure):
            for problem in failure.problems { tell(Finding(.fail, "settings", problem.description)) }
        case .success(let settings):
            tell(Finding(.ok, "settings", "valid"))
            for finding in settings.findings() { tell(finding) }
            tell(await settings.examineDatabase())
            tell(await settings.examineMail())
            tell(await settings.examineStripe())
            tell(settings.examineInvoices())
        }
        if failed { throw ExitCode.failure }
    }
}

extension Settings {
    /// Everything the doctor looks at.
    func findings() -> [Finding] {
        var found = [examineDataFolder(self.dataFolder), examineKey(), examineClient(self.clientFolder)]
        func isOurs() -> Bool { servesConsult(host: self.opsBind, opsPort: self.opsPort) }
        found.append(
            examinePort(
                "signaling port", host: self.bind, port: self.signalPort, setting: "CONSULT_SIGNAL_PORT", isOurs: isOurs
            ))
        found.append(
            examinePort(
                "API port", host: self.bind, port: self.httpPort, setting: "CONSULT_HTTP_PORT", isOurs: isOurs))
        found.append(
            examinePort("ops port", host: self.opsBind, port: self.opsPort, setting: "CONSULT_OPS_PORT", isOurs: isOurs)
        )
        if self.relay {
            found.append(examineMediaPorts(self.relayPorts, addresses: self.relayAddresses))
            found.append(examineMediaAddresses(self.relayAddresses, hasSTUN: !self.stunServers.isEmpty))
        }
        if let certificate = self.tlsCertificate, let key = self.tlsKey {
            found.append(examineTLS(certificate: certificate, key: key))
        } else {
            found.append(examineSecureContext(publicURL: self.publicURL))
        }
        found += self.stunServers.map { examineICEServer($0) }
        found += examineTURNServers()
        found.append(examineFileLimit(raiseFileLimit(), rooms: self.maximumRooms))
        return found
    }

    /// The TURN servers, with a credential as a browser gets one.
    private func examineTURNServers() -> [Finding] {
        guard !self.turnServers.isEmpty, let doctor = UserID("doctor") else { return [] }
        let login = signalingConfiguration(knowsSidecar: false).ice.servers(for: doctor, at: Date()).last
        return self.turnServers.map { server in
            guard let name = login?.username, let password = login?.credential else {
                return examineTURN(server, login: nil)
            }
            return examineTURN(server, login: (name, password))
        }
    }

    /// Whether tokens can be signed.
    private func examineKey() -> Finding {
        let subject = "token key"
        do {
            if let text = self.jwtKey {
                return Finding(.ok, subject, "configured, public half \(try SigningKey(text).publicKey.id)")
            }
            guard FileManager.default.fileExists(atPath: keyFile) else {
                return Finding(.ok, subject, "will be created as \(keyFile)")
            }
            let key = try SigningKey(contentsOfFile: keyFile)
            let mode = try FileManager.default.attributesOfItem(atPath: keyFile)[.posixPermissions] as? Int ?? 0
            return mode & 0o077 == 0
                ? Finding(.ok, subject, "\(keyFile), public half \(key.publicKey.id)")
                : Finding(.warn, subject, "others may read \(keyFile); chmod 600 it")
        } catch let error as SigningKeyError {
            return Finding(.fail, subject, "\(error.message); set CONSULT_JWT_KEY, or remove the file to get a new key")
        } catch {
            return Finding(.fail, subject, error.localizedDescription)
        }
    }
}
