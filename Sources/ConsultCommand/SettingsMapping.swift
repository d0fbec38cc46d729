import ArgumentParser
import Database
import Foundation
import Mail
import Operations
import Relay
import Signaling
import Web

/// From settings to what each part wants to know.
extension Settings {
    var relayConfiguration: RelayConfiguration {
        RelayConfiguration(
            workers: self.relayWorkers, addresses: self.relayAddresses, ports: self.relayPorts,
            stunServers: self.stunServers.map(\.text), maximumCalls: self.maximumRooms)
    }

    /// - Parameter knowsSidecar: whether clients are told of the API.
    func signalingConfiguration(knowsSidecar: Bool) -> SignalingConfiguration {
        let api = self.publicURL.map { ClientConfiguration.Place.url($0 + "/api/v1") }
        return SignalingConfiguration(
            bind: self.bind, port: self.signalPort, tls: tlsFiles, clientFolder: self.clientFolder,
            publicURL: self.publicURL, publicWebSocketURL: self.publicWebSocketURL ?? webSocketURL,
            api: knowsSidecar ? api ?? .port(self.httpPort, isSecure: false) : nil,
            sendsCards: self.stripePublishableKey != nil, allowedOrigins: self.allowedOrigins,
            connectionsPerAddress: self.connectionsPerAddress,
            maximumRooms: self.maximumRooms,
            ice: ICEConfiguration(
                stunURLs: self.stunServers.map(\.text), turnURLs: self.turnServers.map(\.text),
                turnSecret: self.turnSecret),
            billing: BillingPolicy(
                thresholdSeconds: self.billingThreshold, warningSeconds: self.billingWarning,
                graceSeconds: self.billingGrace),
            relayEnabled: self.relay, version: consultVersion,
            journal: self.dataFolder + "/signaling/sessions.journal")
    }

    /// The address to open in a browser.
    func address(port: UInt16) -> String {
        if let publicURL = self.publicURL { return publicURL }
        let host =
            switch self.bind {
            case "0.0.0.0", "::": "localhost"
            case let address where address.contains(":"): "[\(address)]"
            case let address: address
            }
        return "\(tlsFiles == nil ? "http" : "https")://\(host):\(port)"
    }

    /// Fails where a configured file is not there, before anything is started.
    ///
    /// - Throws: the exit code, after every problem has been told on standard error.
    func checkFiles() throws {
        let files = [("CONSULT_TLS_CERT", self.tlsCertificate), ("CONSULT_TLS_KEY", self.tlsKey)]
        var missing = files.filter { _, path in path.map { access($0, R_OK) != 0 } ?? false }
        if let folder = self.clientFolder, access(folder + "/index.html", R_OK) != 0 {
            missing.append(("CONSULT_CLIENT_DIR", folder + "/index.html"))
        }
        for (name, path) in missing {
            printError("consult: \(name): cannot read '\(path ?? "")': expected a readable file")
        }
        if !missing.isEmpty { throw ExitCode(EX_CONFIG) }
    }

    /// Fails where what the marketplace is to work with is not well formed, before anything is started.
    ///
    /// - Throws: the exit code, after every problem has been told on standard error, without the secrets.
    func checkMarketplace() throws {
        var problems: [String] = []
        do {
            if let url = self.databaseURL { _ = try DatabaseConfiguration(url: url) }
        } catch { problems.append("CONSULT_DATABASE_URL: \(error.message)") }
        do {
            if let url = self.smtpURL { _ = try SMTPServer(url: url) }
        } catch { problems.append("CONSULT_SMTP_URL: \(error.message)") }
        do {
            _ = try MailAddress(mailbox: self.mailFrom)
        } catch { problems.append("CONSULT_MAIL_FROM: \(error.message)") }
        if let stripeProblem { problems.append(stripeProblem) }
        for problem in problems { printError("consult: \(problem)") }
        if !problems.isEmpty { throw ExitCode(EX_CONFIG) }
    }

    private var tlsFiles: SignalingConfiguration.TLSFiles? {
        guard let certificate = self.tlsCertificate, let key = self.tlsKey else { return nil }
        return .init(certificate: certificate, key: key)
    }

    /// The WebSocket's address under the public one.
    private var webSocketURL: String? {
        guard let publicURL = self.publicURL else { return nil }
        return "ws" + publicURL.dropFirst("http".count) + "/ws"
    }
}
