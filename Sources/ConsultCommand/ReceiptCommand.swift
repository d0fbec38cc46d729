import ArgumentParser
import Foundation
import Operations
import Receipts
import Tokens

/// `receipt verify`.
struct ReceiptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Check media receipts.", subcommands: [Verify.self])

    /// Checks a receipt's file.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Say whether a receipt is genuine, and what is wrong with a forged one.",
            discussion: """
                Asks nobody: all that is needed are the file (GET /api/v1/sessions/ID/receipt) and the published key \
                (/.well-known/jwks.json). Without --keys and --key it is this server's own key.

                Exit code 0: genuine. 1: something is wrong with it. 64: no key is given. 66: a file cannot be read, or is \
                no JSON.

                """ + SettingOptions.discussion)

        @Argument(help: "The receipt's file; - for standard input.")
        var file: String
        @Option(help: ArgumentHelp("A file with the published keys.", valueName: "jwks.json"))
        var keys: String?
        @Option(help: "The public key: 32 bytes in base64url (x in the published keys), or a PEM file.")
        var key: String?
        @Flag(help: "Print a JSON document.")
        var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            let receipt: CanonicalJSON
            do {
                receipt = try CanonicalJSON(parsing: try read(file))
            } catch let error as CanonicalJSON.Malformed {
                throw refusal("\(file): \(error)", EX_NOINPUT)
            }
            let report = ReceiptVerifier(keys: try publishedKeys()).check(receipt)
            print(json ? try ReceiptText.json(report) : ReceiptText.words(report))
            if !report.isGenuine { throw ExitCode.failure }
        }

        private func publishedKeys() throws -> [VerificationKey] {
            var found: [VerificationKey] = []
            if let key {
                let text =
                    key.contains("/") || key.hasSuffix(".pem") ? String(decoding: try read(key), as: UTF8.self) : key
                guard let key = VerificationKey(text) else {
                    throw refusal("--key is neither 32 bytes in base64url nor an Ed25519 key in PEM", EX_USAGE)
                }
                found.append(key)
            }
            if let keys {
                guard let set = try? JSONDecoder().decode(JSONWebKeySet.self, from: Data(try read(keys))) else {
                    throw refusal("\(keys): no set of keys", EX_NOINPUT)
                }
                found += set.verificationKeys
            }
            if key == nil, keys == nil {
                let settings = try options.settings()
                if let own = try settings.configuredKey() ?? (try? SigningKey(contentsOfFile: settings.keyFile)) {
                    found.append(own.publicKey)
                }
            }
            if found.isEmpty { throw refusal("no key to check with: give --keys or --key", EX_USAGE) }
            return found
        }

        private func read(_ path: String) throws -> [UInt8] {
            do {
                if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
                return Array(try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw refusal("\(path): cannot be read", EX_NOINPUT)
            }
        }

        private func refusal(_ words: String, _ code: Int32) -> ExitCode {
            printError("consult: \(words)")
            return ExitCode(code)
        }
    }
}

/// How a check is printed.
private enum ReceiptText {
    static func words(_ report: ReceiptReport) -> String {
        let receipt = report.receipt
        var lines: [String] = []
        if let session = receipt["session"]?.string {
            lines.append("session \(session), revision \(receipt["revision"]?.integer ?? 0)")
        }
        if let totals = receipt["totals"] {
            func total(_ name: String) -> Int { totals[name]?.integer ?? 0 }
            lines.append(
                "  \(total("mediaSeconds")) media seconds in \(total("records")) records, "
                    + "\(total("billableSeconds")) of them billable")
            for (side, words) in [("fromCustomer", "customer"), ("fromConsultant", "consultant")] {
                let flow = totals[side]
                lines.append(
                    "  from the \(words): \(flow?["packets"]?.integer ?? 0) packets, "
                        + "\(flow?["bytes"]?.integer ?? 0) bytes, \(flow?["lost"]?.integer ?? 0) lost")
            }
        }
        if let invoice = receipt["invoice"]?.string { lines.append("  invoice \(invoice)") }
        for payment in receipt["payments"]?.elements ?? [] {
            lines.append(
                "  payment \(payment["id"]?.string ?? "?"): \(money(payment["captured"])) captured, "
                    + "\(money(payment["refunded"])) refunded")
        }
        for finding in report.findings { lines.append("\(finding.rule.rawValue): \(finding.words)") }
        lines.append(
            report.isGenuine
                ? "genuine: signed at \(receipt["sealedAt"]?.string ?? "?") with key \(receipt["keyId"]?.string ?? "?")"
                : "not genuine: \(report.findings.count) findings")
        return lines.joined(separator: "\n")
    }

    private static func money(_ value: CanonicalJSON?) -> String {
        guard let amount = value?["amount"]?.integer, let currency = value?["currency"]?.string else { return "?" }
        return "\(amount) minor units of \(currency)"
    }

    private struct Document: Encodable {
        let genuine: Bool
        let session: String?
        let revision: Int?
        let keyId: String?
        let findings: [ReceiptFinding]
    }

    static func json(_ report: ReceiptReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            genuine: report.isGenuine, session: report.receipt["session"]?.string,
            revision: report.receipt["revision"]?.integer, keyId: report.receipt["keyId"]?.string,
            findings: report.findings)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
