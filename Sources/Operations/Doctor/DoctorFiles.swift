import Foundation
import SwiftASN1
import X509

/// Whether the data folder can be written; it need not exist yet.
public func examineDataFolder(_ path: String) -> Finding {
    let subject = "data folder"
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
        guard isFolder.boolValue else {
            return Finding(.fail, subject, "\(path) is a file; move it or set CONSULT_DATA_DIR")
        }
        return access(path, W_OK | X_OK) == 0
            ? Finding(.ok, subject, "\(path) can be written")
            : Finding(.fail, subject, "\(path) cannot be written; change its owner or set CONSULT_DATA_DIR")
    }
    var above = URL(fileURLWithPath: path).deletingLastPathComponent()
    while above.path != "/", !FileManager.default.fileExists(atPath: above.path) { above.deleteLastPathComponent() }
    return access(above.path, W_OK | X_OK) == 0
        ? Finding(.ok, subject, "\(path) will be created")
        : Finding(.fail, subject, "\(path) cannot be created in \(above.path); set CONSULT_DATA_DIR")
}

/// Whether the built web client is there.
public func examineClient(_ folder: String?) -> Finding {
    let subject = "web client"
    guard let folder else {
        return Finding(.warn, subject, "not found; build it with web-client/build.sh or set CONSULT_CLIENT_DIR")
    }
    return access(folder + "/index.html", R_OK) == 0
        ? Finding(.ok, subject, folder)
        : Finding(.fail, subject, "no readable index.html in \(folder); build it with web-client/build.sh")
}

/// Whether certificate and key can be read, belong together, and hold today.
///
/// - Parameter now: the wall clock.
public func examineTLS(certificate: String, key: String, now: WallTime = .now()) -> Finding {
    let subject = "TLS certificate"
    let chain: [Certificate]
    do {
        let text = try String(contentsOfFile: certificate, encoding: .utf8)
        chain = try pemBlocks(text, type: "CERTIFICATE").map { try Certificate(pemEncoded: $0) }
    } catch {
        return Finding(.fail, subject, "cannot read \(certificate): \(words(error))")
    }
    guard let leaf = chain.first else { return Finding(.fail, subject, "no certificate in \(certificate)") }
    do {
        let text = try String(contentsOfFile: key, encoding: .utf8)
        guard let block = pemBlocks(text, type: "PRIVATE KEY").first else {
            return Finding(.fail, subject, "no private key in \(key)")
        }
        let privateKey = try Certificate.PrivateKey(pemEncoded: block)
        guard privateKey.publicKey == leaf.publicKey else {
            return Finding(.fail, subject, "\(key) is not the key of \(certificate)")
        }
    } catch {
        return Finding(.fail, subject, "cannot read \(key): \(words(error))")
    }
    let now = Double(now.milliseconds) / 1000
    let days = Int(((leaf.notValidAfter.timeIntervalSince1970 - now) / 86400).rounded(.down))
    if leaf.notValidBefore.timeIntervalSince1970 > now {
        return Finding(.fail, subject, "\(certificate) is not valid yet; check the machine's clock")
    }
    if days < 0 { return Finding(.fail, subject, "\(certificate) has expired; renew it") }
    if days < 14 { return Finding(.warn, subject, "\(certificate) expires in \(days) days; renew it") }
    return Finding(.ok, subject, "\(certificate), valid for \(days) days")
}

/// The PEM blocks whose label ends in `type`, so that `EC PRIVATE KEY` is found as a `PRIVATE KEY`.
func pemBlocks(_ text: String, type: String) -> [String] {
    var blocks: [String] = []
    var block: [Substring]?
    for line in text.split(whereSeparator: \.isNewline) {
        if line.hasPrefix("-----BEGIN "), line.hasSuffix(type + "-----") { block = [] }
        block?.append(line)
        if let lines = block, line.hasPrefix("-----END ") {
            blocks.append(lines.joined(separator: "\n"))
            block = nil
        }
    }
    return blocks
}

/// An error in one line.
private func words(_ error: any Error) -> String {
    (error as? CocoaError)?.localizedDescription ?? "\(error)".replacing("\n", with: " ")
}
