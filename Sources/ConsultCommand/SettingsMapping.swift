import ArgumentParser
import Foundation
import Operations
import Relay
import Signaling

/// From settings to what each part wants to know.
extension Settings {
    var relayConfiguration: RelayConfiguration {
        RelayConfiguration(
            workers: self.relayWorkers, addresses: self.relayAddresses, ports: self.relayPorts,
            stunServers: self.stunServers.map(\.text), maximumCalls: self.maximumRooms)
    }

    var signalingConfiguration: SignalingConfiguration {
        SignalingConfiguration(
            bind: self.bind, port: self.signalPort, tls: tlsFiles, clientFolder: self.clientFolder,
            publicURL: self.publicURL, publicWebSocketURL: self.publicWebSocketURL ?? webSocketURL,
            allowedOrigins: self.allowedOrigins, connectionsPerAddress: self.connectionsPerAddress,
            maximumRooms: self.maximumRooms,
            ice: ICEConfiguration(
                stunURLs: self.stunServers.map(\.text), turnURLs: self.turnServers.map(\.text),
                turnSecret: self.turnSecret),
            billing: BillingPolicy(
                thresholdSeconds: self.billingThreshold, warningSeconds: self.billingWarning,
                graceSeconds: self.billingGrace),
            relayEnabled: self.relay, version: consultVersion)
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
